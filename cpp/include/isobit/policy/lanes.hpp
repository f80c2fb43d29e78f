// lanes<T, N>: N samples side by side in one SIMD register of T.
#ifndef ISOBIT_POLICY_LANES_HPP
#define ISOBIT_POLICY_LANES_HPP

#include "isobit/policy/gather.hpp"
#include "isobit/policy/lane_rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class T, int N>
struct lanes : vector_arithmetic<T, N>, rows_of_lanes<lanes<T, N>, T, N> {
  using vec = typename vector_arithmetic<T, N>::vec;

  template <class F>
  using uniform = T;

  template <class F>
  static vec splat(const F&, T u) {
    return vec{} + u;
  }
  template <class Index, class Entry>
  static vec lut(const table<lanes, Index, Entry>& t, vec i) {
    return gather_unit<T, N>::gather(t.entries, t.size, addresses<T, N>(t.size, i));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
