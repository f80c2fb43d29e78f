// Dense layers whose activations are packed in pairs but whose sums need up to 64 bits. The dot
// product still adds in 32 bits; before that could overflow, the upper half of each sum is moved to
// a second sum. How many words that takes is known from the weights: the first word of each neuron
// says it.
#ifndef ISOBIT_POLICY_WIDE_SUMS_HPP
#define ISOBIT_POLICY_WIDE_SUMS_HPP

#include <utility>

#include "isobit/policy/neurons.hpp"
#include "isobit/policy/packed_samples.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// A partial sum must stay below this: what is left of the one before may still be added.
constexpr std::int64_t largest_partial_sum = (std::int64_t{1} << 31) - (1 << 16);
constexpr int most_words_at_once = 64;

namespace detail {

// f(0), f(1), ... with constants.
template <std::size_t... I, class F>
void for_each_index(std::index_sequence<I...>, const F& f) {
  const int done[] = {(f(count<static_cast<int>(I)>()), 0)...};
  static_cast<void>(done);
}

// Registers of N 32-bit lanes and of N/2 64-bit lanes.
template <int N>
struct halves {
  using narrow = typename vector_arithmetic<std::int32_t, N>::vec;
  using wide = typename vector_arithmetic<std::int64_t, N / 2>::vec;
  typedef std::int32_t half __attribute__((vector_size(2 * N)));

  // Moves the upper half of a sum.
  static void carry(narrow& sum, narrow& upper) {
    upper += sum >> 16;
    sum &= 0xffff;
  }
  // 2^16 upper + sum, in two registers.
  static void join(narrow sum, narrow upper, wide& low, wide& high) {
    low = widened(part<0>(sum, indices())) + (widened(part<0>(upper, indices())) << 16);
    high = widened(part<1>(sum, indices())) + (widened(part<1>(upper, indices())) << 16);
  }
  // The low 32 bits of every lane.
  static narrow words(wide low, wide high) {
    return both(__builtin_convertvector(low, half), __builtin_convertvector(high, half),
                std::make_index_sequence<N>());
  }

 private:
  using indices = std::make_index_sequence<N / 2>;

  static wide widened(half v) { return __builtin_convertvector(v, wide); }
  template <int Part, std::size_t... I>
  static half part(narrow v, std::index_sequence<I...>) {
    return __builtin_shufflevector(v, v, (static_cast<int>(I) + Part * N / 2)...);
  }
  template <std::size_t... I>
  static narrow both(half low, half high, std::index_sequence<I...>) {
    return __builtin_shufflevector(low, high, static_cast<int>(I)...);
  }
};

}  // namespace detail

// As packed_samples<K, N, S>, with that first word; a raw is 2 S registers of N/2 samples.
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
    const int here = 0;
    affine_window<R>(window<Count, Count, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b,
                     total, out);
  }

  // As derived::affine_window; each tap is whole words, and those in the padding have some too.
  template <int R, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, Count, Index>& from, const view<wide_samples, FX>& x,
                            const constants<wide_samples, FW>& w, std::ptrdiff_t row_stride,
                            const constants<wide_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const auto* words = reinterpret_cast<const word_group*>(x.data);
    const auto* weights = reinterpret_cast<const std::int32_t*>(w.data);
    // Two registers of samples at a time: all sums stay in registers.
    static_assert(S % 2 == 0, "pairs of registers");
    for (int s = 0; s < S; s += 2)
      two_registers<R>(from, words, s, x.stride, weights, row_stride, w.stride, out);
    for (int r = 0; r < R; ++r)
      for (int s = 0; s < 2 * S; ++s)
        out[r].in[s] = one::add(total, one::shl(total, out[r].in[s], shift),
                                one::splat(total, b.data[r * b.stride]));
  }

 private:
  // Indices that are constants from the start let the sums be registers through all loops.
  template <int R, class All, class Count, class Index>
  static void two_registers(const window<All, Count, Index>& from, const word_group* x, int s,
                            std::ptrdiff_t x_stride, const std::int32_t* weights,
                            std::ptrdiff_t row_stride, std::ptrdiff_t next_neuron,
                            group (&out)[R]) {
    using lane_halves = detail::halves<N>;
    constexpr std::make_index_sequence<R> neurons{};
    const int n_words = (from.n + K - 1) / K;
    const int at_once = weights[0];
    vec sum[2 * R], upper[2 * R];
    detail::for_each_index(std::make_index_sequence<2 * R>(),
                           [&](auto i) { sum[i] = upper[i] = vec{}; });
    int left = at_once;  // words until the upper halves must be moved
    for (int t = 0; t < from.taps; ++t) {
      const word_group* row = from.at[t] < 0 ? static_cast<const word_group*>(from.padding)
                                             : x + from.at[t] * from.next * x_stride;
      for (int i = 0; i < n_words;) {
        const int end = n_words - i < left ? n_words : i + left;
        left -= end - i;
        for (; i < end; ++i) {
          weights += row_stride;
          const vec low = row->in[s], high = row->in[s + 1];
          detail::for_each_index(neurons, [&](auto r) {
            const vec weight = vec{} + weights[r * next_neuron];
            sum[2 * r] = dot_unit<K, N>::dot(sum[2 * r], low, weight);
            sum[2 * r + 1] = dot_unit<K, N>::dot(sum[2 * r + 1], high, weight);
          });
          row += x_stride;
        }
        if (left > 0) continue;
        left = at_once;
        detail::for_each_index(neurons, [&](auto r) {
          lane_halves::carry(sum[2 * r], upper[2 * r]);
          lane_halves::carry(sum[2 * r + 1], upper[2 * r + 1]);
        });
      }
    }
    detail::for_each_index(neurons, [&](auto r) {
      auto& to = out[r].in;
      lane_halves::join(sum[2 * r], upper[2 * r], to[2 * s], to[2 * s + 1]);
      lane_halves::join(sum[2 * r + 1], upper[2 * r + 1], to[2 * s + 2], to[2 * s + 3]);
    });
  }
};

