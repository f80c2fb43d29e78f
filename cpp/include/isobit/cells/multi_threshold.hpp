// multi_threshold: y = bias + scale * (how many thresholds x is not below). Any activation with few
// values, exactly: quantized relu, sign, batch normalisation before either.
#ifndef ISOBIT_CELLS_MULTI_THRESHOLD_HPP
#define ISOBIT_CELLS_MULTI_THRESHOLD_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct multi_threshold {
  // No threshold yet, of n; formats are of the same model as x's.
  template <class P, class N, class X>
  static auto begin(const N& n, const num<P, X>& x)
      -> num<P, decltype(sum_of(n, integer_like<1, false>(x.format())))> {
    return literal<P>(sum_of(n, integer_like<1, false>(x.format())), 0);
  }
  template <class P, class A, class X, class T>
  static num<P, A> step(const num<P, A>& passed, const num<P, X>& x, const num<P, T>& threshold) {
    auto one = literal<P>(integer_like<1, false>(x.format()), 1);
    auto more = select(x < threshold, zero(one), one);
    return num<P, A>(passed.format(), P::add(passed.format(), passed.raw, more.raw));
  }
  template <class P, class A, class S, class B, class Y>
  static num<P, Y> finish(const num<P, A>& passed, const num<P, S>& scale, const num<P, B>& bias,
                          const Y& out) {
    return cast(passed * scale + bias, out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
