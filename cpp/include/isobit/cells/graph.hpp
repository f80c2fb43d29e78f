// Graphs: nodes and edges are rows of elements, and an edge names its nodes by index. Reading rows
// by index, and what the edges of each node come to (a node's edges are a segment). Sums are exact,
// so the order of edges is free. An index that is no row is "nowhere", as for padded edges.
#ifndef ISOBIT_CELLS_GRAPH_HPP
#define ISOBIT_CELLS_GRAPH_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// The plain format of the same numbers, and of zero.
template <class X>
constexpr auto and_zero(const X& x) -> decltype(either(x, x)) {
  return either(x, x);
}

// y = row `index` of the n rows of x, zeros if there is none. `scratch` has room for one row in the
// format and_zero of x.
struct gather_rows {
  template <class P, class N, class FX, class FI, class FS, class FY>
  static void row(const N& n, int run, const view<P, FX>& x, const num<P, FI>& index,
                  const view<P, FS>& scratch, const view<P, FY>& y) {
    P::read_row(n, run, x, index, scratch);
    for (int c = 0; c < run; ++c) y.put(c, cast(scratch[c], y.format()));
  }
};

// The index where the mask is set, else n, which is nowhere.
template <class P, class FI, class FM>
auto index_if(const num<P, FM>& mask, const num<P, FI>& index, int n)
    -> decltype(select(zero(mask) < mask, index,
                       literal<P>(integer_like<32, false>(index.format()), n))) {
  return select(zero(mask) < mask, index, literal<P>(integer_like<32, false>(index.format()), n));
}

namespace detail {

// The number of edges of one node, of at most so many.
template <class E, class X>
constexpr auto edge_count(const E& edges, const X& x)
    -> decltype(sum_of(edges, integer_like<1, false>(x))) {
  return sum_of(edges, integer_like<1, false>(x));
}

// What is found of the n segments while schedules go from edge to edge: `totals`, rows of a format
// that the cell says, and `counts`.
struct segment_sums {
  template <class E, class X>
  static constexpr auto total_format(const E& edges, const X& x) -> decltype(sum_of(edges, x)) {
    return sum_of(edges, x);
  }
  template <class P, class N, class T, class C, class FI, class FX>
  static void take(const N& n, int run, const view<P, T>& totals, const view<P, C>&,
                   const num<P, FI>& index, const view<P, FX>& x) {
    P::add_to_row(n, run, totals, index, x);
  }
};

template <class P, class N, class C, class FI>
void count_edge(const N& n, const view<P, C>& counts, const num<P, FI>& index) {
  auto flag = integer_like<1, false>(index.format());
  typename P::template raw<std::decay_t<decltype(flag)>> one[1] = {P::lit(flag, 1)};
  P::add_to_row(n, 1, counts, index, view<P, std::decay_t<decltype(flag)>>(flag, one));
}

}  // namespace detail

// y_n = sum of x_e over the edges e with index_e = n; 0 without edges
struct segment_sum : detail::segment_sums {
  static constexpr int tables = 0;

  template <class P, class T, class C, class FY>
  static void finish(int run, const view<P, T>& total, const num<P, C>&, const view<P, FY>& y) {
    for (int c = 0; c < run; ++c) y.put(c, cast(total[c], y.format()));
  }
};

// y_n = (sum of x_e) * reciprocal[number of edges]; 0 without edges
struct segment_mean : detail::segment_sums {
  static constexpr int tables = 1;

  template <class P, class N, class T, class C, class FI, class FX>
  static void take(const N& n, int run, const view<P, T>& totals, const view<P, C>& counts,
                   const num<P, FI>& index, const view<P, FX>& x) {
    P::add_to_row(n, run, totals, index, x);
    detail::count_edge(n, counts, index);
  }
  template <class P, class T, class C, class I, class R, class FY>
  static void finish(int run, const view<P, T>& total, const num<P, C>& edges, const view<P, FY>& y,
                     const table<P, I, R>& reciprocal) {
    auto factor = look_up(max(edges, literal<P>(edges.format(), 1)), reciprocal);
    for (int c = 0; c < run; ++c) y.put(c, cast(total[c] * factor, y.format()));
  }
};

// y_n = the largest x_e; 0 without edges
struct segment_max {
  static constexpr int tables = 0;

  template <class E, class X>
  static constexpr auto total_format(const E&, const X& x) -> decltype(and_zero(x)) {
    return and_zero(x);
  }
  template <class P, class N, class T, class C, class FI, class FX>
  static void take(const N& n, int run, const view<P, T>& best, const view<P, C>& counts,
                   const num<P, FI>& index, const view<P, FX>& x) {
    P::raise_row(n, run, best, counts, index, x);
    detail::count_edge(n, counts, index);
  }
  template <class P, class T, class C, class FY>
  static void finish(int run, const view<P, T>& best, const num<P, C>&, const view<P, FY>& y) {
    for (int c = 0; c < run; ++c) y.put(c, cast(best[c], y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
