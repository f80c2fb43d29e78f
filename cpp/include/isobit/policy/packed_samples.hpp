// packed_samples<K, N, S>: dense layers for batches. A raw is S registers of N samples; activations
// and weights lie in words of K elements (policy/dot.hpp), and one load of a weight serves S * N
// samples.
#ifndef ISOBIT_POLICY_PACKED_SAMPLES_HPP
#define ISOBIT_POLICY_PACKED_SAMPLES_HPP

#include "isobit/policy/dot.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/registers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <int K, int N, int S>
struct packed_samples : registers<lanes<std::int32_t, N>, S>, derived<packed_samples<K, N, S>> {
  using group = typename registers<lanes<std::int32_t, N>, S>::group;
  using vec = typename lanes<std::int32_t, N>::vec;

  // As derived::affine, with words for elements: x.data are words of activations, w.data words of
  // weights, and b.data holds what packing.hpp makes of the biases, in the format `total`.
  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<packed_samples, FX>& x,
                     const constants<packed_samples, FW>& w, std::ptrdiff_t row_stride,
                     const constants<packed_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int words = (n + K - 1) / K;
    vec sum[R][S];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) sum[r][s] = vec{} + (shift == 0 ? b.data[r * b.stride] : 0);
    const group* xi = x.data;
    const std::int32_t* row = w.data;
    for (int i = 0; i < words; ++i) {
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const vec weight = vec{} + row[r * w.stride];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) sum[r][s] = dot_unit<K, N>::dot(sum[r][s], xi->in[s], weight);
      }
      xi += x.stride;
      row += row_stride;
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) {
        out[r].in[s] = sum[r][s];
        if (shift > 0)
          out[r].in[s] = lanes<std::int32_t, N>::add(
              total, lanes<std::int32_t, N>::shl(total, sum[r][s], shift),
              vec{} + b.data[r * b.stride]);
      }
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
