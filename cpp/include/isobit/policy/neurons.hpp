// neurons<T, N>: N neighbouring elements of one sample side by side in one SIMD register, for small
// batches. Constants differ from lane to lane, so they are registers too; tables stay plain arrays.
// packed_neurons<K, N> computes dense layers from words of K elements (policy/dot.hpp).
#ifndef ISOBIT_POLICY_NEURONS_HPP
#define ISOBIT_POLICY_NEURONS_HPP

#include <cstring>

#include "isobit/policy/dot.hpp"
#include "isobit/policy/gather.hpp"
#include "isobit/policy/rounded_products.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class T, int N>
struct neuron_arithmetic : vector_arithmetic<T, N> {
  using vec = typename vector_arithmetic<T, N>::vec;

  template <class F>
  using uniform = vec;

  template <class F>
  static vec splat(const F&, vec u) {
    return u;
  }
};

template <class T, int N>
struct neurons;
template <class T, int N, class Entry>
struct table_entry<neurons<T, N>, Entry> {
  using type = T;
};

template <class T, int N>
struct neurons : neuron_arithmetic<T, N>, derived<neurons<T, N>> {
  using vec = typename neuron_arithmetic<T, N>::vec;

  template <class Index, class Entry>
  static vec lut(const table<neurons, Index, Entry>& t, vec i) {
    return gather_unit<T, N>::gather(t.entries, t.size, addresses<T, N>(t.size, i));
  }
};

namespace detail {

// One word of a row in every lane. Rows hold elements of any width, hence the copy.
template <class T, class Vec>
Vec broadcast_word(const void* row, std::ptrdiff_t i) {
  T word;
  std::memcpy(&word, static_cast<const unsigned char*>(row) + i * static_cast<int>(sizeof(T)),
              sizeof(T));
  return Vec{} + word;
}

// Sums over a row for R registers of neurons: terms.add(sum, word, weights) adds one word. Several
// partial sums hide the latency of the instruction; additions modulo 2^n may be done in any order.
template <int R, class Terms, class Vec>
void sum_row(const Terms& terms, int words, const void* row, const Vec* weights,
             std::ptrdiff_t next_word, std::ptrdiff_t next_register, Vec (&sum)[R]) {
  using T = typename Terms::word_type;
  constexpr int chains = R >= 4 ? 1 : R >= 2 ? 2 : 4;
  Vec partial[chains][R] = {};
  int i = 0;
  for (; i + chains <= words; i += chains)
#pragma GCC unroll 4
    for (int c = 0; c < chains; ++c) {
      const Vec x = broadcast_word<T, Vec>(row, i + c);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r)
        partial[c][r] =
            terms.add(partial[c][r], x, weights[(i + c) * next_word + r * next_register]);
    }
  for (; i < words; ++i) {
    const Vec x = broadcast_word<T, Vec>(row, i);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
      partial[0][r] = terms.add(partial[0][r], x, weights[i * next_word + r * next_register]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    Vec all = partial[0][r];
#pragma GCC unroll 4
    for (int c = 1; c < chains; ++c) all = terms.plus(all, partial[c][r]);
    sum[r] = all;
  }
}

// Where tap t of X windows that follow one another finds its words. Rows are whole words.
template <class Word, int X, class All, class N, class Index>
void rows_of_tap(const window<All, N, Index>& from, int t, const void* x, const void* (&rows)[X]) {
  for (int p = 0; p < X; ++p) {
    const auto pixel = from.at[p * from.taps + t];
    rows[p] = pixel < 0 ? from.padding : static_cast<const Word*>(x) + pixel * from.next;
  }
}

}  // namespace detail

// Activations in words of K elements, 8 or 16 bits wide; K = 1: elements of T.
template <int K, class T, int N>
struct packed_neurons : neuron_arithmetic<T, N>, derived<packed_neurons<K, T, N>> {
  using ints = neuron_arithmetic<T, N>;
  using vec = typename ints::vec;
  using lane_type = T;

  // Raws as words: as they are.
  static vec words(vec raws) { return raws; }

  // The sums of products of n words of a row for R registers of neurons: `weights` begins at the
  // panel of the first (row_stride registers from word to word, next_panel from panel to panel).
  template <int R>
  static void products(int n, const void* row, const vec* weights, std::ptrdiff_t row_stride,
                       std::ptrdiff_t next_panel, vec (&sum)[R]) {
    detail::sum_row<R>(terms(), n, row, weights, row_stride, next_panel, sum);
  }

  // As derived::affine for R registers of neurons: x.data is a row of packed activations, w.data
  // the panel of the first register (row_stride registers from word to word, w.stride from panel to
  // panel), and b.data holds what packing.hpp makes of the biases, in the format `total`.
  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<packed_neurons, FX>& x,
                     const constants<packed_neurons, FW>& w, std::ptrdiff_t row_stride,
                     const constants<packed_neurons, FB>& b, const A& total, vec (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    products<R>((n + K - 1) / K, x.data, w.data, row_stride, w.stride, out);
    for (int r = 0; r < R; ++r)
      out[r] = ints::add(total, ints::shl(total, out[r], shift), b.data[r * b.stride]);
  }

