// Rows by indices that are data: from nodes to edges, and from edges back to nodes.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_GRAPH_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_GRAPH_HPP

#include "isobit/cells/graph.hpp"
#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Of each of `Matrices` times `Rows` rows of `Run` elements: those that `Indices` indices name.
template <class P, class Cell, int Matrices, int Rows, int Indices, int Run, class X, class I,
          class Y>
struct rows_by_index : items<rows_by_index<P, Cell, Matrices, Rows, Indices, Run, X, I, Y>> {
  static constexpr int outer() { return Matrices; }
  static constexpr int inner() { return Indices; }

  static void at(int m, int e, array<P, Y>& y, array<P, X>& x, const array<P, I>& index) {
    ISOBIT_HLS_INLINE
    using plain = tensor<decltype(cells::and_zero(typename X::format_type())), Run>;
    array<P, plain> scratch;
    ISOBIT_HLS_REGISTERS(scratch)
    Cell::row(count<Rows>(), Run, X::template from<P>(x, m * Rows * Run),
              I::template at<P>(index, e), plain::template from<P>(scratch, 0),
              Y::template from<P>(y, (m * Indices + e) * Run));
  }
};

// `Edges` rows of `Run` elements with an index, and perhaps a mask, to `N` rows: what is known of
// the N rows is made empty, takes edge after edge, and is finished.
template <class P, class Cell, int N, int Edges, int Run, class X, class I, class Y,
          class... Tables>
struct segments {
  using from = typename X::format_type;
  using totals = tensor<decltype(Cell::total_format(count<Edges>(), from())), N * Run>;
  using counts = tensor<decltype(cells::detail::edge_count(count<Edges>(), from())), N>;

  template <class T>
  struct empty : items<empty<T>> {
    static constexpr int inner() { return T::size(); }
    static void at(int, int i, array<P, T>& all) {
      ISOBIT_HLS_INLINE
      T::template put<P>(all, i, literal<P>(typename T::format_type(), 0));
    }
  };

  struct take : items<take> {
    static constexpr int inner() { return Edges; }
    static void at(int, int e, array<P, totals>& all, array<P, counts>& members, array<P, X>& x,
                   const array<P, I>& index) {
      ISOBIT_HLS_INLINE
      add(all, members, x, e, I::template at<P>(index, e));
    }
    template <class Mask>
    static void at(int, int e, array<P, totals>& all, array<P, counts>& members, array<P, X>& x,
                   const array<P, I>& index, const Mask& mask) {
      ISOBIT_HLS_INLINE
      add(all, members, x, e, cells::index_if(mask[e], I::template at<P>(index, e), N));
    }
    template <class To>
    static void add(array<P, totals>& all, array<P, counts>& members, array<P, X>& x, int e,
                    const To& to) {
      ISOBIT_HLS_INLINE
      Cell::take(count<N>(), Run, totals::template from<P>(all, 0),
                 counts::template from<P>(members, 0), to, X::template from<P>(x, e * Run));
    }
  };

  struct finish : items<finish> {
    static constexpr int inner() { return N; }
    static void at(int, int n, array<P, Y>& y, array<P, totals>& all,
                   const array<P, counts>& members) {
      ISOBIT_HLS_INLINE
      Cell::finish(Run, totals::template from<P>(all, n * Run), counts::template at<P>(members, n),
                   Y::template from<P>(y, n * Run), Tables::template at<P>(0)...);
    }
  };

  // With a mask of any format, M is its view: see masked.
  template <class Schedule, class... M>
  static void run(array<P, Y>& y, array<P, X>& x, array<P, I>& index, M&... mask) {
    array<P, totals> all;
    ISOBIT_HLS_REGISTERS(all)
    array<P, counts> members;
    ISOBIT_HLS_REGISTERS(members)
    Schedule::template each<empty<totals>>(all);
    Schedule::template each<empty<counts>>(members);
    Schedule::template each<take>(all, members, x, index, mask...);
    Schedule::template each<finish>(y, all, members);
  }
};

// The same with a mask M.
template <class P, class Cell, int N, int Edges, int Run, class X, class I, class M, class Y,
          class... Tables>
struct masked_segments {
  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>& x, array<P, I>& index, array<P, M>& mask) {
    const view<P, typename M::format_type> whole = M::template from<P>(mask, 0);
    segments<P, Cell, N, Edges, Run, X, I, Y, Tables...>::template run<Schedule>(y, x, index,
                                                                                 whole);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
