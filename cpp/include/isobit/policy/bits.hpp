// bit_samples<N, S> and bit_neurons<N>: dense layers whose activations and weights are -1 or +1, 32
// of them in a word (policy/bit_dot.hpp). Everything but the sum of products is as for
// packed_samples and packed_neurons; a bias holds, besides what it is, the products of a row
// without a differing bit.
#ifndef ISOBIT_POLICY_BITS_HPP
#define ISOBIT_POLICY_BITS_HPP

#include "isobit/policy/bit_dot.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/registers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

// What n products of -1 and +1 are less than n, as a shift to the left of the differing bits: two
// for each, and the binary point of the sum.
template <class A, class FX, class FW>
int difference_shift(const A& total, const FX& x, const FW& w) {
  return 1 + total.frac() - product(x, w).frac();
}

}  // namespace detail

// For batches: a raw is S registers of N samples.
template <int N, int S>
struct bit_samples : registers<lanes<std::int32_t, N>, S>, derived<bit_samples<N, S>> {
  using group = typename registers<lanes<std::int32_t, N>, S>::group;
  using vec = typename lanes<std::int32_t, N>::vec;
  using unit = bit_unit<N>;

  static vec words(const group& raws, int s) { return raws.in[s]; }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<bit_samples, FX>& x,
                     const constants<bit_samples, FW>& w, std::ptrdiff_t row_stride,
                     const constants<bit_samples, FB>& b, const A& total, group (&out)[R]) {
    using one = lanes<std::int32_t, N>;
    const int shift = detail::difference_shift(total, x.format(), w.format());
    const int n_words = (n + bits_of_a_word - 1) / bits_of_a_word;
    const group* row = x.data;
    const std::int32_t* weights = w.data;
    vec differing[R][S] = {};
    for (int first = 0; first < n_words; first += unit::at_once) {
      const int count = n_words - first < unit::at_once ? n_words - first : unit::at_once;
      vec counts[R][S] = {};
      add_words<R>(count, row, x.stride, weights, row_stride, w.stride, counts);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) differing[r][s] += unit::total(counts[r][s]);
      row += count * x.stride;
      weights += count * row_stride;
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        out[r].in[s] = one::sub(total, one::splat(total, b.data[r * b.stride]),
                                one::shl(total, differing[r][s], shift));
  }

 private:
  template <int R>
  static void add_words(int n, const group* x, std::ptrdiff_t x_stride, const std::int32_t* weights,
                        std::ptrdiff_t row_stride, std::ptrdiff_t next_neuron,
                        vec (&counts)[R][S]) {
    for (int i = 0; i < n; ++i) {
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const vec weight = vec{} + weights[r * next_neuron];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) counts[r][s] = unit::add(counts[r][s], x->in[s], weight);
      }
      x += x_stride;
      weights += row_stride;
    }
  }
};

// For few samples: a raw is a register of N neurons.
template <int N>
struct bit_neurons : neuron_arithmetic<std::int32_t, N>, derived<bit_neurons<N>> {
  using ints = neuron_arithmetic<std::int32_t, N>;
  using vec = typename ints::vec;
  using lane_type = std::int32_t;
  using unit = bit_unit<N>;

  static vec words(vec raws) { return raws; }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<bit_neurons, FX>& x,
                     const constants<bit_neurons, FW>& w, std::ptrdiff_t row_stride,
                     const constants<bit_neurons, FB>& b, const A& total, vec (&out)[R]) {
    const int shift = detail::difference_shift(total, x.format(), w.format());
    const int n_words = (n + bits_of_a_word - 1) / bits_of_a_word;
    const auto* row = reinterpret_cast<const unsigned char*>(x.data);
    const vec* weights = w.data;
    vec differing[R] = {};
    for (int first = 0; first < n_words; first += unit::at_once) {
      const int count = n_words - first < unit::at_once ? n_words - first : unit::at_once;
      vec counts[R];
      detail::sum_row<R, terms>(count, row, weights, row_stride, w.stride, counts);
      for (int r = 0; r < R; ++r) differing[r] += unit::total(counts[r]);
      row += count * std::ptrdiff_t{4};
      weights += count * row_stride;
    }
    for (int r = 0; r < R; ++r)
      out[r] = ints::sub(total, b.data[r * b.stride], ints::shl(total, differing[r], shift));
  }

 private:
  struct terms {
    using word_type = std::int32_t;
    static vec plus(vec a, vec b) { return ints::add(0, a, b); }
    static vec add(vec sum, vec x, vec w) { return unit::add(sum, x, w); }
  };
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