// As packed_neurons<K, std::int32_t, N>; a raw is two registers of N/2 neurons. Weights are
// registers of words, biases pairs of registers of int64.
template <int K, int N>
struct wide_neurons : registers<lanes<std::int64_t, N / 2>, 2>, derived<wide_neurons<K, N>> {
  using one = lanes<std::int64_t, N / 2>;
  using group = typename registers<one, 2>::group;
  using vec = typename lanes<std::int32_t, N>::vec;
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
    for (int r = 0; r < R; ++r)
      one_register(n_words, row, weights + r * w.stride, row_stride, out[r]);
    for (int r = 0; r < R; ++r)
      for (int s = 0; s < 2; ++s)
        out[r].in[s] = one::add(total, one::shl(total, out[r].in[s], shift), starts[r].in[s]);
  }

  // As packed_neurons::affine_positions.
  template <int X, class All, class Count, class Index, class FX, class FW, class FB, class A>
  static void affine_positions(const window<All, Count, Index>& from,
                               const view<wide_neurons, FX>& x,
                               const constants<wide_neurons, FW>& w, std::ptrdiff_t row_stride,
                               const constants<wide_neurons, FB>& b, const A& total,
                               group (&out)[X]) {
    using lane_halves = detail::halves<N>;
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    const int n_words = (from.n + K - 1) / K;
    const auto* weights = reinterpret_cast<const vec*>(w.data);
    const auto* starts = reinterpret_cast<const group*>(b.data);
    const int at_once = (*weights)[0];
    vec sum[X] = {}, upper[X] = {};
    int left = at_once;
    for (int t = 0; t < from.taps; ++t) {
      const void* rows[X];
      detail::rows_of_tap<std::int32_t>(from, t, x.data, rows);
      for (int i = 0; i < n_words;) {
        const int end = n_words - i < left ? n_words : i + left;
        left -= end - i;
        for (; i < end; ++i) {
          weights += row_stride;
          const vec weight = *weights;
#pragma GCC unroll 8
          for (int p = 0; p < X; ++p)
            sum[p] = dot_unit<K, N>::dot(
                sum[p], detail::broadcast_word<std::int32_t, vec>(rows[p], i), weight);
        }
        if (left > 0) continue;
        left = at_once;
#pragma GCC unroll 8
        for (int p = 0; p < X; ++p) lane_halves::carry(sum[p], upper[p]);
      }
    }
    for (int p = 0; p < X; ++p) {
      lane_halves::join(sum[p], upper[p], out[p].in[0], out[p].in[1]);
      for (int s = 0; s < 2; ++s)
        out[p].in[s] = one::add(total, one::shl(total, out[p].in[s], shift), starts->in[s]);
    }
  }

 private:
  // Four sums at a time, each over words that may be added up at once, hide the latency of the
  // instruction.
  static void one_register(int n_words, const unsigned char* row, const vec* weights,
                           std::ptrdiff_t row_stride, group& out) {
    using lane_halves = detail::halves<N>;
    constexpr int chains = 4;
    constexpr std::make_index_sequence<chains> all{};
    const int at_once = (*weights)[0];
    weights += row_stride;
    const auto add = [&](vec& sum, int i) {
      sum = dot_unit<K, N>::dot(sum, detail::broadcast_word<std::int32_t, vec>(row, i),
                                weights[i * row_stride]);
    };
    vec sum[chains] = {}, upper[chains] = {};
    int first = 0;
    for (; first + chains * at_once <= n_words; first += chains * at_once) {
      for (int i = first; i < first + at_once; ++i)
        detail::for_each_index(all, [&](auto c) { add(sum[c], i + c * at_once); });
      detail::for_each_index(all, [&](auto c) { lane_halves::carry(sum[c], upper[c]); });
    }
    for (; first < n_words; first += at_once) {
      const int end = n_words - first < at_once ? n_words : first + at_once;
      for (int i = first; i < end; ++i) add(sum[0], i);
      lane_halves::carry(sum[0], upper[0]);
    }
    for (int c = 1; c < chains; ++c) {
      sum[0] += sum[c];  // below 2^18
      upper[0] += upper[c];
    }
    lane_halves::join(sum[0], upper[0], out.in[0], out.in[1]);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
