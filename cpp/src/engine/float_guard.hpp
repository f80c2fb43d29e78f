// A float as an integer with two more bits than a format has, guard and sticky, so that casting it
// into the format gives what rounding the float's exact value gives. The slow and complete way;
// blocks take isa_kernels::load_floats first.
#ifndef ISOBIT_ENGINE_FLOAT_GUARD_HPP
#define ISOBIT_ENGINE_FLOAT_GUARD_HPP

#include "description.hpp"
#include "lane.hpp"

namespace isobit::engine {

// The format of guarded floats on their way into `f`.
constexpr dyn guard_format(const dyn& f) { return dyn(f.width() + 6, f.frac() + 2, true); }

// The lane in which guarded floats are cast into `f`.
lane guard_lane(const dyn& f);

// Values far out of range are brought near it first in a way that the overflow mode cannot tell:
// clamped where it saturates, reduced by a multiple of 2^(width+2) where it wraps. `x` is finite.
int128 guard_float(double x, const dyn& f);

}  // namespace isobit::engine

#endif
