// Rows by indices that are data: from nodes to edges, and from edges back to nodes.
#ifndef ISOBIT_NATIVE_GRAPH_HPP
#define ISOBIT_NATIVE_GRAPH_HPP

#include "isobit/cells/graph.hpp"
#include "isobit/native/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Of each of `Matrices` times `Rows` rows of `Run` elements: those that `Indices` indices name.
// Offset: room for one matrix and two rows.
template <class P, class Cell, int Matrices, int Rows, int Indices, int Run, class X, class I,
          class Y, std::size_t Offset>
struct rows_by_index {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using from = typename X::format_type;
    using to = typename Y::format_type;
    constexpr std::size_t of_matrix = Rows * Run * sizeof(word<P, from>);
    constexpr std::size_t of_row = Run * sizeof(word<P, from>);
    using plain = decltype(cells::and_zero(from()));
    row<word<P, plain>, Run, Offset + of_matrix> scratch(w);
    row<word<P, to>, Run, Offset + of_matrix + of_row> result(w);
    for (int m = 0; m < Matrices; ++m) {
      wide_row<P, X, Rows * Run, Offset> x(w, m * Rows * Run);
      for (int e = 0; e < Indices; ++e) {
        Cell::row(count<Rows>(), Run, x.as_view(), I::template at<P>(w, e),
                  view<P, plain>(plain(), scratch.data()), view<P, to>(to(), result.data()));
        for (int c = 0; c < Run; ++c)
          Y::template put<P>(w, (m * Indices + e) * Run + c, num<P, to>(to(), result.data()[c]));
      }
    }
  }
};

// Whether the edges have a mask M.
struct unmasked {};

namespace detail {

template <class P, class I, class M>
struct edge_index {
  static auto at(unsigned char* w, int e, int n) {
    return cells::index_if(M::template at<P>(w, e), I::template at<P>(w, e), n);
  }
};
template <class P, class I>
struct edge_index<P, I, unmasked> {
  static auto at(unsigned char* w, int e, int) { return I::template at<P>(w, e); }
};

}  // namespace detail

// `Edges` rows of `Run` elements with an index to `N` rows. Offset: room for N rows of totals, N
// counts and two rows.
template <class P, class Cell, int N, int Edges, int Run, class X, class I, class M, class Y,
          std::size_t Offset, class... Tables>
struct segments {
  using from = typename X::format_type;
  using to = typename Y::format_type;
  using total = decltype(Cell::total_format(count<Edges>(), from()));
  using edges = decltype(cells::detail::edge_count(count<Edges>(), from()));

  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    constexpr std::size_t of_totals = N * Run * sizeof(word<P, total>);
    constexpr std::size_t of_counts = N * sizeof(word<P, edges>);
    constexpr std::size_t of_row = Run * sizeof(word<P, from>);
    row<word<P, total>, N * Run, Offset> totals(w);
    row<word<P, edges>, N, Offset + of_totals> counts(w);
    row<word<P, to>, Run, Offset + of_totals + of_counts + of_row> result(w);
    for (int i = 0; i < N * Run; ++i) totals.data()[i] = P::lit(total(), 0);
    for (int i = 0; i < N; ++i) counts.data()[i] = P::lit(edges(), 0);
    const view<P, total> all(total(), totals.data());
    const view<P, edges> members(edges(), counts.data());
    for (int e = 0; e < Edges; ++e) {
      wide_row<P, X, Run, Offset + of_totals + of_counts> x(w, e * Run);
      Cell::take(count<N>(), Run, all, members, detail::edge_index<P, I, M>::at(w, e, N),
                 x.as_view());
    }
    for (int i = 0; i < N; ++i) {
      Cell::finish(Run, all.from(i * Run), members[i], view<P, to>(to(), result.data()),
                   Tables::template at<P>(0)...);
      for (int c = 0; c < Run; ++c)
        Y::template put<P>(w, i * Run + c, num<P, to>(to(), result.data()[c]));
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
