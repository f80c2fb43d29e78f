// cast: the only place where a number is rounded, saturated or wrapped.
//
// Written once over the primitives of a policy. Rounding adds a mode-dependent amount below the
// dropped bits and floors; then overflow clamps, wraps or selects. docs/SEMANTICS.md is normative.
#ifndef ISOBIT_CAST_HPP
#define ISOBIT_CAST_HPP

#include "isobit/num.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

// Bits dropped by a cast. A shift past every bit of the source gives the same result as one by two
// more bits than the source has, so that the work stays narrow.
template <class From, class To>
constexpr int dropped_bits(const From& from, const To& to) {
  return from.frac() - to.frac() > from.width() + 2 ? from.width() + 2 : from.frac() - to.frac();
}

// Wide enough for every intermediate value of a cast that drops (or, negative, appends) bits.
constexpr int working_width(int from, int to, int dropped) {
  return 3 + (dropped >= 0 ? max(max(from, to), dropped) : max(from - dropped, to));
}
template <class From, class To>
constexpr auto working(From, To)
    -> fmt<working_width(From::width(), To::width(), dropped_bits(From(), To())), To::frac(),
           true> {
  return {};
}
constexpr dyn working(const dyn& from, const dyn& to) {
  return dyn(working_width(from.width(), to.width(), dropped_bits(from, to)), to.frac(), true);
}

template <class P, class W>
auto power_of_two(const W& w, int exponent) {
  return P::shl(w, P::lit(w, 1), exponent);
}

// floor-divides by 2^d after adding what the rounding mode wants; d > 0.
template <class P, class W, class R>
R round_off(const W& w, const R& a, int d, rounding mode) {
  auto nothing = P::lit(w, 0);
  auto half = power_of_two<P>(w, d - 1);
  auto below_half = P::sub(w, half, P::lit(w, 1));
  R bias = nothing;
  switch (mode) {
    case rounding::trn:
      break;
    case rounding::trn_zero:
      bias = P::select(w, P::less(a, nothing), P::add(w, half, below_half), nothing);
      break;
    case rounding::rnd:
      bias = half;
      break;
    case rounding::rnd_zero:
      bias = P::select(w, P::less(a, nothing), half, below_half);
      break;
    case rounding::rnd_inf:
      bias = P::select(w, P::less(a, nothing), below_half, half);
      break;
    case rounding::rnd_min_inf:
      bias = below_half;
      break;
    case rounding::rnd_conv: {
      auto last_kept = P::wrap(integer_like<1, false>(w), P::shr(w, a, d));
      bias = P::add(w, below_half, last_kept);
      break;
    }
  }
  return P::shr(w, P::add(w, a, bias), d);
}

// The largest raw of `to`; the smallest is its complement (or zero).
template <class P, class W, class To>
auto largest(const W& w, const To& to) {
  const int magnitude = to.width() - (to.is_signed() ? 1 : 0);
  return P::sub(w, power_of_two<P>(w, magnitude), P::lit(w, 1));
}
template <class P, class W, class R, class To>
R smallest(const W& w, const R& largest, const To& to) {
  return to.is_signed() ? P::sub(w, P::lit(w, -1), largest) : P::lit(w, 0);
}

// Sign-magnitude wrap: where `a` is out of range, its wrapped bits are complemented unless their
// sign agrees with the lowest bit that was lost, taken before the rounding carry (as ap_fixed
// does).
template <class P, class W, class R, class To>
typename P::template raw<To> wrap_sign_magnitude(const W& w, const R& a, const R& floored,
                                                 const To& to) {
  auto zero = P::lit(w, 0);
  R wrapped = P::shl(w, P::wrap(to, a), 0);
  R flipped = P::sub(w, P::lit(w, -1), wrapped);
  auto lost_bit_set = P::less(P::shl(w, P::wrap(sum(to, to), floored), 0), zero);
  auto turned = P::select(w, P::less(wrapped, zero), P::select(w, lost_bit_set, wrapped, flipped),
                          P::select(w, lost_bit_set, flipped, wrapped));
  auto high = largest<P>(w, to);
  auto not_below = P::select(w, P::less(a, smallest<P>(w, high, to)), turned, a);
  return P::select(to, P::less(high, a), turned, not_below);
}

