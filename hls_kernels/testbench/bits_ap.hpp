// The raws of ap_fixed ports. Test benches only.
#ifndef ISOBIT_HLS_TESTBENCH_BITS_AP_HPP
#define ISOBIT_HLS_TESTBENCH_BITS_AP_HPP

#include <cstdint>

#include "../vendor/ap.hpp"

namespace testbench {

template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
void set_raw(ap_fixed<W, I, Q, O, N>& port, std::int64_t raw) {
  port.range(W - 1, 0) = ap_int<W>(raw).range(W - 1, 0);
}
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
void set_raw(ap_ufixed<W, I, Q, O, N>& port, std::int64_t raw) {
  port.range(W - 1, 0) = ap_uint<W>(raw).range(W - 1, 0);
}
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
std::int64_t raw_of(const ap_fixed<W, I, Q, O, N>& port) {
  ap_int<W> bits;
  bits.range(W - 1, 0) = port.range(W - 1, 0);
  return bits.to_int64();
}
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
std::int64_t raw_of(const ap_ufixed<W, I, Q, O, N>& port) {
  ap_uint<W> bits;
  bits.range(W - 1, 0) = port.range(W - 1, 0);
  return static_cast<std::int64_t>(bits.to_uint64());
}

}  // namespace testbench

#endif
