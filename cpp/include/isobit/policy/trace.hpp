// trace: a computation written down as a data-flow graph: straight-line nodes over the primitives,
// each with the format of its result. Operation counts come from it, and RTL will.
//
// A dot product with constant weights stays one `linear` node (its terms are the weights), so that
// the graph of a dense layer is as large as its weights and not as its arithmetic. Literals are
// folded.
#ifndef ISOBIT_POLICY_TRACE_HPP
#define ISOBIT_POLICY_TRACE_HPP

#include <vector>

#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

enum class opcode {
  input,
  literal,
  add,
  sub,
  mul,
  shl,
  shr,
  less,
  select,
  min,
  max,
  wrap,
  lut,
  linear
};

// Operands are indices of earlier nodes. `value`: the literal, the shift, the table's index, or for
// a linear node the constant term; its products are terms [first_term, last_term).
struct flow_node {
  opcode op;
  int operands[3];
  int128 value;
  dyn format;
  int first_term, last_term;
};
struct flow_term {
  int operand;
  int128 weight;
};

struct data_flow {
  std::vector<flow_node> nodes;
  std::vector<flow_term> terms;
  std::vector<const void*> tables;  // identified by where their entries lie

  int append(opcode op, const dyn& format, int a = -1, int b = -1, int c = -1, int128 value = 0) {
    nodes.push_back({op, {a, b, c}, value, format, 0, 0});
    return static_cast<int>(nodes.size()) - 1;
  }
  int table_index(const void* entries) {
    for (std::size_t i = 0; i < tables.size(); ++i)
      if (tables[i] == entries) return static_cast<int>(i);
    tables.push_back(entries);
    return static_cast<int>(tables.size()) - 1;
  }
};

// A node of a graph, or (graph null) a literal that belongs to none.
struct flow_ref {
  data_flow* graph = nullptr;
  int node = -1;
  int128 value = 0;
};

struct trace : derived<trace> {
  using exact = scalar<int128>;  // folds literals

  template <class F>
  using raw = flow_ref;
  template <class F>
  using uniform = int128;
  struct mask {
    flow_ref is_true;
  };

  template <class F>
  static flow_ref lit(const F&, std::int64_t n) {
    return {nullptr, -1, n};
  }
  template <class F>
  static flow_ref splat(const F&, int128 u) {
    return {nullptr, -1, u};
  }
  template <class F>
  static flow_ref add(const F& f, const flow_ref& a, const flow_ref& b) {
    if (is_literal(a, 0)) return b;
    if (is_literal(b, 0)) return a;
    if (!a.graph && !b.graph) return known(exact::add(f, a.value, b.value));
    return node(opcode::add, f, a, b);
  }
  template <class F>
  static flow_ref sub(const F& f, const flow_ref& a, const flow_ref& b) {
    if (is_literal(b, 0)) return a;
    if (!a.graph && !b.graph) return known(exact::sub(f, a.value, b.value));
    return node(opcode::sub, f, a, b);
  }
  template <class F>
  static flow_ref mul(const F& f, const flow_ref& a, const flow_ref& b) {
    if (is_literal(a, 1)) return b;
    if (is_literal(b, 1)) return a;
    if (!a.graph && !b.graph) return known(exact::mul(f, a.value, b.value));
    return node(opcode::mul, f, a, b);
  }
  template <class F>
  static flow_ref shl(const F& f, const flow_ref& a, int n) {
    if (n == 0) return a;
    if (!a.graph) return known(exact::shl(f, a.value, n));
    return {a.graph, a.graph->append(opcode::shl, plain(f), a.node, -1, -1, n), 0};
  }
  template <class F>
  static flow_ref shr(const F& f, const flow_ref& a, int n) {
    if (n == 0) return a;
    if (!a.graph) return known(exact::shr(f, a.value, n));
    return {a.graph, a.graph->append(opcode::shr, plain(f), a.node, -1, -1, n), 0};
  }
  static mask less(const flow_ref& a, const flow_ref& b) {
    if (!a.graph && !b.graph) return {known(a.value < b.value ? 1 : 0)};
    return {node(opcode::less, dyn(1, 0, false), a, b)};
  }
  template <class F>
  static flow_ref select(const F& f, const mask& m, const flow_ref& a, const flow_ref& b) {
    if (!m.is_true.graph) return m.is_true.value != 0 ? a : b;
    data_flow* g = m.is_true.graph;
    const int yes = placed(g, f, a), no = placed(g, f, b);
    return {g, g->append(opcode::select, plain(f), m.is_true.node, yes, no), 0};
  }
  template <class F>
  static flow_ref min(const F& f, const flow_ref& a, const flow_ref& b) {
    if (!a.graph && !b.graph) return known(exact::min(f, a.value, b.value));
    return node(opcode::min, f, a, b);
  }
  template <class F>
  static flow_ref max(const F& f, const flow_ref& a, const flow_ref& b) {
    if (!a.graph && !b.graph) return known(exact::max(f, a.value, b.value));
    return node(opcode::max, f, a, b);
  }
  template <class F>
  static flow_ref wrap(const F& f, const flow_ref& a) {
    if (!a.graph) return known(exact::wrap(f, a.value));
    return {a.graph, a.graph->append(opcode::wrap, plain(f), a.node), 0};
  }
  template <class Index, class Entry>
  static flow_ref lut(const table<trace, Index, Entry>& t, const flow_ref& i) {
    if (!i.graph) return known(t.entries[static_cast<std::ptrdiff_t>(i.value)]);
    const int which = i.graph->table_index(t.entries);
    return {i.graph, i.graph->append(opcode::lut, plain(t.entry), i.node, -1, -1, which), 0};
  }

