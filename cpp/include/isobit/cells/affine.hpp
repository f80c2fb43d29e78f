// affine: y = cast(cast(x * scale + bias, accumulator)). Batch normalisation, standardisation of
// physical inputs, and arithmetic with constants.
#ifndef ISOBIT_CELLS_AFFINE_HPP
#define ISOBIT_CELLS_AFFINE_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct affine {
  static constexpr int constants = 2, tables = 0, formats = 1;

  template <class P, class X, class S, class B, class A, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, S>& scale, const num<P, B>& bias,
                         const A& accumulator, const Y& out) {
    return cast(cast(x * scale + bias, accumulator), out);
  }
};

// The end of a normalisation: y = cast(centred * inverse * gamma + beta), the inverse being that of
// the deviation.
struct normalize {
  template <class P, class X, class R, class S, class B, class Y>
  static num<P, Y> apply(const num<P, X>& centred, const num<P, R>& inverse, const num<P, S>& gamma,
                         const num<P, B>& beta, const Y& out) {
    return cast(centred * inverse * gamma + beta, out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
