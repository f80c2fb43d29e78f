// Sums of products with weights: dense layers and convolutions. An output element (position,
// column) is a sum of `terms()` products: schedules begin, step from term to term in ascending
// order (which matters to the cells whose accumulators saturate), and finish.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_SUMS_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_SUMS_HPP

#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

namespace detail {

// The items of a sum whose terms are all there at once. Sum supplies positions(), terms(),
// columns(), step(all, x, p, k, o); weight k of column o is element k * columns() + o.
template <class P, class Cell, class Sum, class X, class W, class B, class A, class Y>
struct sum_items {
  static constexpr int outer() { return Sum::positions(); }
  static constexpr int inner() { return Sum::columns(); }
  static constexpr int products() { return Sum::positions() * Sum::columns() * Sum::terms(); }

  static auto begin(int o) {
    return Cell::begin(count<Sum::terms()>(), typename X::format_type(), typename W::format_type(),
                       B::template at<P>(o), A::template at<P>(0));
  }
  template <class S>
  static void finish(array<P, Y>& y, const S& all, int p, int o) {
    Y::template put<P>(
        y, p * Sum::columns() + o,
        Cell::finish(all, B::template at<P>(o), A::template at<P>(0), typename Y::format_type()));
  }

  static void at(int p, int o, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    auto all = begin(o);
    ISOBIT_HLS_UNROLL_NEXT
    for (int k = 0; k < Sum::terms(); ++k) {
      ISOBIT_HLS_UNROLL
      all = Sum::step(all, x, p, k, o);
    }
    finish(y, all, p, o);
  }

  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>& x) {
    Schedule::template sums<Sum>(y, x);
  }
};

}  // namespace detail

// Rows of In inputs to rows of Out outputs.
template <class P, class Cell, int Rows, int In, int Out, class X, class W, class B, class A,
          class Y>
struct matrix
    : detail::sum_items<P, Cell, matrix<P, Cell, Rows, In, Out, X, W, B, A, Y>, X, W, B, A, Y> {
  static constexpr int positions() { return Rows; }
  static constexpr int terms() { return In; }
  static constexpr int columns() { return Out; }

  template <class S>
  static S step(const S& all, const array<P, X>& x, int p, int k, int o) {
    return Cell::step(all, X::template at<P>(x, p * In + k), W::template at<P>(k * Out + o),
                      A::template at<P>(0));
  }
};

// Every position sums over the taps of the kernel that meet an input pixel. In and Out: channels of
// one group. D supplies `pixels()`: for each position the pixel that each tap meets, -1 in the
// padding.
template <class P, class Cell, int Positions, int Groups, int In, int Out, int Taps, class X,
          class W, class B, class A, class Y, class D>
struct convolution
    : detail::sum_items<P, Cell,
                        convolution<P, Cell, Positions, Groups, In, Out, Taps, X, W, B, A, Y, D>, X,
                        W, B, A, Y> {
  static constexpr int positions() { return Positions; }
  static constexpr int terms() { return Taps * In; }
  static constexpr int columns() { return Groups * Out; }

  template <class S>
  static S step(const S& all, const array<P, X>& x, int p, int k, int o) {
    const int pixel = D::pixels()[p * Taps + k / In];
    if (pixel < 0) return all;
    return Cell::step(all, X::template at<P>(x, (pixel * Groups + o / Out) * In + k % In),
                      W::template at<P>(k * columns() + o), A::template at<P>(0));
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
