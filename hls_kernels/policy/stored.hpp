// The integers that constants and tables are kept in: plain ones of the language, which every tool
// reads as read-only memories or folds into logic.
#ifndef ISOBIT_HLS_POLICY_STORED_HPP
#define ISOBIT_HLS_POLICY_STORED_HPP

#include <cstdint>
#include <type_traits>

#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace detail {

template <int Bytes, bool Signed>
struct integer_of_bytes;
template <>
struct integer_of_bytes<1, true> {
  using type = std::int8_t;
};
template <>
struct integer_of_bytes<1, false> {
  using type = std::uint8_t;
};
template <>
struct integer_of_bytes<2, true> {
  using type = std::int16_t;
};
template <>
struct integer_of_bytes<2, false> {
  using type = std::uint16_t;
};
template <>
struct integer_of_bytes<4, true> {
  using type = std::int32_t;
};
template <>
struct integer_of_bytes<4, false> {
  using type = std::uint32_t;
};
template <>
struct integer_of_bytes<8, true> {
  using type = std::int64_t;
};
template <>
struct integer_of_bytes<8, false> {
  using type = std::uint64_t;
};

}  // namespace detail

// The narrowest that holds every raw of a format of up to 64 bits.
template <class F>
struct stored {
  using type = typename detail::integer_of_bytes<F::width() <= 8    ? 1
                                                 : F::width() <= 16 ? 2
                                                 : F::width() <= 32 ? 4
                                                                    : 8,
                                                 F::is_signed()>::type;
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
