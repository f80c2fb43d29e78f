// Piecewise linear stand-ins for sigmoid and tanh.
#ifndef ISOBIT_CELLS_HARD_HPP
#define ISOBIT_CELLS_HARD_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// clip(slope x + offset, 0, 1), exact. like: any format of the same model.
template <class P, class X, class S, class O, class Y>
auto hard_ramp(const num<P, X>& x, const num<P, S>& slope, const num<P, O>& offset, const Y& like) {
  auto line = slope * x + offset;
  return min(max(line, zero(line)), literal<P>(integer_like<2, true>(like), 1));
}

// y = clip(slope x + offset, 0, 1)
struct hard_sigmoid {
  static constexpr int constants = 2, tables = 0, formats = 0;

  template <class P, class X, class S, class O, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, S>& slope, const num<P, O>& offset,
                         const Y& out) {
    return cast(hard_ramp(x, slope, offset, out), out);
  }
};

// y = x clip(slope x + offset, 0, 1)
struct hard_swish {
  static constexpr int constants = 2, tables = 0, formats = 0;

  template <class P, class X, class S, class O, class Y>
  static num<P, Y> apply(const num<P, X>& x, const num<P, S>& slope, const num<P, O>& offset,
                         const Y& out) {
    return cast(x * hard_ramp(x, slope, offset, out), out);
  }
};

// y = 1 where x >= 0, else -1
struct binary_tanh {
  static constexpr int constants = 0, tables = 0, formats = 0;

  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    auto integer = integer_like<2, true>(out);
    return cast(select(x < zero(x), literal<P>(integer, -1), literal<P>(integer, 1)), out);
  }
};

// y = 1 where x > 1/2, -1 where x < -1/2, else 0
struct ternary_tanh {
  static constexpr int constants = 0, tables = 0, formats = 0;

  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    auto integer = integer_like<2, true>(out);
    auto one = literal<P>(integer, 1), none = literal<P>(integer, 0);
    auto minus_one = literal<P>(integer, -1);
    auto twice = x + x;
    return cast(select(one < twice, one, select(twice < minus_one, minus_one, none)), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
