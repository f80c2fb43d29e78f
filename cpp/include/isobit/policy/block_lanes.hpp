// block_lanes<T, N, S>: S registers of N samples side by side. For cells that decide much from
// run-time formats: they decide it once for all registers.
#ifndef ISOBIT_POLICY_BLOCK_LANES_HPP
#define ISOBIT_POLICY_BLOCK_LANES_HPP

#include "isobit/policy/lanes.hpp"
#include "isobit/policy/registers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class T, int N, int S>
struct block_lanes : registers<lanes<T, N>, S>, derived<block_lanes<T, N, S>> {
  using group = typename registers<lanes<T, N>, S>::group;

  template <class Index, class Entry>
  static group lut(const table<block_lanes, Index, Entry>& t, const group& i) {
    group all;
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s)
      all.in[s] = gather_unit<T, N>::gather(t.entries, t.size, addresses<T, N>(t.size, i.in[s]));
    return all;
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
