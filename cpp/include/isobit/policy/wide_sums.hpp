// Dense layers whose activations are packed but whose sums need up to 64 bits. The dot product
// still adds in 32 bits, over `chunk_words` words at a time, which the caller has proven to fit;
// these partial sums are widened and added in 64 bits.
#ifndef ISOBIT_POLICY_WIDE_SUMS_HPP
#define ISOBIT_POLICY_WIDE_SUMS_HPP

#include "isobit/policy/neurons.hpp"
#include "isobit/policy/packed_samples.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

constexpr int chunk_words = 32;

namespace detail {

// Registers of N 32-bit lanes and of N/2 64-bit lanes.
template <int N>
struct halves {
  using narrow = typename vector_arithmetic<std::int32_t, N>::vec;
  using wide = typename vector_arithmetic<std::int64_t, N / 2>::vec;
  typedef std::int32_t half __attribute__((vector_size(2 * N)));

  static void add(narrow from, wide& low, wide& high) {
    half parts[2];
    std::memcpy(parts, &from, sizeof parts);
    low += __builtin_convertvector(parts[0], wide);
    high += __builtin_convertvector(parts[1], wide);
  }
  // The low 32 bits of every lane.
  static narrow words(wide low, wide high) {
    const half parts[2] = {__builtin_convertvector(low, half), __builtin_convertvector(high, half)};
    narrow all;
    std::memcpy(&all, parts, sizeof all);
    return all;
  }
};

}  // namespace detail

// As packed_samples<K, N, S>; a raw is 2 S registers of N/2 samples.
template <int K, int N, int S>
struct wide_samples : registers<lanes<std::int64_t, N / 2>, 2 * S>, derived<wide_samples<K, N, S>> {
  using one = lanes<std::int64_t, N / 2>;
  using group = typename registers<one, 2 * S>::group;
  using word_group = typename packed_samples<K, N, S>::group;
  using vec = typename lanes<std::int32_t, N>::vec;

  // The low 32 bits of the raws of samples [s N, s N + N).
  static vec words(const group& raws, int s) {
    return detail::halves<N>::words(raws.in[2 * s], raws.in[2 * s + 1]);
  }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<wide_samples, FX>& x,
                     const constants<wide_samples, FW>& w, std::ptrdiff_t row_stride,
                     const constants<wide_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (n + K - 1) / K;
    const auto* words = reinterpret_cast<const word_group*>(x.data);
    const auto* weights = reinterpret_cast<const std::int32_t*>(w.data);
    for (int r = 0; r < R; ++r) out[r] = group{};
    for (int first = 0; first < n_words; first += chunk_words) {
      const int count = n_words - first < chunk_words ? n_words - first : chunk_words;
      vec sum[R][S] = {};
      packed_samples<K, N, S>::template add_products<R>(count, words + first * x.stride, x.stride,
                                                        weights + first * row_stride, row_stride,
                                                        w.stride, sum);
      for (int r = 0; r < R; ++r)
        for (int s = 0; s < S; ++s)
          detail::halves<N>::add(sum[r][s], out[r].in[2 * s], out[r].in[2 * s + 1]);
    }
    for (int r = 0; r < R; ++r)
      for (int s = 0; s < 2 * S; ++s)
        out[r].in[s] = one::add(total, one::shl(total, out[r].in[s], shift),
                                one::splat(total, b.data[r * b.stride]));
  }
};

// As packed_neurons<K, std::int32_t, N>; a raw is two registers of N/2 neurons. Weights are
// registers of words, biases pairs of registers of int64.
template <int K, int N>
struct wide_neurons : registers<lanes<std::int64_t, N / 2>, 2>, derived<wide_neurons<K, N>> {
  using one = lanes<std::int64_t, N / 2>;
  using group = typename registers<one, 2>::group;
  using vec = typename lanes<std::int32_t, N>::vec;
  using narrow = packed_neurons<K, std::int32_t, N>;
  using lane_type = std::int32_t;

  static vec words(const group& raws) { return detail::halves<N>::words(raws.in[0], raws.in[1]); }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<wide_neurons, FX>& x,
                     const constants<wide_neurons, FW>& w, std::ptrdiff_t row_stride,
                     const constants<wide_neurons, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (n + K - 1) / K;
    const auto* row = reinterpret_cast<const unsigned char*>(x.data);
    const auto* weights = reinterpret_cast<const vec*>(w.data);
    const auto* starts = reinterpret_cast<const group*>(b.data);
    for (int r = 0; r < R; ++r) out[r] = group{};
    for (int first = 0; first < n_words; first += chunk_words) {
      const int count = n_words - first < chunk_words ? n_words - first : chunk_words;
      vec sum[R];
      narrow::template products<R>(count, row + 4 * first, weights + first * row_stride, row_stride,
                                   w.stride, sum);
      for (int r = 0; r < R; ++r) detail::halves<N>::add(sum[r], out[r].in[0], out[r].in[1]);
    }
    for (int r = 0; r < R; ++r)
      for (int s = 0; s < 2; ++s)
        out[r].in[s] = one::add(total, one::shl(total, out[r].in[s], shift), starts[r].in[s]);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
