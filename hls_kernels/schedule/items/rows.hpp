// Rows that a cell reads as a whole: softmax, argmax, running sums, sorting networks.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_ROWS_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_ROWS_HPP

#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Rows of N elements to rows of as many.
template <class P, class Cell, int Rows, int N, class X, class Y>
struct rows : items<rows<P, Cell, Rows, N, X, Y>> {
  static constexpr int inner() { return Rows; }

  static void at(int, int r, array<P, Y>& y, array<P, X>& x) {
    ISOBIT_HLS_INLINE
    Cell::row(count<N>(), X::template from<P>(x, r * N), Y::template from<P>(y, r * N));
  }
};

// The same through a cell with two tables.
template <class P, class Cell, int Rows, int N, class X, class First, class Second, class Y>
struct rows_with_tables : items<rows_with_tables<P, Cell, Rows, N, X, First, Second, Y>> {
  static constexpr int inner() { return Rows; }

  static void at(int, int r, array<P, Y>& y, array<P, X>& x) {
    ISOBIT_HLS_INLINE
    using entry = tensor<typename First::entry_type, N>;
    array<P, entry> scratch;
    ISOBIT_HLS_REGISTERS(scratch)
    Cell::row(count<N>(), X::template from<P>(x, r * N), First::template at<P>(0),
              Second::template at<P>(0), entry::template from<P>(scratch, 0),
              Y::template from<P>(y, r * N));
  }
};

// Rows of N elements to one element each.
template <class P, class Cell, int Rows, int N, class X, class Y>
struct reduce : items<reduce<P, Cell, Rows, N, X, Y>> {
  static constexpr int inner() { return Rows; }

  static void at(int, int r, array<P, Y>& y, array<P, X>& x) {
    ISOBIT_HLS_INLINE
    Cell::row(count<N>(), X::template from<P>(x, r * N), Y::template from<P>(y, r));
  }
};

// Rows of N elements to rows of the first K in some order. D supplies `pairs()`.
template <class P, class Cell, int Rows, int N, int K, int Pairs, class X, class Y, class D>
struct exchange : items<exchange<P, Cell, Rows, N, K, Pairs, X, Y, D>> {
  static constexpr int inner() { return Rows; }

  static void at(int, int r, array<P, Y>& y, array<P, X>& x) {
    ISOBIT_HLS_INLINE
    using in = typename X::format_type;
    using all = tensor<in, N>;
    using places = tensor<decltype(integer_like<16, false>(in())), N>;
    array<P, all> values;
    ISOBIT_HLS_REGISTERS(values)
    array<P, places> indices;
    ISOBIT_HLS_REGISTERS(indices)
    Cell::row(count<N>(), K, D::pairs(), Pairs, X::template from<P>(x, r * N),
              all::template from<P>(values, 0), places::template from<P>(indices, 0),
              Y::template from<P>(y, r * K));
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
