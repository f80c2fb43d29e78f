// bit_samples<N, S> and bit_neurons<N>: dense layers and convolutions whose activations and weights
// are -1 or +1, 32 of them in a word (policy/bit_dot.hpp). Everything but the sum of products is as
// for packed_samples and packed_neurons; a bias holds, besides what it is, the products of a row
// without a differing bit.
#ifndef ISOBIT_POLICY_BITS_HPP
#define ISOBIT_POLICY_BITS_HPP

#include "isobit/policy/bit_dot.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/registers.hpp"
#include "isobit/window.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

// What n products of -1 and +1 are less than n, as a shift to the left of the differing bits: two
// for each, and the binary point of the sum.
template <class A, class FX, class FW>
int difference_shift(const A& total, const FX& x, const FW& w) {
  return 1 + total.frac() - product(x, w).frac();
}

// Sums of counts that are kept in parts of lanes. A unit that counts in whole lanes needs nothing
// of that.
template <class Unit, int Size>
struct bit_counts {
  using vec = typename Unit::vec;
  static constexpr bool limited = Unit::at_once < bits_in_whole_lanes;
  vec some[Size] = {};  // the unit's counts, after `taken` words at most
  vec all[Size] = {};
  int taken = 0;

  // How many of n words may be added now.
  int begin(int n) {
    if (!limited) return n;
    if (taken == Unit::at_once) flush();
    const int words = n < Unit::at_once - taken ? n : Unit::at_once - taken;
    taken += words;
    return words;
  }
  // Twice what they are.
  void twice() {
    if (limited) flush();
#pragma GCC unroll 64
    for (int i = 0; i < Size; ++i) (limited ? all[i] : some[i]) *= 2;
  }
  vec total(int i) const { return limited ? all[i] + Unit::total(some[i]) : Unit::total(some[i]); }

 private:
  void flush() {
#pragma GCC unroll 64
    for (int i = 0; i < Size; ++i) {
      all[i] += Unit::total(some[i]);
      some[i] = vec{};
    }
    taken = 0;
  }
};

// Counts for R neurons and S registers of samples the differing bits of n words. Row i of the
// weights begins `row_stride` words after row i-1; neurons lie `next_neuron` apart.
template <int R, int S, class Group, class Unit>
void count_words(int n, const Group* x, std::ptrdiff_t x_stride, const std::int32_t* weights,
                 std::ptrdiff_t row_stride, std::ptrdiff_t next_neuron,
                 bit_counts<Unit, R * S>& counts) {
  while (n > 0) {
    const int now = counts.begin(n);
    n -= now;
    for (int i = 0; i < now; ++i) {
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const typename Unit::vec weight = typename Unit::vec{} + weights[r * next_neuron];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s)
          counts.some[r * S + s] = Unit::add(counts.some[r * S + s], x->in[s], weight);
      }
      x += x_stride;
      weights += row_stride;
    }
  }
}

// The differing bits of a row of n words for R registers of neurons, added to `differing`.
template <int R, class Terms, class Vec>
void count_row(int n, const unsigned char* row, const Vec* weights, std::ptrdiff_t row_stride,
               std::ptrdiff_t next_panel, Vec (&differing)[R]) {
  using unit = typename Terms::unit;
  for (int first = 0; first < n; first += unit::at_once) {
    const int count = n - first < unit::at_once ? n - first : unit::at_once;
    Vec counts[R];
    sum_row<R>(Terms(), count, row, weights, row_stride, next_panel, counts);
    for (int r = 0; r < R; ++r) differing[r] += unit::total(counts[r]);
    row += count * std::ptrdiff_t{4};
    weights += count * row_stride;
  }
}

