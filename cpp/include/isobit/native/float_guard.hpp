// A float as an integer with two more bits than a format has, guard and sticky, so that casting it
// into the format gives what rounding the float's exact value gives. Works on the bits of the
// double alone: the results depend on no floating-point mode of the host and no libm.
#ifndef ISOBIT_NATIVE_FLOAT_GUARD_HPP
#define ISOBIT_NATIVE_FLOAT_GUARD_HPP

#include <cstdint>
#include <cstring>

#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// The format of guarded floats on their way into F.
template <class F>
using guard_format = fmt<F::width() + 6, F::frac() + 2, true>;

// |x| = mantissa * 2^exponent
struct decoded_float {
  std::uint64_t mantissa;
  int exponent;
  bool is_negative, is_finite;
};

// From its own bits: converting a float to double would flush subnormal numbers where the host says
// so.
template <class Bits, int Mantissa, class S>
decoded_float decode_as(S x) {
  Bits bits;
  static_assert(sizeof bits == sizeof x, "the same bits");
  std::memcpy(&bits, &x, sizeof bits);
  constexpr int exponent_bits = static_cast<int>(8 * sizeof(Bits)) - 1 - Mantissa;
  constexpr int largest = (1 << exponent_bits) - 1, bias = largest / 2;
  const int biased = static_cast<int>(bits >> Mantissa) & largest;
  const std::uint64_t fraction = bits & ((Bits(1) << Mantissa) - 1);
  return {biased == 0 ? fraction : fraction | std::uint64_t(1) << Mantissa,
          (biased == 0 ? 1 : biased) - bias - Mantissa, bits >> (8 * sizeof(Bits) - 1) != 0,
          biased != largest};
}
inline decoded_float decode(double x) { return decode_as<std::uint64_t, 52>(x); }
inline decoded_float decode(float x) { return decode_as<std::uint32_t, 23>(x); }

// Values far out of range are brought near it first in a way that the overflow mode cannot tell:
// clamped where it saturates, reduced by a multiple of 2^(width+2) where it wraps (plus that
// multiple where a wrapping sign-magnitude format must still see that the value was out of range).
template <class F>
int128 guarded(const decoded_float& x) {
  constexpr int limit = F::width() + 2 - F::frac();  // |x| < 2^limit is near
  std::uint64_t m = x.mantissa;
  int128 beyond = 0;
  if (m != 0 && (x.exponent >= limit || (limit - x.exponent < 64 && m >> (limit - x.exponent)))) {
    const bool wraps = F::overflows() == overflow::wrap || F::overflows() == overflow::wrap_sm;
    m = wraps && x.exponent < limit ? m & ((std::uint64_t(1) << (limit - x.exponent)) - 1) : 0;
    if (F::overflows() != overflow::wrap) beyond = static_cast<int128>(1) << (F::width() + 4);
  }
  // |x| in units of half the last place of the format, rounded towards zero.
  const int shift = x.exponent + F::frac() + 1;
  int128 half_units = 0;
  bool more = false;
  if (m != 0 && shift >= 0) {
    half_units = static_cast<int128>(m) << shift;
  } else if (m != 0) {
    half_units = shift <= -64 ? 0 : static_cast<int128>(m >> -shift);
    more = shift <= -64 || (m & ((std::uint64_t(1) << -shift) - 1)) != 0;
  }
  const int128 magnitude = 2 * half_units + beyond;
  if (!x.is_negative) return magnitude + (more ? 1 : 0);
  return more ? -magnitude - 1 : -magnitude;
}

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