// Brings the rounded integer `a` into the range of `to`; it was `exact` with d more bits.
template <class P, class W, class R, class To>
typename P::template raw<To> bring_into_range(const W& w, const R& a, const R& exact, int d,
                                              const To& to) {
  switch (to.overflows()) {
    case overflow::sat: {
      auto high = largest<P>(w, to);
      return P::min(to, P::max(w, a, smallest<P>(w, high, to)), high);
    }
    case overflow::sat_sym: {
      auto high = largest<P>(w, to);
      const bool symmetric = to.is_signed() && to.width() > 1;  // one bit saturates plainly
      auto low = symmetric ? P::sub(w, P::lit(w, 0), high) : smallest<P>(w, high, to);
      return P::min(to, P::max(w, a, low), high);
    }
    case overflow::sat_zero: {
      auto high = largest<P>(w, to);
      auto zero = P::lit(w, 0);
      auto not_below = P::select(w, P::less(a, smallest<P>(w, high, to)), zero, a);
      return P::select(to, P::less(high, a), zero, not_below);
    }
    case overflow::wrap_sm:
      return wrap_sign_magnitude<P>(w, a, P::shr(w, exact, d), to);
    case overflow::pm1:
      return P::select(to, P::less(a, P::lit(w, 0)), P::lit(w, -1), P::lit(w, 1));
    case overflow::wrap:
      break;
  }
  return P::wrap(to, a);
}

// The semantics of cast for every policy whose raws are integers.
template <class P, class From, class To>
num<P, To> integer_cast(const num<P, From>& v, const To& to) {
  auto w = working(v.format(), to);
  const int d = dropped_bits(v.format(), to);
  const int appended = d < 0 ? -d : 0, dropped = d > 0 ? d : 0;
  auto exact = P::shl(w, v.raw, appended);
  auto a = dropped > 0 ? round_off<P>(w, exact, dropped, to.rounds()) : exact;
  return num<P, To>(to, bring_into_range<P>(w, a, exact, dropped, to));
}

// A run-time format of the modes that networks mostly use, and of no others.
struct dyn_usual : dyn {
  explicit constexpr dyn_usual(const dyn& f) : dyn(f) {}
  constexpr rounding rounds() const {
    return rounds_ == rounding::trn   ? rounding::trn
           : rounds_ == rounding::rnd ? rounding::rnd
                                      : rounding::rnd_conv;
  }
  constexpr overflow overflows() const {
    return overflows_ == overflow::wrap  ? overflow::wrap
           : overflows_ == overflow::sat ? overflow::sat
                                         : overflow::pm1;
  }
  constexpr bool holds_modes_of(const dyn& f) const {
    return rounds() == f.rounds() && overflows() == f.overflows();
  }
};

// Where modes are known at run time only, the others are computed out of line, so that kernels stay
// small. What is handed over are values: a number whose address is known elsewhere lives in memory,
// in kernels that never get here too.
template <class P, class From>
__attribute__((noinline, cold)) typename P::template raw<dyn> cast_in_unusual_modes(
    typename P::template raw<From> raw, From from, dyn to) {
  return integer_cast(num<P, From>(from, raw), to).raw;
}
template <class P, class From>
num<P, dyn> run_time_cast(const num<P, From>& v, const dyn& to) {
  dyn_usual usual(to);
  return num<P, dyn>(to, usual.holds_modes_of(to)
                             ? integer_cast(v, usual).raw
                             : cast_in_unusual_modes<P, From>(v.raw, v.format(), to));
}

}  // namespace detail

// A value that `to` can hold stays what it is.
template <class P, class From, class To,
          class = std::enable_if_t<!std::is_same<To, dyn_exact>::value>>
num<P, To> cast(const num<P, From>& v, const To& to) {
  return detail::holds(v.format(), to) ? num<P, To>(to, detail::align(v, to)) : P::cast(v, to);
}

template <class P>
num<P, dyn> cast(const num<P, dyn>& v, const dyn& to) {
  if (to.is_exact()) return v;
  return detail::holds(v.format(), to) ? num<P, dyn>(to, detail::align(v, to)) : P::cast(v, to);
}

template <class P, class From>
num<P, From> cast(const num<P, From>& v, const dyn_exact&) {
  return v;
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
