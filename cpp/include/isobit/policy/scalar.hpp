// scalar<T>: plain integers, one sample at a time; the reference semantics. T is std::int64_t, or
// int128 where a product or a sum needs it.
#ifndef ISOBIT_POLICY_SCALAR_HPP
#define ISOBIT_POLICY_SCALAR_HPP

#include "isobit/policy/rows.hpp"

namespace isobit {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

inline namespace ISOBIT_ISA {

template <class T>
struct unsigned_of : std::make_unsigned<T> {};
template <>
struct unsigned_of<int128> {
  using type = uint128;
};

template <class T>
struct scalar : rows_of_sample<scalar<T>> {
  using bits = typename unsigned_of<T>::type;  // arithmetic modulo 2^n, defined on overflow
  static constexpr int word = 8 * static_cast<int>(sizeof(T));

  template <class F>
  using raw = T;
  template <class F>
  using uniform = T;
  struct mask {
    bool on;
  };

  template <class F>
  static T lit(const F&, std::int64_t n) {
    return static_cast<T>(n);
  }
  template <class F>
  static T splat(const F&, T u) {
    return u;
  }
  template <class F>
  static T add(const F&, T a, T b) {
    return static_cast<T>(static_cast<bits>(a) + static_cast<bits>(b));
  }
  template <class F>
  static T sub(const F&, T a, T b) {
    return static_cast<T>(static_cast<bits>(a) - static_cast<bits>(b));
  }
  template <class F>
  static T mul(const F&, T a, T b) {
    return static_cast<T>(static_cast<bits>(a) * static_cast<bits>(b));
  }
  template <class F>
  static T shl(const F&, T a, int n) {
    return static_cast<T>(static_cast<bits>(a) << n);
  }
  template <class F>
  static T shr(const F&, T a, int n) {
    return static_cast<T>(a >> n);
  }
  static mask less(T a, T b) { return {a < b}; }
  template <class F>
  static T select(const F&, mask m, T a, T b) {
    return m.on ? a : b;
  }
  template <class F>
  static T min(const F&, T a, T b) {
    return b < a ? b : a;
  }
  template <class F>
  static T max(const F&, T a, T b) {
    return a < b ? b : a;
  }
  template <class F>
  static T wrap(const F& f, T a) {
    const int unused = word - f.width();
    if (unused <= 0) return a;  // proven to be in range
    const bits shifted = static_cast<bits>(static_cast<bits>(a) << unused);
    return f.is_signed() ? static_cast<T>(static_cast<T>(shifted) >> unused)
                         : static_cast<T>(shifted >> unused);
  }
  template <class Index, class Entry>
  static T lut(const table<scalar, Index, Entry>& t, T i) {
    return t.entries[i];
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
