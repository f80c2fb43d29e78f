// The caller's numbers as raws, still in the caller's order: loops without branches that compilers
// vectorize.
#ifndef ISOBIT_ENGINE_FLAT_INPUT_HPP
#define ISOBIT_ENGINE_FLAT_INPUT_HPP

#include <cmath>

#include "isobit/isa.hpp"
#include "lane.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace flat_input {

template <class T>
void take_raws(const std::int64_t* x, std::ptrdiff_t n, bool is_signed, T* raws) {
  for (std::ptrdiff_t i = 0; i < n; ++i)
    raws[i] = is_signed ? static_cast<T>(x[i]) : static_cast<T>(static_cast<std::uint64_t>(x[i]));
}

// True where every value times `scale` is well inside T (which then has room for the guard and
// sticky bits and the sign) and none vanishes; false also for NaN. Real is the type computed in:
// multiplying by a power of two is exact there, unless a value vanishes.
template <class T, class Real, class S>
bool fits(const S* x, std::ptrdiff_t n, Real scale) {
  const Real limit = static_cast<Real>(static_cast<T>(1) << (8 * sizeof(T) - 4));
  int bad = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const Real given = static_cast<Real>(x[i]);
    const Real scaled = given * scale;
    bad |= static_cast<int>(!(std::fabs(scaled) < limit)) |
           (static_cast<int>(scaled == 0) ^ static_cast<int>(given == 0));
  }
  return bad == 0;
}

// Floats times `scale` (a power of two) as integers with two more bits, guard and sticky: rounding
// them by any mode gives what rounding the float itself gives.
template <class T, class Real, class S>
void guard(const S* __restrict x, std::ptrdiff_t n, Real scale, T* __restrict guarded) {
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const Real scaled = static_cast<Real>(x[i]) * (2 * scale);
    const T truncated = static_cast<T>(scaled);
    const Real back = static_cast<Real>(truncated);  // exact: a wider integer has no fraction
    const T floored = static_cast<T>(truncated - static_cast<T>(back > scaled));
    guarded[i] = static_cast<T>(2 * floored + static_cast<T>(back != scaled));
  }
}

template <class T, class Real, class S>
bool guard_floats(const S* x, std::ptrdiff_t n, double scale, T* guarded) {
  const Real as_real = static_cast<Real>(scale);
  if (!fits<T, Real>(x, n, 2 * as_real)) return false;
  guard<T, Real>(x, n, as_real, guarded);
  return true;
}

}  // namespace flat_input
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
