// Vendor types and streams: numbers of ap_fixed, constants written as decimal fractions, a counter
// of few bits.
#include <ap_fixed.h>
#include <ap_int.h>
#include <hls_stream.h>

typedef ap_fixed<16, 6> data_t;
typedef ap_fixed<8, 3, AP_RND_CONV, AP_SAT> result_t;

static const data_t weights[4] = {0.5, -0.25, 3.0, 1.125};

template <class T>
T relu(T x) {
  return x > 0 ? x : T(0);
}

void top(hls::stream<data_t>& in, hls::stream<result_t>& out, ap_uint<4> k, ap_int<12>& z) {
  data_t sum = 0;
  for (ap_uint<3> i = 0; i < 4; i++) {
#pragma HLS pipeline II = 1
    sum += in.read() * weights[i.to_int()];
  }
  result_t y = relu(sum);
  y.range(3, 0) = k;
  z = ap_int<12>(sum.range(15, 4)) + k * 3 - 1;
  z[2] = k[1];
  out.write(y);
}