  // As derived::affine_rounded, in the same way. Pairs are rounded as rounded_products.hpp tells.
  template <int R, class Count, class FX, class FW, class FB, class Acc, class A>
  static void affine_rounded(const Count& n, const view<packed_neurons, FX>& x,
                             const constants<packed_neurons, FW>& w, std::ptrdiff_t row_stride,
                             const constants<packed_neurons, FB>& b, const Acc& accumulator,
                             const A& total, vec (&out)[R]) {
    const int n_words = (n + K - 1) / K;
    const auto rounds = rounded_terms(x.format(), w.format(), accumulator, count<K>());
    const int shift =
        total.frac() - detail::min(product(x.format(), w.format()).frac(), accumulator.frac());
    detail::sum_row<R>(rounds, n_words, x.data, w.data, row_stride, w.stride, out);
    for (int r = 0; r < R; ++r) {
      const vec sum = rounds.end(rounds.plus(out[r], rounds.start(n_words)));
      out[r] = ints::add(total, ints::shl(total, sum, shift), b.data[r * b.stride]);
    }
  }
  template <int X, class All, class Count, class Index, class FX, class FW, class FB, class Acc,
            class A>
  static void affine_rounded_positions(const window<All, Count, Index>& from,
                                       const view<packed_neurons, FX>& x,
                                       const constants<packed_neurons, FW>& w,
                                       std::ptrdiff_t row_stride,
                                       const constants<packed_neurons, FB>& b,
                                       const Acc& accumulator, const A& total, vec (&out)[X]) {
    const int n_words = (from.n + K - 1) / K;
    const auto rounds = rounded_terms(x.format(), w.format(), accumulator, count<K>());
    const int shift =
        total.frac() - detail::min(product(x.format(), w.format()).frac(), accumulator.frac());
    vec sum[X];
    for (int p = 0; p < X; ++p) sum[p] = rounds.start(from.taps * n_words);
    sum_positions(rounds, from, n_words, x, w, row_stride, sum);
    for (int p = 0; p < X; ++p)
      out[p] = ints::add(total, ints::shl(total, rounds.end(sum[p]), shift), b.data[0]);
  }

  // The sums of X windows that follow one another, for one register of neurons: each register of
  // weights is loaded once for all of them, and their chains of sums hide the latency of the
  // instruction. Taps in the padding have words, too.
  template <int X, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_positions(const window<All, Count, Index>& from,
                               const view<packed_neurons, FX>& x,
                               const constants<packed_neurons, FW>& w, std::ptrdiff_t row_stride,
                               const constants<packed_neurons, FB>& b, const A& total,
                               vec (&out)[X]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    vec sum[X] = {};
    sum_positions(terms(), from, (from.n + K - 1) / K, x, w, row_stride, sum);
    for (int p = 0; p < X; ++p)
      out[p] = ints::add(total, ints::shl(total, sum[p], shift), b.data[0]);
  }

 private:
  template <int X, class Terms, class All, class Count, class Index, class FX, class FW>
  static void sum_positions(const Terms& all, const window<All, Count, Index>& from, int n_words,
                            const view<packed_neurons, FX>& x,
                            const constants<packed_neurons, FW>& w, std::ptrdiff_t row_stride,
                            vec (&sum)[X]) {
    const vec* weights = w.data;
    for (int t = 0; t < from.taps; ++t) {
      const void* rows[X];
      detail::rows_of_tap<T>(from, t, x.data, rows);
      for (int i = 0; i < n_words; ++i, weights += row_stride) {
        const vec weight = *weights;
#pragma GCC unroll 8
        for (int p = 0; p < X; ++p)
          sum[p] = all.add(sum[p], detail::broadcast_word<T, vec>(rows[p], i), weight);
      }
    }
  }

  template <class FX, class FW, class Acc, int Packed>
  static rounded_pairs<N> rounded_terms(const FX& x, const FW& w, const Acc& accumulator,
                                        count<Packed>) {
    static_assert(Packed == 2, "only pairs are rounded");
    return {product(x, w), accumulator};
  }
  template <class FX, class FW, class Acc>
  static auto rounded_terms(const FX& x, const FW& w, const Acc& accumulator, count<1>)
      -> rounded_words<packed_neurons, T, N, decltype(product(x, w)),
                       decltype(rounded_to(product(x, w), accumulator))> {
    return {product(x, w), rounded_to(product(x, w), accumulator)};
  }

  struct terms {
    using word_type = T;
    static vec plus(vec a, vec b) { return ints::add(0, a, b); }
    static vec add(vec sum, vec x, vec w) { return packed(sum, x, w, count<K>()); }

   private:
    template <int Packed>
    static vec packed(vec sum, vec x, vec w, count<Packed>) {
      return dot_unit<Packed, N>::dot(sum, x, w);
    }
    static vec packed(vec sum, vec x, vec w, count<1>) { return plus(sum, ints::mul(0, x, w)); }
  };
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
