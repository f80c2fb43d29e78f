// Exact functions of one number: magnitude, sign, square, and rounding to integers.
#ifndef ISOBIT_CELLS_ELEMENTARY_HPP
#define ISOBIT_CELLS_ELEMENTARY_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

struct of_one_number {
  static constexpr int constants = 0, tables = 0, formats = 0;
};

}  // namespace detail

// y = |x|
struct absolute : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(abs(x), out);
  }
};

// y = -x
struct negative : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(zero(x) - x, out);
  }
};

// y = 1 where x > 0, -1 where x < 0, else 0
struct sign : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    auto integer = integer_like<2, true>(out);
    auto one = literal<P>(integer, 1), none = literal<P>(integer, 0);
    auto minus_one = literal<P>(integer, -1);
    return cast(select(x < zero(x), minus_one, select(zero(x) < x, one, none)), out);
  }
};

// y = x^2
struct square : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(squared(x), out);
  }
};

// y = the largest integer <= x
struct floor : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(P::to_integer(x, integers_of<rounding::trn>(x.format())), out);
  }
};

// y = the smallest integer >= x
struct ceil : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    auto opposite = zero(x) - x;
    auto below = P::to_integer(opposite, integers_of<rounding::trn>(opposite.format()));
    return cast(zero(below) - below, out);
  }
};

// y = the nearest integer, of two the even one
struct round : detail::of_one_number {
  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(P::to_integer(x, integers_of<rounding::rnd_conv>(x.format())), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
