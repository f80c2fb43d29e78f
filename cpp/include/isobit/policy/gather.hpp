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

// Addresses as they are where they are in [0, size): lanes that nobody asked for (behind the last
// sample of a batch or the last element of a tensor) hold anything, and must not look elsewhere.
template <class T, int N>
typename vector_arithmetic<T, N>::vec addresses(std::int64_t size,
                                                typename vector_arithmetic<T, N>::vec i) {
  using bits = typename vector_arithmetic<T, N>::bits;
  const bits last = bits{} + static_cast<std::make_unsigned_t<T>>(size - 1);
  const bits at = reinterpret_cast<bits>(i);
  return reinterpret_cast<typename vector_arithmetic<T, N>::vec>(at < last ? at : last);
}

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

namespace detail {

typedef std::int32_t four_ints __attribute__((vector_size(16)));
typedef std::int64_t two_longs __attribute__((vector_size(16)));

// Entries at four addresses. To take addresses out by pairs and to put entries in one by one beats
// the instructions that gather: it takes 0.7 (32 bits) and 0.8 (64 bits) of their time (measured on
// Zen 5).
struct four_addresses {
  std::uint64_t low, high;

  explicit four_addresses(four_ints at)
      : low(static_cast<std::uint64_t>(_mm_cvtsi128_si64(reinterpret_cast<__m128i>(at)))),
        high(static_cast<std::uint64_t>(_mm_extract_epi64(reinterpret_cast<__m128i>(at), 1))) {}

  four_ints of(const std::int32_t* entries) const {
    return four_ints{entries[static_cast<std::uint32_t>(low)], entries[low >> 32],
                     entries[static_cast<std::uint32_t>(high)], entries[high >> 32]};
  }
  two_longs first_two_of(const std::int64_t* entries) const {
    return two_longs{entries[static_cast<std::uint32_t>(low)], entries[low >> 32]};
  }
  two_longs last_two_of(const std::int64_t* entries) const {
    return two_longs{entries[static_cast<std::uint32_t>(high)], entries[high >> 32]};
  }
};

}  // namespace detail

template <>
struct gather_unit<std::int32_t, 16> {
  using vec = vector_arithmetic<std::int32_t, 16>::vec;

  // Up to 32 entries fit in two registers and are permuted.
  static vec gather(const std::int32_t* entries, std::int64_t size, vec i) {
    if (size > 32) return from_memory(entries, i);
    const __m512i at = reinterpret_cast<__m512i>(i);
    const __m512i low = _mm512_maskz_loadu_epi32(first(size), entries);
    const __m512i high = _mm512_maskz_loadu_epi32(first(size - 16), entries + 16);
    return reinterpret_cast<vec>(_mm512_permutex2var_epi32(low, at, high));
  }

 private:
  static vec from_memory(const std::int32_t* entries, vec i) {
    using at = detail::four_addresses;
    const auto a = at(__builtin_shufflevector(i, i, 0, 1, 2, 3)).of(entries);
    const auto b = at(__builtin_shufflevector(i, i, 4, 5, 6, 7)).of(entries);
    const auto c = at(__builtin_shufflevector(i, i, 8, 9, 10, 11)).of(entries);
    const auto d = at(__builtin_shufflevector(i, i, 12, 13, 14, 15)).of(entries);
    const auto low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const auto high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
  static __mmask16 first(std::int64_t n) {
    return static_cast<__mmask16>(n >= 16 ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
  }
};

template <>
struct gather_unit<std::int64_t, 8> {
  using vec = vector_arithmetic<std::int64_t, 8>::vec;

  // Addresses have 32 bits.
  static vec gather(const std::int64_t* entries, std::int64_t, vec i) {
    const auto at = __builtin_convertvector(i, vector_arithmetic<std::int32_t, 8>::vec);
    const detail::four_addresses low(__builtin_shufflevector(at, at, 0, 1, 2, 3));
    const detail::four_addresses high(__builtin_shufflevector(at, at, 4, 5, 6, 7));
    const auto a =
        __builtin_shufflevector(low.first_two_of(entries), low.last_two_of(entries), 0, 1, 2, 3);
    const auto b =
        __builtin_shufflevector(high.first_two_of(entries), high.last_two_of(entries), 0, 1, 2, 3);
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
  }
};

#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
