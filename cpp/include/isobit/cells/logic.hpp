// Comparisons, logic and choice. A truth value is 0 or 1; as an input, whatever is not 0 is true.
#ifndef ISOBIT_CELLS_LOGIC_HPP
#define ISOBIT_CELLS_LOGIC_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

template <class P, class Y>
auto one_bit(std::int64_t value, const Y& like) {
  return literal<P>(integer_like<1, false>(like), value);
}
template <class P, class Y>
auto true_if(const typename P::mask& m, const Y& like) {
  return select(m, one_bit<P>(1, like), one_bit<P>(0, like));
}
template <class P, class Y>
auto false_if(const typename P::mask& m, const Y& like) {
  return select(m, one_bit<P>(0, like), one_bit<P>(1, like));
}
// Whether two numbers differ.
template <class P, class A, class B, class Y>
auto differ(const num<P, A>& a, const num<P, B>& b, const Y& like) {
  return select(a < b, one_bit<P>(1, like), true_if<P>(b < a, like));
}
template <class P, class X, class Y>
auto truth(const num<P, X>& x, const Y& like) {
  return differ(x, zero(x), like);
}
template <class P, class X, class Y>
auto opposite(const num<P, X>& x, const Y& like) {
  return false_if<P>(zero(x) < x, like);
}

}  // namespace detail

struct less {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(detail::true_if<P>(a < b, out), out);
  }
};

struct less_equal {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(detail::false_if<P>(b < a, out), out);
  }
};

struct equal {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(detail::opposite(detail::differ(a, b, out), out), out);
  }
};

struct not_equal {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(detail::differ(a, b, out), out);
  }
};

struct logical_and {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(min(detail::truth(a, out), detail::truth(b, out)), out);
  }
};

struct logical_or {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(max(detail::truth(a, out), detail::truth(b, out)), out);
  }
};

struct logical_xor {
  template <class P, class A, class B, class Y>
  static num<P, Y> apply(const num<P, A>& a, const num<P, B>& b, const Y& out) {
    return cast(detail::differ(detail::truth(a, out), detail::truth(b, out), out), out);
  }
};

struct logical_not {
  static constexpr int constants = 0, tables = 0, formats = 0;

  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(detail::opposite(detail::truth(x, out), out), out);
  }
};

// y = a where the condition is not 0, else b
struct where {
  template <class P, class C, class A, class B, class Y>
  static num<P, Y> apply(const num<P, C>& condition, const num<P, A>& a, const num<P, B>& b,
                         const Y& out) {
    auto none = zero(condition);
    return cast(select(condition < none, a, select(none < condition, a, b)), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
