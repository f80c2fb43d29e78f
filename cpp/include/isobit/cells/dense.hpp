// dense: y_o = cast(cast(sum_i x_i w_(i,o) + b_o, accumulator)). The sum is exact, so its order is
// free. A convolution is the same, with the elements of a window for the inputs.
#ifndef ISOBIT_CELLS_DENSE_HPP
#define ISOBIT_CELLS_DENSE_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

template <class N>
N number_of(const N& n) {
  return n;
}
template <class All, class N, class Index>
All number_of(const window<All, N, Index>& from) {
  return from.all;
}

}  // namespace detail

struct dense {
  // The format of the exact sum of n products and a bias, whatever the accumulator.
  template <class N, class X, class W, class A, class B>
  static constexpr auto total_format(const N& n, const X& x, const W& w, const A&, const B& b)
      -> decltype(affine_format(n, x, w, b)) {
    return affine_format(n, x, w, b);
  }

  // The exact sums of R neighbouring neurons; returns their format. The weights begin at the first
  // neuron's column, rows lie `row_stride` apart.
  template <int R, class P, class N, class FX, class FW, class FB, class A, class Raw>
  static auto sums(const N& n_in, const view<P, FX>& x, const constants<P, FW>& weight,
                   std::ptrdiff_t row_stride, const constants<P, FB>& bias, const A&,
                   Raw (&sums)[R])
      -> decltype(affine_format(n_in, x.format(), weight.format(), bias.format())) {
    auto total = affine_format(n_in, x.format(), weight.format(), bias.format());
    P::template affine<R>(n_in, x, weight, row_stride, bias, total, sums);
    return total;
  }

  // The same over a window (window.hpp).
  template <int R, class P, class All, class N, class Index, class FX, class FW, class FB, class A,
            class Raw>
  static auto sums(const window<All, N, Index>& from, const view<P, FX>& x,
                   const constants<P, FW>& weight, std::ptrdiff_t row_stride,
                   const constants<P, FB>& bias, const A&, Raw (&sums)[R])
      -> decltype(affine_format(from.all, x.format(), weight.format(), bias.format())) {
    auto total = affine_format(from.all, x.format(), weight.format(), bias.format());
    P::template affine_window<R>(from, x, weight, row_stride, bias, total, sums);
    return total;
  }

  // The sums of one neuron (of one register of them) in X windows that follow one another, for
  // policies that can.
  template <int X, class P, class All, class N, class Index, class FX, class FW, class FB, class A,
            class Raw>
  static auto sums_at(const window<All, N, Index>& from, const view<P, FX>& x,
                      const constants<P, FW>& weight, std::ptrdiff_t row_stride,
                      const constants<P, FB>& bias, const A&, Raw (&sums)[X])
      -> decltype(affine_format(from.all, x.format(), weight.format(), bias.format())) {
    auto total = affine_format(from.all, x.format(), weight.format(), bias.format());
    P::template affine_positions<X>(from, x, weight, row_stride, bias, total, sums);
    return total;
  }

  template <class P, class S, class A, class Y>
  static num<P, Y> finish(const num<P, S>& sum, const A& accumulator, const Y& out) {
    return cast(cast(sum, accumulator), out);
  }

  // The same term by term, for schedules that share multipliers: a sum begins with nothing, takes
  // its terms in any order, and gets its bias when it is finished.
  template <class P, class N, class X, class W, class B, class A>
  static auto begin(const N& terms, const X& x, const W& weight, const num<P, B>&, const A&)
      -> num<P, decltype(sum_of(terms, product(x, weight)))> {
    return literal<P>(sum_of(terms, product(x, weight)), 0);
  }
  template <class P, class S, class X, class W, class A>
  static num<P, S> step(const num<P, S>& sum, const num<P, X>& x, const num<P, W>& weight,
                        const A&) {
    return num<P, S>(sum.format(), P::add(sum.format(), sum.raw, (x * weight).raw));
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
    using total = decltype(affine_format(detail::number_of(inputs), x.format(), weight.format(),
                                         bias.format()));
    typename P::template raw<total> all[R];
    const total f = sums<R>(inputs, x, weight, row_stride, bias, accumulator, all);
    for (int r = 0; r < R; ++r) y.put(r, finish(num<P, total>(f, all[r]), accumulator, y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
