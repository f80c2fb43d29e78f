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

template <>
struct gather_unit<std::int64_t, 4> {
  using vec = vector_arithmetic<std::int64_t, 4>::vec;

  static vec gather(const std::int64_t* entries, std::int64_t, vec i) {
    return reinterpret_cast<vec>(_mm256_i64gather_epi64(reinterpret_cast<const long long*>(entries),
                                                        reinterpret_cast<__m256i>(i), 8));
  }
};

#endif
#if !defined(ISOBIT_NO_OVERRIDES) && defined(__AVX512F__)

template <>
struct gather_unit<std::int32_t, 16> {
  using vec = vector_arithmetic<std::int32_t, 16>::vec;

  // Up to 32 entries fit in two registers and are permuted. Two gathers of eight take three
  // quarters of the time of one of sixteen (measured on Zen 5).
  static vec gather(const std::int32_t* entries, std::int64_t size, vec i) {
    if (size > 32) {
      using eight = gather_unit<std::int32_t, 8>;
      const auto first =
          eight::gather(entries, size, __builtin_shufflevector(i, i, 0, 1, 2, 3, 4, 5, 6, 7));
      const auto last =
          eight::gather(entries, size, __builtin_shufflevector(i, i, 8, 9, 10, 11, 12, 13, 14, 15));
      return __builtin_shufflevector(first, last, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                                     15);
    }
    const __m512i at = reinterpret_cast<__m512i>(i);
    const __m512i low = _mm512_maskz_loadu_epi32(first(size), entries);
    const __m512i high = _mm512_maskz_loadu_epi32(first(size - 16), entries + 16);
    return reinterpret_cast<vec>(_mm512_permutex2var_epi32(low, at, high));
  }

 private:
  static __mmask16 first(std::int64_t n) {
    return static_cast<__mmask16>(n >= 16 ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
  }
};

template <>
struct gather_unit<std::int64_t, 8> {
  using vec = vector_arithmetic<std::int64_t, 8>::vec;

  static vec gather(const std::int64_t* entries, std::int64_t size, vec i) {
    using four = gather_unit<std::int64_t, 4>;
    const auto first = four::gather(entries, size, __builtin_shufflevector(i, i, 0, 1, 2, 3));
    const auto last = four::gather(entries, size, __builtin_shufflevector(i, i, 4, 5, 6, 7));
    return __builtin_shufflevector(first, last, 0, 1, 2, 3, 4, 5, 6, 7);
  }
};

#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
