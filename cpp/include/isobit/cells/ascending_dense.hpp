// ascending_dense: the sum of a dense layer with a cast into the accumulator after every addition,
// the inputs in ascending order. a = cast(b, accumulator); then for i = 0, 1, ...
//   a = cast(a + cast(x_i w_i, accumulator), accumulator)
// and y = cast(a) at the end.
// Where an accumulator saturates, the order is part of the result. Taps in the padding add nothing.
#ifndef ISOBIT_CELLS_ASCENDING_DENSE_HPP
#define ISOBIT_CELLS_ASCENDING_DENSE_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct ascending_dense {
  // R neighbouring neurons of a row of n_in elements, as dense::neurons.
  template <int R, class P, class N, class FX, class FW, class FB, class A, class FY>
  static void neurons(const N& n_in, const view<P, FX>& x, const constants<P, FW>& weight,
                      std::ptrdiff_t row_stride, const constants<P, FB>& bias, const A& accumulator,
                      const view<P, FY>& y) {
    const int here = 0;
    neurons<R>(window<N, N, int>{n_in, n_in, 1, &here, 0, nullptr}, x, weight, row_stride, bias,
               accumulator, y);
  }

  // Term by term, as dense, but in ascending order.
  template <class P, class N, class X, class W, class B, class A>
  static num<P, A> begin(const N&, const X&, const W&, const num<P, B>& bias,
                         const A& accumulator) {
    return cast(bias, accumulator);
  }
  template <class P, class X, class W, class A>
  static num<P, A> step(const num<P, A>& sum, const num<P, X>& x, const num<P, W>& weight,
                        const A& accumulator) {
    return cast(sum + cast(x * weight, accumulator), accumulator);
  }
  template <class P, class B, class A, class Y>
  static num<P, Y> finish(const num<P, A>& sum, const num<P, B>&, const A&, const Y& out) {
    return cast(sum, out);
  }

  // The same over a window (window.hpp).
  template <int R, class P, class All, class N, class Index, class FX, class FW, class FB, class A,
            class FY>
  static void neurons(const window<All, N, Index>& from, const view<P, FX>& x,
                      const constants<P, FW>& weight, std::ptrdiff_t row_stride,
                      const constants<P, FB>& bias, const A& accumulator, const view<P, FY>& y) {
    typename P::template raw<A> all[R];
    for (int r = 0; r < R; ++r) all[r] = cast(bias[r], accumulator).raw;
    for (int t = 0; t < from.taps; ++t) {
      if (from.at[t] < 0) continue;
      auto xs = x.from(from.at[t] * from.next);
      auto rows = weight.from(static_cast<std::ptrdiff_t>(t) * from.n * row_stride);
      for (int i = 0; i < from.n; ++i)
        for (int r = 0; r < R; ++r) {
          num<P, A> before(accumulator, all[r]);
          all[r] = step(before, xs[i], rows[i * row_stride + r], accumulator).raw;
        }
    }
    for (int r = 0; r < R; ++r) y.put(r, cast(num<P, A>(accumulator, all[r]), y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
