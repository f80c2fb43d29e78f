// How the policies go through trees. The meaning is `all_nodes`; two overrides give the same bits:
// registers of samples keep the values of complete trees to themselves, and integers of one sample,
// or registers in deep trees, take the path of each sample through the nodes.
// ISOBIT_NO_OVERRIDES turns both off.
#ifndef ISOBIT_ENGINE_SCHEDULES_TREE_KERNELS_HPP
#define ISOBIT_ENGINE_SCHEDULES_TREE_KERNELS_HPP

#include "engine/schedules/forest_nodes.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/registers.hpp"
#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// The tensors of a `trees` operation.
template <class P>
struct forest_data {
  view<P, dyn> x, y;
  constants<P, dyn> thresholds, leaves;
  view<P, dyn> scratch;
  int values;

  explicit forest_data(const engine::op_args& a)
      : x(bind<P>(a.inputs[0], a.group)),
        y(bind<P>(a.output, a.group)),
        thresholds(bind<P>(a.constants[0])),
        leaves(bind<P>(a.constants[1])),
        scratch(leaves.format(), static_cast<raw_of<P>*>(a.scratch)),
        values(static_cast<int>(values_of_forest(a.ints))) {}

  constants<P, dyn> thresholds_of(const tree_nodes& t) const {
    return thresholds.from(static_cast<std::ptrdiff_t>(t.first_node));
  }
  // Value v of its leaves.
  constants<P, dyn> leaves_of(const tree_nodes& t, int v) const {
    return leaves.from(static_cast<std::ptrdiff_t>(t.first_leaf * values + v * t.leaves));
  }
};

// The values of nodes [0, end) of a tree, children before parents; those of all others are in the
// scratch space already.
template <class Cell, class P>
void values_of_nodes(const forest_data<P>& d, const tree_nodes& t, int end) {
  auto thresholds = d.thresholds_of(t);
  for (int i = end; i-- > 0;) {
    const tree_node n = t[i];
    auto left = d.scratch[n.left()], right = d.scratch[n.right()];
    if (n.left() == n.right())
      d.scratch.put(i, left);
    else if (n.up_to())
      d.scratch.put(i, Cell::up_to(d.x[n.feature()], thresholds[i], left, right));
    else
      d.scratch.put(i, Cell::below(d.x[n.feature()], thresholds[i], left, right));
  }
}

// The value of a tree, from those of all of its nodes.
template <class Cell, class P>
void all_nodes(const forest_data<P>& d, const tree_nodes& t, const constants<P, dyn>& leaves) {
  for (int l = 0; l < t.leaves; ++l) d.scratch.put(t.nodes + l, leaves[l]);
  values_of_nodes<Cell>(d, t, t.nodes);
}

// The value of a tree into the output.
template <class Cell, class P>
void put_value(const forest_data<P>& d, int element) {
  d.y.put(element, Cell::finish(d.scratch[0], d.y.format()));
}

// Goes through all trees; `value(tree, leaves)` leaves the value of the tree in the first element
// of the scratch space.
template <class Cell, class P, class Value>
void through_trees(const engine::op_args& a, const forest_data<P>& d, const Value& value) {
  for_each_tree(a.ints, [&](const tree_nodes& t) {
    for (int v = 0; v < d.values; ++v) {
      value(t, d.leaves_of(t, v));
      put_value<Cell>(d, t.number * d.values + v);
    }
  });
}

template <class Cell, class P>
struct tree_kernel {
  static void run(const engine::op_args& a) {
    const forest_data<P> d(a);
    through_trees<Cell>(a, d, [&](const tree_nodes& t, const constants<P, dyn>& leaves) {
      all_nodes<Cell>(d, t, leaves);
    });
  }
};

#if defined(ISOBIT_REGISTER_BYTES) && !defined(ISOBIT_NO_OVERRIDES)

// The value of node i of a complete tree that has Levels levels of nodes from there on; its leaves
// begin behind `nodes`.
template <class Cell, int Levels, class P>
num<P, dyn> complete(const forest_data<P>& d, const tree_nodes& t,
                     const constants<P, dyn>& thresholds, const constants<P, dyn>& leaves, int i) {
  if constexpr (Levels == 0)
    return leaves[i - t.nodes];
  else
    return Cell::below(d.x[t[i].feature()], thresholds[i],
                       complete<Cell, Levels - 1>(d, t, thresholds, leaves, 2 * i + 1),
                       complete<Cell, Levels - 1>(d, t, thresholds, leaves, 2 * i + 2));
}

