// Number formats as values. A format says what a raw integer means: value = raw * 2^-frac.
//
// Two models of one concept: `fmt<...>` is stateless (zero bytes, everything folds at compile
// time), `dyn` is a run-time struct. Every function here exists for both; mixing them does not
// compile. Normative text: docs/SEMANTICS.md.
#ifndef ISOBIT_FORMAT_HPP
#define ISOBIT_FORMAT_HPP

#include <type_traits>

#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// The modes of ap_fixed, in the order of their run-time codes, and pm1: the format of binary
// networks, whose only values are -1 and +1. Its raws are -1 and 1 too, those of a signed format of
// two bits; kernels for packed tensors store them as single bits.
enum class rounding { trn, trn_zero, rnd, rnd_zero, rnd_inf, rnd_min_inf, rnd_conv };
enum class overflow { wrap, sat, sat_sym, sat_zero, wrap_sm, pm1 };

template <int Width, int Frac, bool Signed = true, rounding Q = rounding::trn,
          overflow O = overflow::wrap>
struct fmt {
  static_assert(Width >= 1, "a format has at least one bit");
  static_assert(Signed || O != overflow::wrap_sm, "sign-magnitude wrap needs a signed format");
  static_assert(O != overflow::pm1 || (Width == 2 && Frac == 0 && Signed && Q == rounding::trn),
                "pm1 is a signed format of two bits without fractional ones");
  static constexpr int width() { return Width; }
  static constexpr int frac() { return Frac; }
  static constexpr bool is_signed() { return Signed; }
  static constexpr rounding rounds() { return Q; }
  static constexpr overflow overflows() { return O; }
};

// Width 0 means "exact": a cast into it changes nothing (used for accumulators of proven width).
struct dyn {
  int width_ = 0, frac_ = 0;
  bool signed_ = true;
  rounding rounds_ = rounding::trn;
  overflow overflows_ = overflow::wrap;

  constexpr dyn() = default;
  constexpr dyn(int width, int frac, bool is_signed, rounding q = rounding::trn,
                overflow o = overflow::wrap)
      : width_(width), frac_(frac), signed_(is_signed), rounds_(q), overflows_(o) {}
  constexpr int width() const { return width_; }
  constexpr int frac() const { return frac_; }
  constexpr bool is_signed() const { return signed_; }
  constexpr rounding rounds() const { return rounds_; }
  constexpr overflow overflows() const { return overflows_; }
  constexpr bool is_exact() const { return width_ == 0; }
};

// A run-time format whose modes are known at compile time: what a loop over many casts is compiled
// for.
template <rounding Q, overflow O>
struct dyn_with : dyn {
  explicit constexpr dyn_with(const dyn& f) : dyn(f) {}
  static constexpr rounding rounds() { return Q; }
  static constexpr overflow overflows() { return O; }
  static constexpr bool is_exact() { return false; }
};

// The run-time format of width 0, known to be so at compile time.
struct dyn_exact : dyn {
  static constexpr bool is_exact() { return true; }
};

// A number of terms: `count<N>` beside static formats, `int` beside run-time ones.
template <int N>
using count = std::integral_constant<int, N>;

namespace detail {

constexpr int max(int a, int b) { return a > b ? a : b; }
constexpr int min(int a, int b) { return a < b ? a : b; }
constexpr int ceil_log2(int n) { return n <= 1 ? 0 : 1 + ceil_log2((n + 1) / 2); }

// Bits left of the point, without the sign.
template <class F>
constexpr int magnitude_bits(const F& f) {
  return f.width() - f.frac() - (f.is_signed() ? 1 : 0);
}

// The format with these magnitude and fractional bits; never narrower than one bit.
template <int Magnitude, int Frac, bool Signed>
using fmt_of = fmt<max(Magnitude + Frac + (Signed ? 1 : 0), 1), Frac, Signed>;

constexpr dyn dyn_of(int magnitude, int frac, bool is_signed) {
  return dyn(max(magnitude + frac + (is_signed ? 1 : 0), 1), frac, is_signed);
}

template <class F>
struct is_static : std::true_type {};
template <>
struct is_static<dyn> : std::false_type {};
template <rounding Q, overflow O>
struct is_static<dyn_with<Q, O>> : std::false_type {};
template <>
struct is_static<dyn_exact> : std::false_type {};

// Whether every value of `from` is a value of `to`. A symmetric range lacks the lowest value, pm1
// lacks zero too.
template <class From, class To>
constexpr bool holds(const From& from, const To& to) {
  return (to.overflows() != overflow::pm1 || from.overflows() == overflow::pm1) &&
         to.frac() >= from.frac() && magnitude_bits(to) >= magnitude_bits(from) &&
         (to.is_signed() || !from.is_signed()) &&
         (to.overflows() != overflow::sat_sym || !from.is_signed() ||
          magnitude_bits(to) > magnitude_bits(from));
}

}  // namespace detail

