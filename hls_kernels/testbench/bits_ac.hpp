// The raws of ac_int ports. Test benches only.
#ifndef ISOBIT_HLS_TESTBENCH_BITS_AC_HPP
#define ISOBIT_HLS_TESTBENCH_BITS_AC_HPP

#include <cstdint>

#include "../vendor/ac.hpp"

namespace testbench {

template <int W, bool S>
void set_raw(ac_int<W, S>& port, std::int64_t raw) {
  port = ac_int<W, S>(raw);
}
template <int W, bool S>
std::int64_t raw_of(const ac_int<W, S>& port) {
  return port.to_int64();
}

}  // namespace testbench

#endif
