// rounded_dense: y_o = cast(cast(sum_i round(x_i w_(i,o)) + b_o, accumulator)), where every product
// is rounded to the fractional bits of the accumulator, in its way, before it is added. What the
// accumulator drops is dropped from each product and not from the sum; sums are exact (or modulo
// 2^W, where the accumulator wraps), so their order is free.
#ifndef ISOBIT_CELLS_ROUNDED_DENSE_HPP
#define ISOBIT_CELLS_ROUNDED_DENSE_HPP

#include "isobit/cells/dense.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct rounded_dense {
  // The exact format of n rounded products and a bias.
  template <class N, class X, class W, class A, class B>
  static constexpr auto total_format(const N& n, const X& x, const W& w, const A& accumulator,
                                     const B& b)
      -> decltype(sum(sum_of(n, rounded_to(product(x, w), accumulator)), b)) {
    return sum(sum_of(n, rounded_to(product(x, w), accumulator)), b);
  }

  // The sums of R neighbouring neurons; returns their format. As dense::sums.
  template <int R, class P, class N, class FX, class FW, class FB, class A, class Raw>
  static auto sums(const N& n_in, const view<P, FX>& x, const constants<P, FW>& weight,
                   std::ptrdiff_t row_stride, const constants<P, FB>& bias, const A& accumulator,
                   Raw (&sums)[R])
      -> decltype(total_format(n_in, x.format(), weight.format(), accumulator, bias.format())) {
    auto total = total_format(n_in, x.format(), weight.format(), accumulator, bias.format());
    P::template affine_rounded<R>(n_in, x, weight, row_stride, bias, accumulator, total, sums);
    return total;
  }

  // The same over a window (window.hpp).
  template <int R, class P, class All, class N, class Index, class FX, class FW, class FB, class A,
            class Raw>
  static auto sums(const window<All, N, Index>& from, const view<P, FX>& x,
                   const constants<P, FW>& weight, std::ptrdiff_t row_stride,
                   const constants<P, FB>& bias, const A& accumulator, Raw (&sums)[R])
      -> decltype(total_format(from.all, x.format(), weight.format(), accumulator, bias.format())) {
    auto total = total_format(from.all, x.format(), weight.format(), accumulator, bias.format());
    P::template affine_rounded_window<R>(from, x, weight, row_stride, bias, accumulator, total,
                                         sums);
    return total;
  }

  // The sums of one register of neurons in X windows that follow one another, as dense::sums_at.
  template <int X, class P, class All, class N, class Index, class FX, class FW, class FB, class A,
            class Raw>
  static auto sums_at(const window<All, N, Index>& from, const view<P, FX>& x,
                      const constants<P, FW>& weight, std::ptrdiff_t row_stride,
                      const constants<P, FB>& bias, const A& accumulator, Raw (&sums)[X])
      -> decltype(total_format(from.all, x.format(), weight.format(), accumulator, bias.format())) {
    auto total = total_format(from.all, x.format(), weight.format(), accumulator, bias.format());
    P::template affine_rounded_positions<X>(from, x, weight, row_stride, bias, accumulator, total,
                                            sums);
    return total;
  }

  template <class P, class S, class A, class Y>
  static num<P, Y> finish(const num<P, S>& sum, const A& accumulator, const Y& out) {
    return cast(cast(sum, accumulator), out);
  }

  // Term by term, as dense.
  template <class P, class N, class X, class W, class B, class A>
  static auto begin(const N& terms, const X& x, const W& weight, const num<P, B>&,
                    const A& accumulator)
      -> num<P, decltype(sum_of(terms, rounded_to(product(x, weight), accumulator)))> {
    return literal<P>(sum_of(terms, rounded_to(product(x, weight), accumulator)), 0);
  }
  template <class P, class S, class X, class W, class A>
  static num<P, S> step(const num<P, S>& sum, const num<P, X>& x, const num<P, W>& weight,
                        const A& accumulator) {
    auto exact = x * weight;
    auto term = cast(exact, rounded_to(exact.format(), accumulator));
    return num<P, S>(sum.format(), P::add(sum.format(), sum.raw, term.raw));
  }
  template <class P, class S, class B, class A, class Y>
  static num<P, Y> finish(const num<P, S>& sum, const num<P, B>& bias, const A& accumulator,
                          const Y& out) {
    return finish(sum + bias, accumulator, out);
  }

  // Both, for schedules that do nothing in between. `inputs`: how many, or a window.
  template <int R, class P, class N, class FX, class FW, class FB, class A, class FY>
  static void neurons(const N& inputs, const view<P, FX>& x, const constants<P, FW>& weight,
                      std::ptrdiff_t row_stride, const constants<P, FB>& bias, const A& accumulator,
                      const view<P, FY>& y) {
    using total = decltype(total_format(detail::number_of(inputs), x.format(), weight.format(),
                                        accumulator, bias.format()));
    typename P::template raw<total> all[R];
    const total f = sums<R>(inputs, x, weight, row_stride, bias, accumulator, all);
    for (int r = 0; r < R; ++r) y.put(r, finish(num<P, total>(f, all[r]), accumulator, y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
