// plane_samples<N, S> and plane_neurons<N>: dense layers and convolutions whose weights are -1 or
// +1 and whose activations are small numbers. An activation is stored as u = raw + offset, from 0
// to 2^P - 1, and its P bits lie in P planes: in the words of plane p, a bit of 32 elements each,
// is bit p of each u (engine::words; the order within a word is bit_of_element's). Where a weight
// is -1 its bit is set, as for bit_samples. With d_p the differing bits of plane p and the weights,
// and m the weights that are -1,
//
//   sum_i w_i u_i = sum_p 2^p (d_p - m),
//
// of which a bias holds the constant part, and what the offset adds. P is the word in front of the
// weights of each neuron. Bits behind the elements of a row are clear in both, and taps in the
// padding of a convolution have words, too.
#ifndef ISOBIT_POLICY_PLANES_HPP
#define ISOBIT_POLICY_PLANES_HPP

#include "isobit/policy/bits.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Planes of a number.
constexpr int most_planes = 4;

// Whether they pay beside words of bytes or pairs (measured: docs/performance.md): not where an
// instruction takes bytes and none counts bits, nor where there was no processor to measure.
#if defined(ISOBIT_DOT_X86) && defined(__AVX2__)
#if defined(__AVX512VPOPCNTDQ__)
constexpr bool planes_pay = true;
#else
constexpr bool planes_pay = !dot_takes_quads;
#endif
#else
constexpr bool planes_pay = false;
#endif

// The bit of element k in a word of a plane: byte b of word i of the eight that hold 32 bytes goes
// to bit i of byte b, which takes a shift and a mask.
constexpr int bit_of_element(int k) { return 8 * (k % 4) + k / 4; }

// The word of plane p from the eight words of 32 bytes; T: a register of unsigned words, or one.
template <class T>
T plane_word(const T (&bytes)[8], int p) {
  T word = (bytes[7] >> p) & 0x01010101u;
#pragma GCC unroll 8
  for (int i = 6; i >= 0; --i) word = (word + word) | ((bytes[i] >> p) & 0x01010101u);
  return word;
}

// Adds a number to each of four bytes, of whose results the low four bits are right.
template <class T>
T add_to_bytes(T word, int by) {
  return (word & 0x0f0f0f0fu) + static_cast<std::uint32_t>(by & 15) * 0x01010101u;
}

// The words of the planes of 32 bytes that lie side by side, `by` added to each.
inline void planes_of_bytes(const void* bytes, int by, int planes,
                            std::uint32_t (&words)[most_planes]) {
#if defined(ISOBIT_DOT_X86) && defined(__AVX2__)
  // Byte 4 i + b to its place 8 b + i, so that the signs of all bytes are a plane.
  const __m256i in_half = _mm256_setr_epi32(0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703,
                                            0x0c080400, 0x0d090501, 0x0e0a0602, 0x0f0b0703);
  const __m256i halves = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  __m256i all;
  std::memcpy(&all, bytes, sizeof all);
  all = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(all, in_half), halves);
  all = _mm256_add_epi8(all, _mm256_set1_epi8(static_cast<char>(by)));
  for (int p = 0; p < planes; ++p)
    words[p] = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_sll_epi16(all, _mm_cvtsi32_si128(7 - p))));
#else
  std::uint32_t all[8];
  std::memcpy(all, bytes, sizeof all);
  for (std::uint32_t& word : all) word = add_to_bytes(word, by);
  for (int p = 0; p < planes; ++p) words[p] = plane_word(all, p);
#endif
}

// The bits of a word of a plane that the first n elements have.
constexpr std::uint32_t plane_mask(int n) {
  if (n >= bits_of_a_word) return ~std::uint32_t{0};
  std::uint32_t mask = 0;
  for (int k = 0; k < n; ++k) mask |= std::uint32_t{1} << bit_of_element(k);
  return mask;
}

// For batches: a raw is S registers of N samples.
template <int N, int S>
struct plane_samples : registers<lanes<std::int32_t, N>, S>, derived<plane_samples<N, S>> {
  using group = typename registers<lanes<std::int32_t, N>, S>::group;
  using vec = typename lanes<std::int32_t, N>::vec;
  using unit = bit_unit<N>;