// Differing bits as the terms of sum_row.
template <int N>
struct bit_terms {
  using word_type = std::int32_t;
  using unit = bit_unit<N>;
  using vec = typename unit::vec;
  static vec plus(vec a, vec b) { return vector_arithmetic<std::int32_t, N>::add(0, a, b); }
  static vec add(vec sum, vec x, vec w) { return unit::add(sum, x, w); }
};

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
    const int shift = detail::difference_shift(total, x.format(), w.format());
    detail::bit_counts<unit, R * S> counts;
    detail::count_words<R, S>((n + bits_of_a_word - 1) / bits_of_a_word, x.data, x.stride, w.data,
                              row_stride, w.stride, counts);
    end<R>(b, total, shift, 0, counts, out);
  }

  // As derived::affine_window; each tap is whole words. One in the padding has no products: those
  // that the bias holds for it are taken off.
  template <int R, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, Count, Index>& from, const view<bit_samples, FX>& x,
                            const constants<bit_samples, FW>& w, std::ptrdiff_t row_stride,
                            const constants<bit_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = detail::difference_shift(total, x.format(), w.format());
    const int n_words = (from.n + bits_of_a_word - 1) / bits_of_a_word;
    const std::int32_t* weights = w.data;
    int missing = 0;
    detail::bit_counts<unit, R * S> counts;
    for (int t = 0; t < from.taps; ++t, weights += n_words * row_stride)
      if (from.at[t] < 0)
        missing += from.n;
      else
        detail::count_words<R, S>(n_words, x.data + from.at[t] * from.next * x.stride, x.stride,
                                  weights, row_stride, w.stride, counts);
    end<R>(b, total, shift, missing, counts, out);
  }

 private:
  using one = lanes<std::int32_t, N>;

  template <int R, class B, class A>
  static void end(const B& b, const A& total, int shift, int missing,
                  const detail::bit_counts<unit, R * S>& counts, group (&out)[R]) {
    const auto less = static_cast<std::int32_t>(static_cast<std::uint32_t>(missing) << (shift - 1));
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const vec start = one::sub(total, one::splat(total, b.data[r * b.stride]), vec{} + less);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        out[r].in[s] = one::sub(total, start, one::shl(total, counts.total(r * S + s), shift));
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
    vec differing[R] = {};
    detail::count_row<R, detail::bit_terms<N>>(n_words,
                                               reinterpret_cast<const unsigned char*>(x.data),
                                               w.data, row_stride, w.stride, differing);
    for (int r = 0; r < R; ++r)
      out[r] = ints::sub(total, b.data[r * b.stride], ints::shl(total, differing[r], shift));
  }

  // As packed_neurons::affine_positions; taps in the padding as in bit_samples::affine_window.
  template <int X, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_positions(const window<All, Count, Index>& from,
                               const view<bit_neurons, FX>& x, const constants<bit_neurons, FW>& w,
                               std::ptrdiff_t row_stride, const constants<bit_neurons, FB>& b,
                               const A& total, vec (&out)[X]) {
    const int shift = detail::difference_shift(total, x.format(), w.format());
    const int n_words = (from.n + bits_of_a_word - 1) / bits_of_a_word;
    const vec* weights = w.data;
    std::uint32_t missing[X] = {};
    detail::bit_counts<unit, X> counts;
    for (int t = 0; t < from.taps; ++t, weights += n_words * row_stride) {
      const void* rows[X];
      detail::rows_of_tap<std::int32_t>(from, t, x.data, rows);
      bool all_there = true;
      for (int p = 0; p < X; ++p) {
        missing[p] += rows[p] == nullptr ? static_cast<std::uint32_t>(from.n) : 0;
        all_there = all_there && rows[p] != nullptr;
      }
      for (int done = 0; done < n_words;) {
        const int end = done + counts.begin(n_words - done);
        if (all_there)
          for (; done < end; ++done) {
            const vec weight = weights[done * row_stride];
#pragma GCC unroll 8
            for (int p = 0; p < X; ++p)
              counts.some[p] = unit::add(
                  counts.some[p], detail::broadcast_word<std::int32_t, vec>(rows[p], done), weight);
          }
        else
          for (; done < end; ++done)
            for (int p = 0; p < X; ++p)
              if (rows[p] != nullptr)
                counts.some[p] = unit::add(counts.some[p],
                                           detail::broadcast_word<std::int32_t, vec>(rows[p], done),
                                           weights[done * row_stride]);
      }
    }
    for (int p = 0; p < X; ++p)
      out[p] = ints::sub(total, b.data[0] - static_cast<std::int32_t>(missing[p] << (shift - 1)),
                         ints::shl(total, counts.total(p), shift));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
