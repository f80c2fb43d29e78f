// packed_samples<K, N, S>: dense layers for batches. A raw is S registers of N samples; activations
// and weights lie in words of K elements (policy/dot.hpp), and one load of a weight serves S * N
// samples.
#ifndef ISOBIT_POLICY_PACKED_SAMPLES_HPP
#define ISOBIT_POLICY_PACKED_SAMPLES_HPP

#include "isobit/policy/dot.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/registers.hpp"
#include "isobit/policy/rounded_products.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <int K, int N, int S>
struct packed_samples : registers<lanes<std::int32_t, N>, S>, derived<packed_samples<K, N, S>> {
  using group = typename registers<lanes<std::int32_t, N>, S>::group;
  using vec = typename lanes<std::int32_t, N>::vec;

  // The raws of register s as words: as they are.
  static vec words(const group& raws, int s) { return raws.in[s]; }

  // Adds the products of n words to R x S sums, as `terms` does it. Row i of the weights begins
  // `row_stride` words after row i-1; neurons lie `next_neuron` apart.
  template <int R, class Terms>
  static void add_products(const Terms& terms, int n, const group* x, std::ptrdiff_t x_stride,
                           const std::int32_t* weights, std::ptrdiff_t row_stride,
                           std::ptrdiff_t next_neuron, vec (&sum)[R][S]) {
    for (int i = 0; i < n; ++i) {
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const vec weight = vec{} + weights[r * next_neuron];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) sum[r][s] = terms.add(sum[r][s], x->in[s], weight);
      }
      x += x_stride;
      weights += row_stride;
    }
  }

  // As derived::affine, with words for elements: x.data are words of activations, w.data words of
  // weights, and b.data holds what packing.hpp makes of the biases, in the format `total`.
  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<packed_samples, FX>& x,
                     const constants<packed_samples, FW>& w, std::ptrdiff_t row_stride,
                     const constants<packed_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    vec sum[R][S];
    begin<R>(b, total, shift, sum);
    add_products<R>(exact(), (n + K - 1) / K, x.data, x.stride, w.data, row_stride, w.stride, sum);
    end<R>(b, total, shift, sum, out);
  }

  // As derived::affine_window; each tap is whole words.
  template <int R, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, Count, Index>& from,
                            const view<packed_samples, FX>& x,
                            const constants<packed_samples, FW>& w, std::ptrdiff_t row_stride,
                            const constants<packed_samples, FB>& b, const A& total,
                            group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    vec sum[R][S];
    begin<R>(b, total, shift, sum);
    add_taps<R>(exact(), from, x, w, row_stride, sum);
    end<R>(b, total, shift, sum, out);
  }

  // As derived::affine_rounded, for pairs (rounded_products.hpp).
  template <int R, class Count, class FX, class FW, class FB, class Acc, class A>
  static void affine_rounded(const Count& n, const view<packed_samples, FX>& x,
                             const constants<packed_samples, FW>& w, std::ptrdiff_t row_stride,
                             const constants<packed_samples, FB>& b, const Acc& accumulator,
                             const A& total, group (&out)[R]) {
    const int n_words = (n + K - 1) / K;
    const rounded_pairs<N> pairs(product(x.format(), w.format()), accumulator);
    vec sum[R][S];
    begin_rounded<R>(pairs.start(n_words), sum);
    add_products<R>(pairs, n_words, x.data, x.stride, w.data, row_stride, w.stride, sum);
    end_rounded<R>(pairs, b, total, total.frac() - accumulator.frac(), sum, out);
  }
  template <int R, class All, class Count, class Index, class FX, class FW, class FB, class Acc,
            class A>
  static void affine_rounded_window(const window<All, Count, Index>& from,
                                    const view<packed_samples, FX>& x,
                                    const constants<packed_samples, FW>& w,
                                    std::ptrdiff_t row_stride,
                                    const constants<packed_samples, FB>& b, const Acc& accumulator,
                                    const A& total, group (&out)[R]) {
    const rounded_pairs<N> pairs(product(x.format(), w.format()), accumulator);
    const int n_words = (from.n + K - 1) / K;
    int met = 0;
    for (int t = 0; t < from.taps; ++t) met += from.at[t] >= 0 || from.padding != nullptr;
    vec sum[R][S];
    begin_rounded<R>(pairs.start(met * n_words), sum);
    add_taps<R>(pairs, from, x, w, row_stride, sum);
    end_rounded<R>(pairs, b, total, total.frac() - accumulator.frac(), sum, out);
  }

 private:
  using one = lanes<std::int32_t, N>;
  struct exact {
    static vec add(const vec& sum, const vec& x, const vec& w) {
      return dot_unit<K, N>::dot(sum, x, w);
    }
  };

  template <int R, class Terms, class All, class Count, class Index, class FX, class FW>
  static void add_taps(const Terms& terms, const window<All, Count, Index>& from,
                       const view<packed_samples, FX>& x, const constants<packed_samples, FW>& w,
                       std::ptrdiff_t row_stride, vec (&sum)[R][S]) {
    const int n_words = (from.n + K - 1) / K;
    const std::int32_t* weights = w.data;
    for (int t = 0; t < from.taps; ++t, weights += n_words * row_stride) {
      const group* row = from.at[t] < 0 ? static_cast<const group*>(from.padding)
                                        : x.data + from.at[t] * from.next * x.stride;
      if (row != nullptr)
        add_products<R>(terms, n_words, row, x.stride, weights, row_stride, w.stride, sum);
    }
  }

  template <int R>
  static void begin_rounded(const vec& start, vec (&sum)[R][S]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) sum[r][s] = start;
  }
  template <int R, class B, class A>
  static void end_rounded(const rounded_pairs<N>& pairs, const B& b, const A& total, int shift,
                          const vec (&sum)[R][S], group (&out)[R]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        out[r].in[s] = one::add(total, one::shl(total, pairs.end(sum[r][s]), shift),
                                one::splat(total, b.data[r * b.stride]));
  }

  // Sums begin with the bias where it has their fractional bits; else it is added at the end.
  template <int R, class B, class A>
  static void begin(const B& b, const A& total, int shift, vec (&sum)[R][S]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        sum[r][s] = one::splat(total, shift == 0 ? b.data[r * b.stride] : 0);
  }
  template <int R, class B, class A>
  static void end(const B& b, const A& total, int shift, const vec (&sum)[R][S], group (&out)[R]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) {
        out[r].in[s] = sum[r][s];
        if (shift > 0)
          out[r].in[s] = one::add(total, one::shl(total, sum[r][s], shift),
                                  one::splat(total, b.data[r * b.stride]));
      }
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
