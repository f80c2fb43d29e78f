// Registers of integers to registers of as many integers of another type. Widened by factors of
// two, for which there are instructions: compilers take a longer way through single elements
// otherwise.
#ifndef ISOBIT_NATIVE_CONVERT_HPP
#define ISOBIT_NATIVE_CONVERT_HPP

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

template <class T, int N>
struct register_of {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};

namespace detail {

template <class T>
struct twice_as_wide;
template <>
struct twice_as_wide<std::int8_t> {
  using type = std::int16_t;
};
template <>
struct twice_as_wide<std::uint8_t> {
  using type = std::uint16_t;
};
template <>
struct twice_as_wide<std::int16_t> {
  using type = std::int32_t;
};
template <>
struct twice_as_wide<std::uint16_t> {
  using type = std::int32_t;
};
template <>
struct twice_as_wide<std::int32_t> {
  using type = std::int64_t;
};

template <class T, class S, int N, bool = (sizeof(T) > 2 * sizeof(S))>
struct conversion {
  using to = typename register_of<T, N>::type;
  static to of(const typename register_of<S, N>::type& from) {
    return __builtin_convertvector(from, to);
  }
};
template <class T, class S, int N>
struct conversion<T, S, N, true> {
  using middle = typename twice_as_wide<S>::type;
  static typename register_of<T, N>::type of(const typename register_of<S, N>::type& from) {
    return conversion<T, middle, N>::of(
        __builtin_convertvector(from, typename register_of<middle, N>::type));
  }
};

}  // namespace detail

// N integers S from memory as a register of T.
template <class T, int N, class S>
typename register_of<T, N>::type load_as(const S* from) {
  typename register_of<S, N>::type raws;
  std::memcpy(&raws, from, sizeof raws);
  return detail::conversion<T, S, N>::of(raws);
}

// A register of T as N integers S in memory.
template <class T, int N, class S>
void store_as(S* to, const typename register_of<T, N>::type& raws) {
  const typename register_of<S, N>::type stored = detail::conversion<S, T, N>::of(raws);
  std::memcpy(to, &stored, sizeof stored);
}

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
