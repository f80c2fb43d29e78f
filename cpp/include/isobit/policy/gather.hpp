// gather_unit<T, N>: N entries of a table at once. The overrides give the same entries through the
// instructions of the processor; ISOBIT_NO_OVERRIDES turns them off.
#ifndef ISOBIT_POLICY_GATHER_HPP
#define ISOBIT_POLICY_GATHER_HPP

#include "isobit/policy/vectors.hpp"

#if !defined(ISOBIT_NO_OVERRIDES) && defined(__AVX2__)
#include <immintrin.h>
#endif

namespace isobit {
inline namespace ISOBIT_ISA {

template <class T, int N>
struct gather_unit {
  using vec = typename vector_arithmetic<T, N>::vec;

  // entries[i] for every lane's i in [0, size).
  static vec gather(const T* entries, std::int64_t, vec i) {
    vec r;
    for (int lane = 0; lane < N; ++lane) r[lane] = entries[i[lane]];
    return r;
  }
};

#if !defined(ISOBIT_NO_OVERRIDES) && defined(__AVX2__)

template <>
struct gather_unit<std::int32_t, 8> {
  using vec = vector_arithmetic<std::int32_t, 8>::vec;

  static vec gather(const std::int32_t* entries, std::int64_t, vec i) {
    return reinterpret_cast<vec>(_mm256_i32gather_epi32(entries, reinterpret_cast<__m256i>(i), 4));
  }
};

#endif
#if !defined(ISOBIT_NO_OVERRIDES) && defined(__AVX512F__)

template <>
struct gather_unit<std::int32_t, 16> {
  using vec = vector_arithmetic<std::int32_t, 16>::vec;

  // Up to 32 entries fit in two registers and are permuted.
  static vec gather(const std::int32_t* entries, std::int64_t size, vec i) {
    const __m512i at = reinterpret_cast<__m512i>(i);
    if (size > 32)  // with a mask: g++ 12 takes the plain intrinsic for uninitialized (bug 105593)
      return reinterpret_cast<vec>(
          _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), first(16), at, entries, 4));
    const __m512i low = _mm512_maskz_loadu_epi32(first(size), entries);
    const __m512i high = _mm512_maskz_loadu_epi32(first(size - 16), entries + 16);
    return reinterpret_cast<vec>(_mm512_permutex2var_epi32(low, at, high));
  }

 private:
  static __mmask16 first(std::int64_t n) {
    return static_cast<__mmask16>(n >= 16 ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
  }
};

#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
