// Activations with a table. The table's own rounding is the only approximation; its largest error
// is computed and stated when the model is built.
#ifndef ISOBIT_CELLS_LOOKUP_HPP
#define ISOBIT_CELLS_LOOKUP_HPP

#include "isobit/table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// y = table(x): sigmoid, tanh, softsign, exp
struct lookup {
  static constexpr int constants = 0, tables = 1, formats = 0;

  template <class P, class X, class I, class E, class Y>
  static num<P, Y> apply(const num<P, X>& x, const table<P, I, E>& t, const Y& out) {
    return cast(look_up(x, t), out);
  }
};

// y = max(x, 0) + tail(|x|): functions that approach a ramp (softplus, gelu, silu). Their distance
// from relu is even and dies out, so a small table is enough.
struct lookup_relu {
  static constexpr int constants = 0, tables = 1, formats = 0;

  template <class P, class X, class I, class E, class Y>
  static num<P, Y> apply(const num<P, X>& x, const table<P, I, E>& tail, const Y& out) {
    return cast(max(x, zero(x)) + look_up(abs(x), tail), out);
  }
};

// y = max(x, 0) + tail(x): functions that approach a ramp, each side in its own way (mish)
struct lookup_ramp {
  static constexpr int constants = 0, tables = 1, formats = 0;

  template <class P, class X, class I, class E, class Y>
  static num<P, Y> apply(const num<P, X>& x, const table<P, I, E>& tail, const Y& out) {
    return cast(max(x, zero(x)) + look_up(x, tail), out);
  }
};

// y = min(x, 0) + tail(|x|): log-sigmoid
struct lookup_negative_ramp {
  static constexpr int constants = 0, tables = 1, formats = 0;

  template <class P, class X, class I, class E, class Y>
  static num<P, Y> apply(const num<P, X>& x, const table<P, I, E>& tail, const Y& out) {
    return cast(min(x, zero(x)) + look_up(abs(x), tail), out);
  }
};

// y = scale x where x > 0, else tail(|x|): elu, selu
struct elu {
  static constexpr int constants = 1, tables = 1, formats = 0;

  template <class P, class X, class S, class I, class E, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, S>& scale, const table<P, I, E>& tail,
                         const Y& out) {
    return cast(select(zero(x) < x, scale * x, look_up(abs(x), tail)), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
