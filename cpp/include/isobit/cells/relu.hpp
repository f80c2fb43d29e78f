// relu and its relatives without tables. Each is exact up to the one cast at its end.
#ifndef ISOBIT_CELLS_RELU_HPP
#define ISOBIT_CELLS_RELU_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// y = max(x, 0)
struct relu {
  static constexpr int constants = 0, tables = 0, formats = 0;

  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(positive_part(x), out);
  }
};

// y = min(max(x, low), high): relu6, hard tanh, ONNX Clip
struct clip {
  static constexpr int constants = 2, tables = 0, formats = 0;

  template <class P, class X, class L, class H, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, L>& low, const num<P, H>& high,
                         const Y& out) {
    return cast(min(max(x, low), high), out);
  }
};

// y = x where x >= 0, else alpha x: leaky relu, and parametric relu with an alpha per element
struct leaky_relu {
  static constexpr int constants = 1, tables = 0, formats = 0;

  template <class P, class X, class A, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, A>& alpha, const Y& out) {
    return cast(select(x < zero(x), alpha * x, x), out);
  }
};

// y = x where x > theta, else 0
struct thresholded_relu {
  static constexpr int constants = 1, tables = 0, formats = 0;

  template <class P, class X, class T, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, T>& theta, const Y& out) {
    return cast(select(theta < x, x, zero(x)), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
