// Rows by indices that are data: from nodes to edges, and from edges back to nodes.
#ifndef ISOBIT_ENGINE_SCHEDULES_GRAPH_HPP
#define ISOBIT_ENGINE_SCHEDULES_GRAPH_HPP

#include "engine/schedules/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// For each of `ints[0]` matrices of `ints[1]` rows of `ints[3]` elements (input 0): the rows that
// `ints[2]` indices (input 1) name.
template <class Cell>
struct rows_by_index : schedule {
  static constexpr const char* name = "rows_by_index";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 4) return "wants matrices, rows, indices and the length of a row";
    const std::int64_t matrices = s.ints[0], rows = s.ints[1], indices = s.ints[2], run = s.ints[3];
    if (rows < 1 || rows > s.inputs[0] || !are_rows(s.inputs[0], matrices * rows, run))
      return "wants rows that make up its first input";
    if (indices < 1 || s.inputs[1] != indices || !are_rows(s.output, matrices * indices, run))
      return "wants indices, and a row of output for each";
    return nullptr;
  }
  static std::int64_t scratch(const engine::operation_sizes& s) { return s.ints[3]; }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int matrices = static_cast<int>(a.ints[0]), rows = static_cast<int>(a.ints[1]);
    const int indices = static_cast<int>(a.ints[2]), run = static_cast<int>(a.ints[3]);
    auto x = bind<P>(a.inputs[0], a.group);
    auto index = bind<P>(a.inputs[1], a.group);
    auto y = bind<P>(a.output, a.group);
    view<P, dyn> scratch(cells::and_zero(x.format()), static_cast<raw_of<P>*>(a.scratch));
    for (int m = 0; m < matrices; ++m)
      for (int e = 0; e < indices; ++e)
        Cell::row(rows, run, x.from(m * rows * run), index[e], scratch,
                  y.from((m * indices + e) * run));
  }
};

template <class Cell, class P, std::size_t... T>
void segments_with(const engine::op_args& a, std::index_sequence<T...>) {
  const int n = static_cast<int>(a.ints[0]), edges = static_cast<int>(a.ints[1]);
  const int run = static_cast<int>(a.ints[2]);
  auto x = bind<P>(a.inputs[0], a.group);
  auto index = bind<P>(a.inputs[1], a.group);
  auto y = bind<P>(a.output, a.group);
  auto* room = static_cast<raw_of<P>*>(a.scratch);
  view<P, dyn> totals(Cell::total_format(edges, x.format()), room);
  view<P, dyn> counts(cells::detail::edge_count(edges, x.format()), room + n * run);
  for (int i = 0; i < n * run; ++i) totals.put(i, literal<P>(totals.format(), 0));
  for (int i = 0; i < n; ++i) counts.put(i, literal<P>(counts.format(), 0));
  for (int e = 0; e < edges; ++e) {
    num<P, dyn> to =
        a.n_inputs == 2 ? index[e] : cells::index_if(bind<P>(a.inputs[2], a.group)[e], index[e], n);
    Cell::take(n, run, totals, counts, to, x.from(e * run));
  }
  for (int i = 0; i < n; ++i)
    Cell::finish(run, totals.from(i * run), counts[i], y.from(i * run), bind<P>(a.tables[T])...);
}

// `ints[1]` rows of `ints[2]` elements (input 0), each with the index of its segment (input 1) and
// perhaps a mask (input 2), to `ints[0]` rows, one for each segment.
template <class Cell>
struct segments : schedule {
  static constexpr const char* name = "segments";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 3 || s.n_inputs > 3) return "wants segments, edges and the length of a row";
    const std::int64_t n = s.ints[0], edges = s.ints[1], run = s.ints[2];
    if (!are_rows(s.inputs[0], edges, run) || !are_rows(s.output, n, run))
      return "wants rows that make up its tensors";
    for (int i = 1; i < s.n_inputs; ++i)
      if (s.inputs[i] != edges) return "wants an index (and a mask) for each row";
    return nullptr;
  }
  static std::int64_t scratch(const engine::operation_sizes& s) {
    return s.ints[0] * (s.ints[2] + 1);
  }
  static double work(const engine::operation_sizes& s) { return static_cast<double>(s.inputs[0]); }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    segments_with<Cell, P>(a, std::make_index_sequence<Cell::tables>());
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
