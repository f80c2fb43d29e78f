// From a lane type as a value to its integer as a type.
#ifndef ISOBIT_ENGINE_WITH_LANE_HPP
#define ISOBIT_ENGINE_WITH_LANE_HPP

#include "isobit/policy/scalar.hpp"
#include "lane.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Calls f with a value of the lane's integer type.
template <class F>
auto with_lane(engine::lane l, const F& f) {
  switch (l) {
    case engine::lane::i16:
      return f(std::int16_t());
    case engine::lane::i32:
      return f(std::int32_t());
    case engine::lane::i64:
      return f(std::int64_t());
    case engine::lane::i128:
      break;
  }
  return f(int128());
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
