// dot_unit<K, N>: the hot instruction of dense networks. A 32-bit word holds K neighbouring
// elements of a row; dot adds to each of N int32 lanes the products of its word of activations with
// its word of weights, modulo 2^32.
//
//   K = 2   int16 activations and weights ("pairs")
//   K = 4   8-bit activations, int8 weights ("quads")
//
// Some instructions want the 8-bit activations unsigned, others signed: a packed activation lies
// between dot_lowest and dot_highest, and whoever packs raws of another range adds an offset, which
// the bias takes back (see packing.hpp). The overrides give the same bits as the generic template;
// ISOBIT_NO_OVERRIDES turns them off.
#ifndef ISOBIT_POLICY_DOT_HPP
#define ISOBIT_POLICY_DOT_HPP

#include "isobit/policy/vectors.hpp"

#if !defined(ISOBIT_NO_OVERRIDES)
#if defined(__SSE2__)
#include <immintrin.h>
#define ISOBIT_DOT_X86
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#include <arm_neon.h>
#define ISOBIT_DOT_NEON
#endif
#endif

namespace isobit {
inline namespace ISOBIT_ISA {

// The same for all instruction sets of an architecture, which exchange packed tensors.
#if defined(__aarch64__)
constexpr bool dot_bytes_signed = true;
#else
constexpr bool dot_bytes_signed = false;
#endif

// The range of a packed activation.
constexpr int dot_lowest(int k) { return k == 2 ? -32768 : dot_bytes_signed ? -128 : 0; }
constexpr int dot_highest(int k) { return k == 2 ? 32767 : dot_bytes_signed ? 127 : 255; }

// The range of a packed weight.
constexpr int dot_weight_lowest(int k) { return k == 2 ? -32768 : -128; }
constexpr int dot_weight_highest(int k) { return -1 - dot_weight_lowest(k); }

// Whether quads are faster than pairs, that is, there is an instruction for them.
#if (defined(ISOBIT_DOT_NEON) && defined(__ARM_FEATURE_DOTPROD)) || \
    (defined(ISOBIT_DOT_X86) && (defined(__AVX512VNNI__) || defined(__AVXVNNI__)))
constexpr bool dot_takes_quads = true;
#else
constexpr bool dot_takes_quads = false;
#endif

template <int K, int N>
struct dot_unit {
  using ints = vector_arithmetic<std::int32_t, N>;
  using vec = typename ints::vec;
  static_assert(K == 2 || K == 4, "pairs or quads");

  static vec dot(vec sum, vec x, vec w) {
    for (int k = 0; k < K; ++k) {
      const vec product =
          ints::mul(0, element(x, k, K == 2 || dot_bytes_signed), element(w, k, true));
      sum = ints::add(0, sum, product);
    }
    return sum;
  }

 private:
  static constexpr int element_bits = 32 / K;

  static vec element(vec word, int k, bool is_signed) {
    const vec top = ints::shl(0, word, 32 - element_bits * (k + 1));
    return is_signed ? ints::shr(0, top, 32 - element_bits)
                     : reinterpret_cast<vec>(reinterpret_cast<typename ints::bits>(top) >>
                                             (32u - element_bits));
  }
};

#if defined(ISOBIT_DOT_X86)
namespace detail {

template <int N>
using int_vec = typename vector_arithmetic<std::int32_t, N>::vec;

}  // namespace detail

#if defined(__AVXVNNI__) || (defined(__AVX512VNNI__) && defined(__AVX512VL__))
#define ISOBIT_DOT_VNNI
#endif

#if defined(__AVX512VNNI__)
template <>
struct dot_unit<2, 16> {
  using vec = detail::int_vec<16>;
  static vec dot(vec sum, vec x, vec w) {
    return reinterpret_cast<vec>(_mm512_dpwssd_epi32(reinterpret_cast<__m512i>(sum),
                                                     reinterpret_cast<__m512i>(x),
                                                     reinterpret_cast<__m512i>(w)));
  }
};
template <>
struct dot_unit<4, 16> {
  using vec = detail::int_vec<16>;
  static vec dot(vec sum, vec x, vec w) {
    return reinterpret_cast<vec>(_mm512_dpbusd_epi32(reinterpret_cast<__m512i>(sum),
                                                     reinterpret_cast<__m512i>(x),
                                                     reinterpret_cast<__m512i>(w)));
  }
};
#elif defined(__AVX512BW__)
template <>
struct dot_unit<2, 16> {
  using vec = detail::int_vec<16>;
  static vec dot(vec sum, vec x, vec w) {
    const __m512i products =
        _mm512_madd_epi16(reinterpret_cast<__m512i>(x), reinterpret_cast<__m512i>(w));
    return reinterpret_cast<vec>(_mm512_add_epi32(reinterpret_cast<__m512i>(sum), products));
  }
};
#endif

#if defined(ISOBIT_DOT_VNNI)
#if defined(__AVXVNNI__)
#define ISOBIT_VNNI_256(name) _mm256_##name##_avx_epi32
#else
#define ISOBIT_VNNI_256(name) _mm256_##name##_epi32
#endif
template <>
struct dot_unit<2, 8> {
  using vec = detail::int_vec<8>;
  static vec dot(vec sum, vec x, vec w) {
    return reinterpret_cast<vec>(ISOBIT_VNNI_256(dpwssd)(reinterpret_cast<__m256i>(sum),
                                                         reinterpret_cast<__m256i>(x),
                                                         reinterpret_cast<__m256i>(w)));
  }
};
template <>
struct dot_unit<4, 8> {
  using vec = detail::int_vec<8>;
  static vec dot(vec sum, vec x, vec w) {
    return reinterpret_cast<vec>(ISOBIT_VNNI_256(dpbusd)(reinterpret_cast<__m256i>(sum),
                                                         reinterpret_cast<__m256i>(x),
                                                         reinterpret_cast<__m256i>(w)));
  }
};
#undef ISOBIT_VNNI_256
#elif defined(__AVX2__)
template <>
struct dot_unit<2, 8> {
  using vec = detail::int_vec<8>;
  static vec dot(vec sum, vec x, vec w) {
    const __m256i products =
        _mm256_madd_epi16(reinterpret_cast<__m256i>(x), reinterpret_cast<__m256i>(w));
    return reinterpret_cast<vec>(_mm256_add_epi32(reinterpret_cast<__m256i>(sum), products));
  }
};
#endif

template <>
struct dot_unit<2, 4> {
  using vec = detail::int_vec<4>;
  static vec dot(vec sum, vec x, vec w) {
    const __m128i products =
        _mm_madd_epi16(reinterpret_cast<__m128i>(x), reinterpret_cast<__m128i>(w));
    return reinterpret_cast<vec>(_mm_add_epi32(reinterpret_cast<__m128i>(sum), products));
  }
};
#endif

#if defined(ISOBIT_DOT_NEON)
template <>
struct dot_unit<2, 4> {
  using vec = typename vector_arithmetic<std::int32_t, 4>::vec;
  static vec dot(vec sum, vec x, vec w) {
    const int16x8_t a = reinterpret_cast<int16x8_t>(x), b = reinterpret_cast<int16x8_t>(w);
    const int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b));
    const int32x4_t pairs = vpaddq_s32(low, vmull_high_s16(a, b));
    return reinterpret_cast<vec>(vaddq_s32(reinterpret_cast<int32x4_t>(sum), pairs));
  }
};
#if defined(__ARM_FEATURE_DOTPROD)
template <>
struct dot_unit<4, 4> {
  using vec = typename vector_arithmetic<std::int32_t, 4>::vec;
  static vec dot(vec sum, vec x, vec w) {
    return reinterpret_cast<vec>(vdotq_s32(reinterpret_cast<int32x4_t>(sum),
                                           reinterpret_cast<int8x16_t>(x),
                                           reinterpret_cast<int8x16_t>(w)));
  }
};
#endif
#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