// As all_nodes for a complete tree: the lowest levels by fours, without storing their values.
template <class Cell, class P>
void complete_tree(const forest_data<P>& d, const tree_nodes& t, const constants<P, dyn>& leaves) {
  auto thresholds = d.thresholds_of(t);
  const int upper = t.depth > 4 ? (1 << (t.depth - 4)) - 1 : 0;
  for (int i = upper; i <= 2 * upper; ++i) switch (t.depth) {
      case 1:
        d.scratch.put(i, complete<Cell, 1>(d, t, thresholds, leaves, i));
        break;
      case 2:
        d.scratch.put(i, complete<Cell, 2>(d, t, thresholds, leaves, i));
        break;
      case 3:
        d.scratch.put(i, complete<Cell, 3>(d, t, thresholds, leaves, i));
        break;
      default:
        d.scratch.put(i, complete<Cell, 4>(d, t, thresholds, leaves, i));
    }
  values_of_nodes<Cell>(d, t, upper);
}

template <class Cell, class One, int S>
void put_value(const forest_data<registers<One, S>>& d, int element) {
  for (int s = 0; s < S; ++s) {
    num<One, dyn> root(d.scratch.format(), d.scratch.data[0].in[s]);
    d.y.data[element * d.y.stride].in[s] = Cell::finish(root, d.y.format()).raw;
  }
}

// Where every sample ends: at[s] becomes the leaf of sample s, whose features lie `stride` apart
// from x + s on. Several paths at once hide each other's latency. Leaves stay where they are.
template <int S, class T>
void walk(const tree_nodes& t, const T* thresholds, const T* x, std::ptrdiff_t stride,
          int (&at)[S]) {
  for (int& a : at) a = 0;
  for (int level = 0; level < t.depth; ++level)
    for (int s = 0; s < S; ++s) {
      const int here = at[s] < t.nodes ? at[s] : 0;
      const tree_node n = t[here];
      const int next = x[n.feature() * stride + s] < thresholds[here] ? n.left() : n.right();
      at[s] = at[s] < t.nodes ? next : at[s];
    }
  for (int& a : at) a -= t.nodes;
}

// One sample after the other.
template <class Cell, class T>
struct tree_kernel<Cell, scalar<T>> {
  using P = scalar<T>;

  static void run(const engine::op_args& a) {
    const forest_data<P> d(a);
    const bool paths = sizeof(T) <= sizeof(std::int64_t) && is_strict(a.ints);
    through_trees<Cell>(a, d, [&](const tree_nodes& t, const constants<P, dyn>& leaves) {
      if (!paths) return all_nodes<Cell>(d, t, leaves);
      int leaf[1];
      walk<1>(t, d.thresholds_of(t).data, d.x.data, d.x.stride, leaf);
      d.scratch.put(0, leaves[leaf[0]]);
    });
  }
};

// Registers of samples; two groups of them together, so that a node is looked up once for both.
template <class Cell, class T, int N>
struct tree_kernel<Cell, lanes<T, N>> {
  using one = lanes<T, N>;
  using two = registers<one, 2>;

  static void run(const engine::op_args& a) {
    if (a.groups % 2 != 0) return through<one>(a, forest_data<one>(a));
    if (a.group % 2 != 0) return;  // the group before has taken it along
    engine::tensor_ref x = a.inputs[0];
    engine::op_args pair = a;
    x.stride /= 2;
    pair.inputs = &x;
    pair.output.stride /= 2;
    pair.group /= 2;
    through<two>(pair, forest_data<two>(pair));
  }

 private:
  template <class P>
  static void through(const engine::op_args& a, const forest_data<P>& d) {
    const bool strict = is_strict(a.ints);
    through_trees<Cell>(a, d, [&](const tree_nodes& t, const constants<P, dyn>& leaves) {
      // A path costs its length for each sample, all nodes cost the same for a register of them.
      if (strict && t.nodes > 2 * N * t.depth)
        paths(d, t, leaves);
      else if (strict && t.is_complete() && t.depth > 0)
        complete_tree<Cell>(d, t, leaves);
      else
        all_nodes<Cell>(d, t, leaves);
    });
  }

  template <class P>
  static void paths(const forest_data<P>& d, const tree_nodes& t, const constants<P, dyn>& leaves) {
    constexpr int samples = static_cast<int>(sizeof(raw_of<P>) / sizeof(T));
    constexpr int together = samples < 8 ? samples : 8;
    const T* const x = reinterpret_cast<const T*>(d.x.data);
    T* const value = reinterpret_cast<T*>(d.scratch.data);
    for (int s = 0; s < samples; s += together) {
      int leaf[together];
      walk(t, d.thresholds_of(t).data, x + s, d.x.stride * samples, leaf);
      for (int k = 0; k < together; ++k) value[s + k] = leaves.data[leaf[k] * leaves.stride];
    }
  }
};

#endif

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