  template <int R, class N, class FX, class FW, class FB, class A>
  static void affine(const N& n, const view<trace, FX>& x, const constants<trace, FW>& w,
                     std::ptrdiff_t row_stride, const constants<trace, FB>& b, const A& total,
                     flow_ref (&out)[R]) {
    const int here = 0;
    affine_window<R>(window<N, N, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b, total,
                     out);
  }

  template <int R, class All, class N, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, N, Index>& from, const view<trace, FX>& x,
                            const constants<trace, FW>& w, std::ptrdiff_t row_stride,
                            const constants<trace, FB>& b, const A& total, flow_ref (&out)[R]) {
    const int product_shift = total.frac() - x.format().frac() - w.format().frac();
    const int bias_shift = total.frac() - b.format().frac();
    for (int r = 0; r < R; ++r) {
      data_flow* g = nullptr;
      int128 constant = exact::shl(total, b.data[r * b.stride], bias_shift);
      std::vector<flow_term> terms;
      for (int k = 0; k < from.taps * from.n; ++k) {
        const int t = k / from.n;
        if (from.at[t] < 0) continue;
        const flow_ref& xi = x.data[(from.at[t] * from.next + k % from.n) * x.stride];
        const int128 weight =
            exact::shl(total, w.data[k * row_stride + r * w.stride], product_shift);
        if (weight == 0) continue;
        if (!xi.graph) {
          constant += xi.value * weight;
        } else {
          g = xi.graph;
          terms.push_back({xi.node, weight});
        }
      }
      out[r] = g ? linear(g, plain(total), terms, constant) : known(constant);
    }
  }

 private:
  template <class F>
  static dyn plain(const F& f) {
    return dyn(f.width(), f.frac(), f.is_signed());
  }
  static flow_ref known(int128 value) { return {nullptr, -1, value}; }
  static bool is_literal(const flow_ref& a, int value) { return !a.graph && a.value == value; }
  template <class F>
  static int placed(data_flow* g, const F& f, const flow_ref& a) {
    return a.graph ? a.node : g->append(opcode::literal, plain(f), -1, -1, -1, a.value);
  }
  template <class F>
  static flow_ref node(opcode op, const F& f, const flow_ref& a, const flow_ref& b) {
    data_flow* g = a.graph ? a.graph : b.graph;
    const int left = placed(g, f, a), right = placed(g, f, b);
    return {g, g->append(op, plain(f), left, right), 0};
  }
  static flow_ref linear(data_flow* g, const dyn& f, const std::vector<flow_term>& terms,
                         int128 constant) {
    const int id = g->append(opcode::linear, f, -1, -1, -1, constant);
    flow_node& made = g->nodes.back();
    made.first_term = static_cast<int>(g->terms.size());
    g->terms.insert(g->terms.end(), terms.begin(), terms.end());
    made.last_term = static_cast<int>(g->terms.size());
    return {g, id, 0};
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
