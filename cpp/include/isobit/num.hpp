// A number: a raw of some policy together with its format. The operators here are exact; they align
// binary points and grow formats, and never round (that is cast's privilege).
//
// Numbers are for arithmetic in flight. Tensors are never stored as arrays of them: see view.hpp.
//
// Where arithmetic is written (here, cast.hpp, cells, schedules), numbers, raws, masks and formats
// that lie in a local variable are not declared const: GCC leaves const objects of classes in
// memory (its scalar replacement of aggregates takes their initialization for a store into
// something read-only). With run-time formats that cost a third of a kernel's time, and more.
#ifndef ISOBIT_NUM_HPP
#define ISOBIT_NUM_HPP

#include <cstdint>

#include "isobit/format.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// The format is an empty base when it is static, so that num is then as small as its raw.
template <class P, class F>
struct num : private F {
  using policy = P;
  using format_type = F;
  using raw_type = typename P::template raw<F>;

  raw_type raw;

  num(const F& format, const raw_type& r) : F(format), raw(r) {}
  const F& format() const { return *this; }
};

// The integer `value` in a format, the same in every lane.
template <class P, class F>
num<P, F> literal(const F& format, std::int64_t value) {
  return num<P, F>(format, P::lit(format, value));
}

namespace detail {

// The same value with the fractional bits (at least as many) of `to`.
template <class P, class F, class T>
typename P::template raw<T> align(const num<P, F>& v, const T& to) {
  return P::shl(to, v.raw, to.frac() - v.format().frac());
}

}  // namespace detail

template <class P, class A, class B>
auto operator*(const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(product(a.format(), b.format()))> {
  auto f = product(a.format(), b.format());
  return {f, P::mul(f, a.raw, b.raw)};
}

template <class P, class A, class B>
auto operator+(const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(sum(a.format(), b.format()))> {
  auto f = sum(a.format(), b.format());
  return {f, P::add(f, detail::align(a, f), detail::align(b, f))};
}

template <class P, class A, class B>
auto operator-(const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(difference(a.format(), b.format()))> {
  auto f = difference(a.format(), b.format());
  return {f, P::sub(f, detail::align(a, f), detail::align(b, f))};
}

template <class P, class A, class B>
typename P::mask operator<(const num<P, A>& a, const num<P, B>& b) {
  auto f = either(a.format(), b.format());
  return P::less(detail::align(a, f), detail::align(b, f));
}

template <class P, class A, class B>
auto select(const typename P::mask& m, const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(either(a.format(), b.format()))> {
  auto f = either(a.format(), b.format());
  return {f, P::select(f, m, detail::align(a, f), detail::align(b, f))};
}

template <class P, class A, class B>
auto min(const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(either(a.format(), b.format()))> {
  auto f = either(a.format(), b.format());
  return {f, P::min(f, detail::align(a, f), detail::align(b, f))};
}

template <class P, class A, class B>
auto max(const num<P, A>& a, const num<P, B>& b)
    -> num<P, decltype(either(a.format(), b.format()))> {
  auto f = either(a.format(), b.format());
  return {f, P::max(f, detail::align(a, f), detail::align(b, f))};
}

template <class P, class A>
auto abs(const num<P, A>& a) -> num<P, decltype(magnitude(a.format()))> {
  auto f = magnitude(a.format());
  auto zero = P::lit(f, 0);
  return {f, P::max(f, a.raw, P::sub(f, zero, a.raw))};
}

// a * a, of which policies may know that it is not negative.
template <class P, class A>
auto squared(const num<P, A>& a) -> num<P, decltype(product(a.format(), a.format()))> {
  auto f = product(a.format(), a.format());
  return {f, P::square(f, a.raw)};
}

// max(a, 0), which needs no sign.
template <class P, class A>
auto positive_part(const num<P, A>& a) -> num<P, decltype(non_negative(a.format()))> {
  auto f = non_negative(a.format());
  return {f, P::max(f, a.raw, P::lit(a.format(), 0))};
}

// Zero in the format of `like`.
template <class P, class A>
num<P, A> zero(const num<P, A>& like) {
  return literal<P>(like.format(), 0);
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
