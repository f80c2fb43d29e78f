// One sample of a caller's buffer into the workspace. Rounding is cast's; here floats become
// integers with a guard and a sticky bit.
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

// Floats beside integers of `Word` bits, as many of each; the wider ones fill a register.
template <class S, int Word>
struct float_vectors {
  using integer = std::conditional_t<Word == 32, std::int32_t, std::int64_t>;
  using bits = typename float_bits<S>::type;
  static constexpr int lanes =
      register_bytes / static_cast<int>(sizeof(integer) > sizeof(S) ? sizeof(integer) : sizeof(S));
  typedef S floats __attribute__((vector_size(lanes * sizeof(S))));
  typedef std::make_signed_t<bits> ints __attribute__((vector_size(lanes * sizeof(S))));
  typedef bits unsigned_ints __attribute__((vector_size(lanes * sizeof(S))));

  // The first `count` lanes from memory, the others zero.
  static floats load(const S* from, int count) {
    floats x = {};
    std::memcpy(&x, from, static_cast<std::size_t>(count) * sizeof(S));
    return x;
  }
  // Whether every bit is set.
  static bool all(const ints& v) {
    std::uint64_t parts[sizeof(ints) / 8], every = ~std::uint64_t(0);
    std::memcpy(parts, &v, sizeof v);
    for (std::uint64_t part : parts) every &= part;
    return every == ~std::uint64_t(0);
  }
};

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

  // False where some value is refused: not finite, or of a size for which the arithmetic below,
  // which is exact, would not be.
  template <int Word>
  ISOBIT_NATIVE_FLATTEN static bool quick(const S* x, unsigned char* w,
                                          std::integral_constant<int, Word>) {
    constexpr int up = format::frac() + 1 + float_bits<S>::bias;
    if (up < 1 || up > float_bits<S>::largest_exponent) return false;
    using v = float_vectors<S, Word>;
    using policy = neurons<typename v::integer, v::lanes>;
    constexpr int whole = X::size() / v::lanes * v::lanes, rest = X::size() - whole;
    typename v::ints good = ~typename v::ints{};
    for (int i = 0; i < whole; i += v::lanes)
      X::template put<policy>(w, i, one<policy>(v::load(x + i, v::lanes), good));
    if (rest != 0) X::template put<policy>(w, whole, one<policy>(v::load(x + whole, rest), good));
    return v::all(good);
  }

  // A register of values: doubled in units of the last place, floored, then one more bit that says
  // whether something was cut off; cast from there.
  template <class P, class V>
  static num<P, format> one(const V& x, typename float_vectors<S, P::word>::ints& good) {
    using v = float_vectors<S, P::word>;
    using bits = typename float_bits<S>::type;
    constexpr int up = format::frac() + 1;
    constexpr bits scale = power_bits<S>(up);
    // neither the value nor its double is subnormal, and there is room for two more bits
    constexpr bits smallest = power_bits<S>(1 - float_bits<S>::bias + (up < 0 ? -up : 0));
    constexpr bits limit = power_bits<S>(P::word - 4 - up);
    const auto size =
        reinterpret_cast<typename v::unsigned_ints>(x) & (std::numeric_limits<bits>::max() >> 1);
    const auto inside = reinterpret_cast<typename v::ints>(size == 0) |
                        (reinterpret_cast<typename v::ints>(size >= smallest) &
                         reinterpret_cast<typename v::ints>(size < limit));
    good &= inside;
    // masked before it is multiplied: frameworks trap floating-point overflow
    const auto calm =
        reinterpret_cast<typename v::floats>(reinterpret_cast<typename v::ints>(x) & inside);
    const auto scaled = calm * bit_copy<S>(scale);
    using raws = typename P::vec;
    const raws cut = __builtin_convertvector(scaled, raws);
    const auto too_high = __builtin_convertvector(cut, typename v::floats) > scaled;
    const raws floored = cut + __builtin_convertvector(too_high, raws);
    const auto more = __builtin_convertvector(floored, typename v::floats) != scaled;
    const raws exact = 2 * floored - __builtin_convertvector(more, raws);
    return isobit::cast(num<P, guard>(guard(), exact), format());
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
      refused |= static_cast<int>(is_outside(x[i]));
      X::data(w)[i] = static_cast<typename X::storage_type>(pattern(x[i]));
    }
    for (int i = 0; refused != 0 && i < X::size(); ++i)
      if (is_outside(x[i])) return i;
    return -1;
  }

 private:
  static constexpr bool is_pattern = format::width() == 64 && !format::is_signed();
  using integer = std::conditional_t<is_pattern, std::uint64_t, std::int64_t>;

  static constexpr bool is_pm1 = format::overflows() == overflow::pm1;

  static constexpr bool is_outside(std::int64_t raw) {
    return static_cast<int>(raw < lowest()) | static_cast<int>(raw > highest()) |
           (static_cast<int>(is_pm1) & static_cast<int>(raw == 0));
  }
  static constexpr integer pattern(std::int64_t raw) { return static_cast<integer>(raw); }
  static constexpr std::int64_t highest() {
    return is_pattern || format::width() == 64
               ? std::numeric_limits<std::int64_t>::max()
               : (std::int64_t(1) << ((format::width() - (format::is_signed() ? 1 : 0)) % 64)) - 1;
  }
  static constexpr std::int64_t lowest() {
    return is_pattern             ? std::numeric_limits<std::int64_t>::min()
           : !format::is_signed() ? 0
           : is_pm1 || (format::overflows() == overflow::sat_sym && format::width() > 1)
               ? -highest()
               : -highest() - 1;
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
