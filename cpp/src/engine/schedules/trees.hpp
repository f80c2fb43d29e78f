// Decision trees as arrays of nodes, and forests as tables over bins.
#ifndef ISOBIT_ENGINE_SCHEDULES_TREES_HPP
#define ISOBIT_ENGINE_SCHEDULES_TREES_HPP

#include "engine/schedules/forest_nodes.hpp"
#include "engine/schedules/tree_kernels.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Output element t * values + v is value v of tree t (forest_nodes.hpp says how the trees are
// written). Constants: the threshold of every node; the leaves, tree by tree, value by value.
template <class Cell>
struct trees : schedule {
  static constexpr const char* name = "trees";
  static const char* wrong(const engine::operation_sizes& s) { return wrong_forest(s); }
  // Two raws (tree_kernels.hpp) for each node and leaf of the largest tree.
  static std::int64_t scratch(const engine::operation_sizes& s) {
    std::int64_t most = 0;
    for_each_tree(s.ints, [&](const tree_nodes& t) {
      if (t.nodes + t.leaves > most) most = t.nodes + t.leaves;
    });
    return 2 * most;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.constants[0]) / 2;
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    tree_kernel<Cell, P>::run(a);
  }
};

// Ints: outputs, bins, thresholds, then the feature of each threshold. Constants: the thresholds,
// and what each adds to the address. The table holds `bins` entries for each output.
template <class Cell>
struct bins : schedule {
  static constexpr const char* name = "bins";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints < 3 || s.n_ints != 3 + s.ints[2]) return "wants a feature for each threshold";
    if (s.ints[0] != s.output || s.ints[1] < 1) return "wants a row of bins for each output";
    const std::int64_t n = s.ints[2];
    for (int c = 0; c < 2; ++c)
      if (s.constants[c] != 1 && s.constants[c] != n) return "wants thresholds and their steps";
    for (std::int64_t i = 0; i < n; ++i)
      if (s.ints[3 + i] < 0 || s.ints[3 + i] >= s.inputs[0]) return "wants features that exist";
    return nullptr;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[2] + s.output);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    auto x = bind<P>(a.inputs[0], a.group);
    auto y = bind<P>(a.output, a.group);
    auto thresholds = bind<P>(a.constants[0]);
    auto steps = bind<P>(a.constants[1]);
    auto sums = bind<P>(a.tables[0]);
    auto address = literal<P>(sums.index, 0);
    for (int i = 0; i < a.ints[2]; ++i)
      address = Cell::step(address, x[static_cast<std::ptrdiff_t>(a.ints[3 + i])], thresholds[i],
                           steps[i]);
    for (int o = 0; o < a.output_size; ++o)
      y.put(o, Cell::finish(address, o * a.ints[1], sums, y.format()));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