// ---- The format algebra: each result holds every possible value of its operation. ----

template <class A, class B, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto product(A, B)
    -> fmt<A::width() + B::width(), A::frac() + B::frac(), A::is_signed() || B::is_signed()> {
  return {};
}
constexpr dyn product(const dyn& a, const dyn& b) {
  return dyn(a.width() + b.width(), a.frac() + b.frac(), a.is_signed() || b.is_signed());
}

// Holds the values of both (for min, max and select).
template <class A, class B, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto either(A, B)
    -> detail::fmt_of<detail::max(detail::magnitude_bits(A()), detail::magnitude_bits(B())),
                      detail::max(A::frac(), B::frac()), A::is_signed() || B::is_signed()> {
  return {};
}
constexpr dyn either(const dyn& a, const dyn& b) {
  return detail::dyn_of(detail::max(detail::magnitude_bits(a), detail::magnitude_bits(b)),
                        detail::max(a.frac(), b.frac()), a.is_signed() || b.is_signed());
}

// The sum of n values of one format.
template <class N, class A, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto sum_of(N, A)
    -> fmt<A::width() + detail::ceil_log2(N::value), A::frac(), A::is_signed()> {
  return {};
}
constexpr dyn sum_of(int n, const dyn& a) {
  return dyn(a.width() + detail::ceil_log2(n), a.frac(), a.is_signed());
}

template <class A, class B, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto sum(A a, B b) -> decltype(sum_of(count<2>(), either(a, b))) {
  return {};
}
constexpr dyn sum(const dyn& a, const dyn& b) { return sum_of(2, either(a, b)); }

template <class A, class B, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto difference(A, B)
    -> detail::fmt_of<detail::max(detail::magnitude_bits(A()), detail::magnitude_bits(B())) + 1,
                      detail::max(A::frac(), B::frac()), true> {
  return {};
}
constexpr dyn difference(const dyn& a, const dyn& b) {
  return detail::dyn_of(detail::max(detail::magnitude_bits(a), detail::magnitude_bits(b)) + 1,
                        detail::max(a.frac(), b.frac()), true);
}

// The absolute value: one magnitude bit more, because -2^(w-1) has a positive twin.
template <class A, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto magnitude(A)
    -> detail::fmt_of<detail::magnitude_bits(A()) + 1, A::frac(), A::is_signed()> {
  return {};
}
constexpr dyn magnitude(const dyn& a) {
  return detail::dyn_of(detail::magnitude_bits(a) + 1, a.frac(), a.is_signed());
}

// The values of `a` that are not negative.
template <class A, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto non_negative(A) -> detail::fmt_of<detail::magnitude_bits(A()), A::frac(), false> {
  return {};
}
constexpr dyn non_negative(const dyn& a) {
  return detail::dyn_of(detail::magnitude_bits(a), a.frac(), false);
}

// The integers that the values of `a` are rounded to; the format says how.
template <rounding Q, class A, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr auto integers_of(A)
    -> fmt<detail::max(detail::magnitude_bits(A()), 0) + 1 + (A::is_signed() ? 1 : 0), 0,
           A::is_signed(), Q> {
  return {};
}
template <rounding Q>
constexpr dyn integers_of(const dyn& a) {
  return dyn(detail::max(detail::magnitude_bits(a), 0) + 1 + (a.is_signed() ? 1 : 0), 0,
             a.is_signed(), Q);
}

// An integer format of the same model as `like`: for literals inside cells.
template <int Width, bool Signed, class A, class = std::enable_if_t<detail::is_static<A>::value>>
constexpr fmt<Width, 0, Signed> integer_like(A) {
  return {};
}
template <int Width, bool Signed>
constexpr dyn integer_like(const dyn&) {
  return dyn(Width, 0, Signed);
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
