// Several elements to one: pooling and reductions, thresholds, products of two matrices that both
// depend on the data.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_WINDOWS_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_WINDOWS_HPP

#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Output (p, c) of Positions x Run comes from the elements base + c for the bases of window p, of
// which there are `Longest` at most. D supplies `begins()` (of each window among the bases, and the
// end of the last) and `bases()`.
template <class P, class Cell, int Run, int Positions, int Longest, class X, class Y, class D,
          class Arguments>
struct windows;

template <class P, class Cell, int Run, int Positions, int Longest, class X, class Y, class D,
          class... A>
struct windows<P, Cell, Run, Positions, Longest, X, Y, D, arguments<A...>>
    : items<windows<P, Cell, Run, Positions, Longest, X, Y, D, arguments<A...>>> {
  static constexpr int outer() { return Positions; }
  static constexpr int inner() { return Run; }

  static void at(int p, int c, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    const int first = D::begins()[p], end = D::begins()[p + 1];
    auto all = Cell::begin(count<Longest>(), X::template at<P>(x, D::bases()[first] + c));
    ISOBIT_HLS_UNROLL_NEXT
    for (int k = 1; k < Longest; ++k) {
      ISOBIT_HLS_UNROLL
      if (first + k < end) all = Cell::step(all, X::template at<P>(x, D::bases()[first + k] + c));
    }
    const int to = p * Run + c;
    Y::template put<P>(y, to,
                       Cell::finish(all, A::template at<P>(to)..., typename Y::format_type()));
  }
};

// Element by element, compared with the N thresholds of its channel. Limits holds those channel by
// channel, Scale and Bias one value or one for each.
template <class P, class Cell, int Channels, int N, class X, class Y, class Limits, class Scale,
          class Bias>
struct thresholds : items<thresholds<P, Cell, Channels, N, X, Y, Limits, Scale, Bias>> {
  static constexpr int outer() { return Y::size() / Channels; }
  static constexpr int inner() { return Channels; }

  static void at(int r, int c, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    const auto value = X::template at<P>(x, r * Channels + c);
    auto passed = Cell::begin(count<N>(), value);
    ISOBIT_HLS_UNROLL_NEXT
    for (int k = 0; k < N; ++k) {
      ISOBIT_HLS_UNROLL
      passed = Cell::step(passed, value, Limits::template at<P>(c * N + k));
    }
    Y::template put<P>(y, r * Channels + c,
                       Cell::finish(passed, Scale::template at<P>(c), Bias::template at<P>(c),
                                    typename Y::format_type()));
  }
};

// Pairs of matrices N x K by K x M to their products. D supplies `begins()`: two for each pair.
template <class P, class Cell, int Pairs, int N, int K, int M, class A, class B, class Y,
          class Accumulator, class D>
struct contraction : items<contraction<P, Cell, Pairs, N, K, M, A, B, Y, Accumulator, D>> {
  static constexpr int outer() { return Pairs * N; }
  static constexpr int inner() { return M; }

  static void at(int row, int column, array<P, Y>& y, array<P, A>& a, array<P, B>& b) {
    ISOBIT_HLS_INLINE
    const int pair = row / N, left = D::begins()[2 * pair], right = D::begins()[2 * pair + 1];
    Cell::template columns<1>(count<K>(), A::template from<P>(a, left + row % N * K),
                              B::template from<P>(b, right + column), M,
                              Accumulator::template at<P>(0),
                              Y::template from<P>(y, row * M + column));
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
