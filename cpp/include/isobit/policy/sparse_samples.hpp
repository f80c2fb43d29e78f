// sparse_samples<K, N, S>: as packed_samples, for weight matrices of which few words are not zero.
//
// Weights are one array of int32: first where the words of each neuron begin, counted from that
// entry itself, with one entry more for the end; then for every word that is not zero its position
// in the row and the word.
#ifndef ISOBIT_POLICY_SPARSE_SAMPLES_HPP
#define ISOBIT_POLICY_SPARSE_SAMPLES_HPP

#include "isobit/policy/packed_samples.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <int K, int N, int S>
struct sparse_samples : registers<lanes<std::int32_t, N>, S>, derived<sparse_samples<K, N, S>> {
  using one = lanes<std::int32_t, N>;
  using group = typename registers<one, S>::group;
  using vec = typename one::vec;

  static vec words(const group& raws, int s) { return raws.in[s]; }

  // As packed_samples::affine; w.data is the first neuron's entry of the array above.
  template <int R, class Count, class FX, class FW, class FB, class A>
  static void affine(const Count&, const view<sparse_samples, FX>& x,
                     const constants<sparse_samples, FW>& w, std::ptrdiff_t,
                     const constants<sparse_samples, FB>& b, const A& total, group (&out)[R]) {
    const int shift = total.frac() - product(x.format(), w.format()).frac();
    for (int r = 0; r < R; ++r) {
      const std::int32_t* at = w.data + r;
      group sum = products(x, at + at[0], at + 1 + at[1]);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s)
        out[r].in[s] =
            one::add(total, one::shl(total, sum.in[s], shift), vec{} + b.data[r * b.stride]);
    }
  }

 private:
  // Two sums at a time hide the latency of the instruction.
  template <class FX>
  static group products(const view<sparse_samples, FX>& x, const std::int32_t* entry,
                        const std::int32_t* end) {
    group even = {}, odd = {};
    for (; entry + 4 <= end; entry += 4) {
      add_product(even, x, entry);
      add_product(odd, x, entry + 2);
    }
    if (entry < end) add_product(even, x, entry);
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) even.in[s] = one::add(0, even.in[s], odd.in[s]);
    return even;
  }
  template <class FX>
  static void add_product(group& sum, const view<sparse_samples, FX>& x,
                          const std::int32_t* entry) {
    const group& words = x.data[entry[0] * x.stride];
    const vec weight = vec{} + entry[1];
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) sum.in[s] = dot_unit<K, N>::dot(sum.in[s], words.in[s], weight);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
