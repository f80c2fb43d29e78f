#include "float_guard.hpp"

#include <cmath>

namespace isobit::engine {

lane guard_lane(const dyn& f) {
  // guard_float gives at most width + 5 bits, a cast works in three more.
  return f.width() + 8 <= 32 ? lane::i32 : f.width() + 8 <= 64 ? lane::i64 : lane::i128;
}

int128 guard_float(double x, const dyn& f) {
  // In units of the format's last place the limit is 2^(width+2), a power of two.
  const double limit = std::ldexp(1.0, f.width() + 2 - f.frac());
  if (std::fabs(x) >= limit) {
    const bool wraps = f.overflows() == overflow::wrap || f.overflows() == overflow::wrap_sm;
    // A wrapping sign-magnitude format must still see that the value was out of range.
    const double reduced = std::fmod(x, limit);
    x = !wraps                            ? std::copysign(limit, x)
        : f.overflows() == overflow::wrap ? reduced
                                          : reduced + std::copysign(limit, x);
  }
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  // x = mantissa * 2^(exponent - 53); wanted: floor(2 x / lsb), then one more bit that says "and
  // more".
  const int shift = exponent - 53 + f.frac() + 1;
  if (shift >= 0) return mantissa * (static_cast<int128>(2) << shift);
  if (shift < -62) return mantissa < 0 ? -1 : mantissa > 0 ? 1 : 0;
  const std::int64_t floored = mantissa >> -shift;
  const bool more = floored * (static_cast<int128>(1) << -shift) != mantissa;
  return static_cast<int128>(floored) * 2 + (more ? 1 : 0);
}

}  // namespace isobit::engine
