// How raws share 32-bit words (policy/dot.hpp): element k of a word lies in bits [k * 32/K, ...),
// as raw + offset. K = 32 is for raws that are -1 or 1: a bit is set for -1 (policy/bit_dot.hpp).
#ifndef ISOBIT_POLICY_PACKING_HPP
#define ISOBIT_POLICY_PACKING_HPP

#include "isobit/policy/bit_dot.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// K registers of raws, each between dot_lowest(K) - offset and dot_highest(K) - offset, as one
// register of words.
template <int K, class Vec>
Vec join(const Vec (&raws)[K], int offset) {
  constexpr int element_bits = 32 / K;
  if (dot_lowest(K) == 0) {  // no carries: sums of shifted elements are the word
    Vec word = raws[0] + offset * 0x01010101;
    for (int k = 1; k < K; ++k) word += raws[k] << (element_bits * k);
    return word;
  }
  constexpr std::int32_t mask = static_cast<std::int32_t>((1u << element_bits) - 1);
  Vec word = (raws[0] + offset) & mask;
  for (int k = 1; k < K; ++k) word |= ((raws[k] + offset) & mask) << (element_bits * k);
  return word;
}

// A raw as element k of a word that is zero elsewhere.
template <int K, class T>
std::int32_t in_word(T raw, int k, int offset) {
  constexpr std::uint32_t mask = (std::uint32_t{1} << (32 / K)) - 1;
  const auto stored = K == bits_of_a_word
                          ? static_cast<std::uint32_t>(raw < 0)
                          : static_cast<std::uint32_t>(raw) + static_cast<std::uint32_t>(offset);
  return static_cast<std::int32_t>((stored & mask) << (32 / K * k));
}

// The raw of element k of a word.
template <int K>
std::int32_t element_of(std::uint32_t word, int k, int offset) {
  constexpr int element_bits = 32 / K;
  const std::uint32_t top = word << (32 - element_bits * (k + 1));
  if (K == bits_of_a_word) return 1 - 2 * static_cast<std::int32_t>(top >> 31);
  const std::int32_t stored = dot_lowest(K) < 0
                                  ? static_cast<std::int32_t>(top) >> (32 - element_bits)
                                  : static_cast<std::int32_t>(top >> (32 - element_bits));
  return stored - offset;
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
