// bit_unit<N>: dot products of numbers that are -1 or +1. A 32-bit word holds 32 of them, a bit
// each, set for -1. Where two words differ in m bits, the sum of their 32 products is 32 - 2 m; so
// what is counted is differing bits, by an exclusive or and a count.
//
//   add(counts, x, w)   to each lane of `counts` the differing bits of its words
//   total(counts)       int32 lanes of the counts, which may be kept in parts of a lane before:
//   after
//                       `at_once` additions to zero at most
//   signs(raws)         bit k is set where lane k is negative
//
// The overrides give the same bits as the generic template; ISOBIT_NO_OVERRIDES turns them off.
#ifndef ISOBIT_POLICY_BIT_DOT_HPP
#define ISOBIT_POLICY_BIT_DOT_HPP

#include "isobit/policy/dot.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Elements of a word that has one bit for each.
constexpr int bits_of_a_word = 32;

// `at_once` of units that keep counts in whole lanes: more words than any row has.
constexpr int bits_in_whole_lanes = 1 << 26;

namespace detail {

// Bit k is set where lane k is negative, whatever the lanes are.
template <int N, class Vec>
std::uint32_t signs_of(const Vec& raws) {
  std::uint32_t all = 0;
  for (int k = 0; k < N; ++k) all |= static_cast<std::uint32_t>(raws[k] < 0) << k;
  return all;
}

}  // namespace detail

template <int N>
struct bit_unit {
  using ints = vector_arithmetic<std::int32_t, N>;
  using vec = typename ints::vec;
  using bits = typename ints::bits;
  static constexpr int at_once = bits_in_whole_lanes;

  static vec add(vec counts, vec x, vec w) {
    bits b = reinterpret_cast<bits>(x ^ w);
    b -= (b >> 1u) & 0x55555555u;
    b = (b & 0x33333333u) + ((b >> 2u) & 0x33333333u);
    b = (b + (b >> 4u)) & 0x0f0f0f0fu;
    b += b >> 8u;
    b += b >> 16u;
    return counts + reinterpret_cast<vec>(b & 63u);
  }
  static vec total(vec counts) { return counts; }
  static std::uint32_t signs(vec raws) { return detail::signs_of<N>(raws); }
};

#if defined(ISOBIT_DOT_X86)

#if defined(__AVX512VPOPCNTDQ__)
template <>
struct bit_unit<16> {
  using vec = detail::int_vec<16>;
  static constexpr int at_once = bits_in_whole_lanes;

  static vec add(vec counts, vec x, vec w) {
    return counts + reinterpret_cast<vec>(_mm512_popcnt_epi32(reinterpret_cast<__m512i>(x ^ w)));
  }
  static vec total(vec counts) { return counts; }
  static std::uint32_t signs(vec raws) {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(raws));
  }
};
#elif defined(__AVX512BW__) && defined(__AVX512DQ__)
// Counts of bytes, by a table of the sixteen halves of a byte.
template <>
struct bit_unit<16> {
  using vec = detail::int_vec<16>;
  static constexpr int at_once = 31;

  static vec add(vec counts, vec x, vec w) {
    const __m512i table = _mm512_set4_epi32(0x04030302, 0x03020201, 0x03020201, 0x02010100);
    const __m512i low = _mm512_set1_epi8(15), b = reinterpret_cast<__m512i>(x ^ w);
    const __m512i of_low = _mm512_shuffle_epi8(table, _mm512_and_si512(b, low));
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(b, 4), low);
    const __m512i both = _mm512_add_epi8(of_low, _mm512_shuffle_epi8(table, high));
    return reinterpret_cast<vec>(_mm512_add_epi8(reinterpret_cast<__m512i>(counts), both));
  }
  static vec total(vec counts) {
    const __m512i pairs =
        _mm512_maddubs_epi16(reinterpret_cast<__m512i>(counts), _mm512_set1_epi8(1));
    return reinterpret_cast<vec>(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
  }
  static std::uint32_t signs(vec raws) {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(raws));
  }
};
#endif

#if defined(__AVX2__)
template <>
struct bit_unit<8> {
  using vec = detail::int_vec<8>;
  static constexpr int at_once = 31;

  static vec add(vec counts, vec x, vec w) {
    const __m256i table = _mm256_setr_epi32(0x02010100, 0x03020201, 0x03020201, 0x04030302,
                                            0x02010100, 0x03020201, 0x03020201, 0x04030302);
    const __m256i low = _mm256_set1_epi8(15), b = reinterpret_cast<__m256i>(x ^ w);
    const __m256i of_low = _mm256_shuffle_epi8(table, _mm256_and_si256(b, low));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(b, 4), low);
    const __m256i both = _mm256_add_epi8(of_low, _mm256_shuffle_epi8(table, high));
    return reinterpret_cast<vec>(_mm256_add_epi8(reinterpret_cast<__m256i>(counts), both));
  }
  static vec total(vec counts) {
    const __m256i pairs =
        _mm256_maddubs_epi16(reinterpret_cast<__m256i>(counts), _mm256_set1_epi8(1));
    return reinterpret_cast<vec>(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static std::uint32_t signs(vec raws) {
    return static_cast<std::uint32_t>(
        _mm256_movemask_ps(_mm256_castsi256_ps(reinterpret_cast<__m256i>(raws))));
  }
};
#endif

#if defined(__SSSE3__)
template <>
struct bit_unit<4> {
  using vec = detail::int_vec<4>;
  static constexpr int at_once = 31;

  static vec add(vec counts, vec x, vec w) {
    const __m128i table = _mm_setr_epi32(0x02010100, 0x03020201, 0x03020201, 0x04030302);
    const __m128i low = _mm_set1_epi8(15), b = reinterpret_cast<__m128i>(x ^ w);
    const __m128i of_low = _mm_shuffle_epi8(table, _mm_and_si128(b, low));
    const __m128i high = _mm_and_si128(_mm_srli_epi16(b, 4), low);
    const __m128i both = _mm_add_epi8(of_low, _mm_shuffle_epi8(table, high));
    return reinterpret_cast<vec>(_mm_add_epi8(reinterpret_cast<__m128i>(counts), both));
  }
  static vec total(vec counts) {
    const __m128i pairs = _mm_maddubs_epi16(reinterpret_cast<__m128i>(counts), _mm_set1_epi8(1));
    return reinterpret_cast<vec>(_mm_madd_epi16(pairs, _mm_set1_epi16(1)));
  }
  static std::uint32_t signs(vec raws) {
    return static_cast<std::uint32_t>(
        _mm_movemask_ps(_mm_castsi128_ps(reinterpret_cast<__m128i>(raws))));
  }
};
#endif

#endif

#if defined(ISOBIT_DOT_NEON)
template <>
struct bit_unit<4> {
  using vec = typename vector_arithmetic<std::int32_t, 4>::vec;
  static constexpr int at_once = 31;

  static vec add(vec counts, vec x, vec w) {
    const uint8x16_t differing = vcntq_u8(reinterpret_cast<uint8x16_t>(x ^ w));
    return reinterpret_cast<vec>(vaddq_u8(reinterpret_cast<uint8x16_t>(counts), differing));
  }
  static vec total(vec counts) {
    return reinterpret_cast<vec>(vpaddlq_u16(vpaddlq_u8(reinterpret_cast<uint8x16_t>(counts))));
  }
  static std::uint32_t signs(vec raws) { return detail::signs_of<4>(raws); }
};
#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
