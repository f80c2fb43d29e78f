// Cells of isobit over the vendor's integers: a dense layer with ReLU between ports of ap_fixed.
#include "hls_kernels/policy/ap.hpp"
#include "isobit/cells.hpp"

namespace {

using isobit::ap;
using input_format = isobit::fmt<12, 6, true>;
using weight_format = isobit::fmt<8, 6, true>;
using output_format = isobit::fmt<10, 4, false, isobit::rounding::rnd_conv, isobit::overflow::sat>;
using sum_format = isobit::fmt<24, 12, true>;

static const std::int8_t weights[3 * 2] = {1, -2, 3, 4, -128, 127};
static const std::int8_t bias[2] = {5, -7};

}  // namespace

void top(const ap::port<input_format> x[3], ap::port<output_format> y[2]) {
  ap::raw<input_format> in[3];
  for (int i = 0; i < 3; ++i) in[i] = ap::read_port(input_format(), x[i]).raw;
  for (int o = 0; o < 2; ++o) {
    ap::raw<sum_format> sum[1];
    isobit::view<ap, sum_format> sums(sum_format(), sum);
    isobit::cells::dense::neurons<1>(
        isobit::count<3>(), isobit::view<ap, input_format>(input_format(), in),
        isobit::constants<ap, weight_format>(weight_format(), weights + o), 2,
        isobit::constants<ap, weight_format>(weight_format(), bias + o), sum_format(), sums);
    y[o] = ap::write_port(isobit::cells::relu::apply(sums[0], output_format()));
  }
}
