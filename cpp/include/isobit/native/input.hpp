// One sample of a caller's buffer into the workspace. Rounding is cast's; here floats become
// integers with a guard and a sticky bit, in flat loops that compilers vectorize.
#ifndef ISOBIT_NATIVE_INPUT_HPP
#define ISOBIT_NATIVE_INPUT_HPP

#include <limits>
#include <type_traits>

#include "isobit/native/flatten.hpp"
#include "isobit/native/float_guard.hpp"
#include "isobit/native/tensor.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

template <class S>
struct float_bits;
template <>
struct float_bits<float> {
  using type = std::uint32_t;
  static constexpr int mantissa = 23, bias = 127, largest_exponent = 254;
};
template <>
struct float_bits<double> {
  using type = std::uint64_t;
  static constexpr int mantissa = 52, bias = 1023, largest_exponent = 2046;
};

// The bits of 2^exponent, brought into the range of normal numbers.
template <class S>
constexpr typename float_bits<S>::type power_bits(int exponent) {
  using b = float_bits<S>;
  const int biased = exponent + b::bias;
  const int inside = biased < 1 ? 1 : biased > b::largest_exponent ? b::largest_exponent : biased;
  return static_cast<typename b::type>(inside) << b::mantissa;
}

template <class To, class From>
To bit_copy(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "the same bits");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

constexpr int guard_word(int width) { return width + 8 <= 32 ? 32 : width + 8 <= 64 ? 64 : 128; }

template <class X, class S>
struct float_input {
  using format = typename X::format_type;

  // The number of the first element that is not finite, or -1.
  static int read(const S* x, unsigned char* w) {
    return quick(x, w, std::integral_constant<int, guard_word(format::width())>())
               ? -1
               : one_by_one(x, w);
  }

 private:
  using guard = guard_format<format>;

  template <int Word>
  ISOBIT_NATIVE_FLATTEN static bool quick(const S* x, unsigned char* w,
                                          std::integral_constant<int, Word>) {
    using T = std::conditional_t<Word == 32, std::int32_t, std::int64_t>;
    // Twice the value in units of the last place is computed in S, exactly: no value that is taken
    // here is subnormal before or after, or too large for T with its two more bits.
    constexpr int up = format::frac() + 1;
    constexpr auto scale = power_bits<S>(up);
    if (up + float_bits<S>::bias < 1 || up + float_bits<S>::bias > float_bits<S>::largest_exponent)
      return false;
    using bits = typename float_bits<S>::type;
    constexpr bits smallest = power_bits<S>(1 - float_bits<S>::bias + (up < 0 ? -up : 0));
    constexpr bits limit = power_bits<S>(Word - 4 - up);
    const S factor = bit_copy<S>(scale);
    int refused = 0;
    for (int i = 0; i < X::size(); ++i) {
      const bits size = bit_copy<bits>(x[i]) & (std::numeric_limits<bits>::max() >> 1);
      const int good = static_cast<int>(size == 0) |
                       (static_cast<int>(size >= smallest) & static_cast<int>(size < limit));
      refused |= 1 - good;
      const S scaled = good ? x[i] * factor : S(0);
      const T cut = static_cast<T>(scaled);
      const T floored = static_cast<T>(cut - static_cast<T>(static_cast<S>(cut) > scaled));
      const T sticky = static_cast<T>(static_cast<S>(floored) != scaled);
      const num<scalar<T>, guard> exact(guard(), static_cast<T>(2 * floored + sticky));
      X::template put<scalar<T>>(w, i, isobit::cast(exact, format()));
    }
    return refused == 0;
  }
  static bool quick(const S*, unsigned char*, std::integral_constant<int, 128>) { return false; }

  static int one_by_one(const S* x, unsigned char* w) {
    for (int i = 0; i < X::size(); ++i) {
      const decoded_float value = decode(x[i]);
      if (!value.is_finite) return i;
      const num<scalar<int128>, guard> exact(guard(), guarded<format>(value));
      X::template put<scalar<int128>>(w, i, isobit::cast(exact, format()));
    }
    return -1;
  }
};

template <class X>
struct raw_input {
  using format = typename X::format_type;

  // The number of the first raw that is out of range, or -1.
  ISOBIT_NATIVE_FLATTEN static int read(const std::int64_t* x, unsigned char* w) {
    int refused = 0;
    for (int i = 0; i < X::size(); ++i) {
      refused |= static_cast<int>(x[i] < lowest()) | static_cast<int>(x[i] > highest());
      X::data(w)[i] = static_cast<typename X::storage_type>(pattern(x[i]));
    }
    for (int i = 0; refused != 0 && i < X::size(); ++i)
      if (x[i] < lowest() || x[i] > highest()) return i;
    return -1;
  }

 private:
  static constexpr bool is_pattern = format::width() == 64 && !format::is_signed();
  using integer = std::conditional_t<is_pattern, std::uint64_t, std::int64_t>;

  static constexpr integer pattern(std::int64_t raw) { return static_cast<integer>(raw); }
  static constexpr std::int64_t highest() {
    return is_pattern || format::width() == 64
               ? std::numeric_limits<std::int64_t>::max()
               : (std::int64_t(1) << ((format::width() - (format::is_signed() ? 1 : 0)) % 64)) - 1;
  }
  static constexpr std::int64_t lowest() {
    return is_pattern             ? std::numeric_limits<std::int64_t>::min()
           : !format::is_signed() ? 0
           : format::overflows() == overflow::sat_sym && format::width() > 1 ? -highest()
                                                                             : -highest() - 1;
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