  static vec words(const group& raws, int s) { return raws.in[s]; }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<plane_samples, FX>& x,
                     const constants<plane_samples, FW>& w, std::ptrdiff_t row_stride,
                     const constants<plane_samples, FB>& b, const A& total, group (&out)[R]) {
    const int here = 0;
    affine_window<R>(window<Count, Count, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b,
                     total, out);
  }

  // As derived::affine_window. Planes from the highest on, so that one set of counts serves all.
  template <int R, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, Count, Index>& from, const view<plane_samples, FX>& x,
                            const constants<plane_samples, FW>& w, std::ptrdiff_t row_stride,
                            const constants<plane_samples, FB>& b, const A& total,
                            group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (from.n + bits_of_a_word - 1) / bits_of_a_word;
    detail::bit_counts<unit, R * S> counts;
    for (int p = w.data[0]; p-- > 0;) {
      const std::int32_t* weights = w.data + row_stride;
      counts.twice();
      for (int t = 0; t < from.taps; ++t, weights += n_words * row_stride) {
        const group* row = from.at[t] < 0 ? static_cast<const group*>(from.padding)
                                          : x.data + from.at[t] * from.next * x.stride;
        detail::count_words<R, S>(n_words, row + p * n_words * x.stride, x.stride, weights,
                                  row_stride, w.stride, counts);
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const vec start = one::splat(total, b.data[r * b.stride]);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        out[r].in[s] = one::add(total, start, one::shl(total, counts.total(r * S + s), shift));
    }
  }

 private:
  using one = lanes<std::int32_t, N>;
};

// For few samples: a raw is a register of N neurons.
template <int N>
struct plane_neurons : neuron_arithmetic<std::int32_t, N>, derived<plane_neurons<N>> {
  using ints = neuron_arithmetic<std::int32_t, N>;
  using vec = typename ints::vec;
  using lane_type = std::int32_t;
  using unit = bit_unit<N>;

  static vec words(vec raws) { return raws; }

  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count& n, const view<plane_neurons, FX>& x,
                     const constants<plane_neurons, FW>& w, std::ptrdiff_t row_stride,
                     const constants<plane_neurons, FB>& b, const A& total, vec (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (n + bits_of_a_word - 1) / bits_of_a_word;
    const auto* row = reinterpret_cast<const unsigned char*>(x.data);
    vec counts[R] = {};
    for (int p = (*w.data)[0]; p-- > 0;) {
      for (int r = 0; r < R; ++r) counts[r] *= 2;
      detail::count_row<R, detail::bit_terms<N>>(n_words, row + p * n_words * std::ptrdiff_t{4},
                                                 w.data + row_stride, row_stride, w.stride, counts);
    }
    for (int r = 0; r < R; ++r)
      out[r] = ints::add(total, ints::shl(total, counts[r], shift), b.data[r * b.stride]);
  }

  // As packed_neurons::affine_positions.
  template <int X, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_positions(const window<All, Count, Index>& from,
                               const view<plane_neurons, FX>& x,
                               const constants<plane_neurons, FW>& w, std::ptrdiff_t row_stride,
                               const constants<plane_neurons, FB>& b, const A& total,
                               vec (&out)[X]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (from.n + bits_of_a_word - 1) / bits_of_a_word;
    detail::bit_counts<unit, X> counts;
    for (int p = (*w.data)[0]; p-- > 0;) {
      const vec* weights = w.data + row_stride;
      counts.twice();
      for (int t = 0; t < from.taps; ++t, weights += n_words * row_stride) {
        const void* rows[X];
        detail::rows_of_tap<std::int32_t>(from, t, x.data, rows);
        for (int done = 0; done < n_words;) {
          const int end = done + counts.begin(n_words - done);
          for (; done < end; ++done) {
            const vec weight = weights[done * row_stride];
#pragma GCC unroll 8
            for (int i = 0; i < X; ++i)
              counts.some[i] = unit::add(
                  counts.some[i],
                  detail::broadcast_word<std::int32_t, vec>(rows[i], p * n_words + done), weight);
          }
        }
      }
    }
    for (int i = 0; i < X; ++i)
      out[i] = ints::add(total, ints::shl(total, counts.total(i), shift), b.data[0]);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
