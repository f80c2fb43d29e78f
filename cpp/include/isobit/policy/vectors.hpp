// The primitives of every policy whose raw is one SIMD register of N integers T (std::int16_t, 32
// or 64). Compiler vectors only: whatever the instruction set, the meaning is the same.
//
// Nothing here checks for overflow of T: the caller holds a proof (policy/interval.hpp) that the
// network fits, or that what overflows is wrapped afterwards.
#ifndef ISOBIT_POLICY_VECTORS_HPP
#define ISOBIT_POLICY_VECTORS_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class T, int N>
struct vector_arithmetic {
  using word_type = T;
  static constexpr int word = 8 * static_cast<int>(sizeof(T));
  static constexpr int width = N;

  typedef T vec __attribute__((vector_size(N * sizeof(T))));
  typedef std::make_unsigned_t<T> bits __attribute__((vector_size(N * sizeof(T))));

  template <class F>
  using raw = vec;
  struct mask {
    vec on;  // all bits of a lane, or none
  };

  template <class F>
  static vec lit(const F&, std::int64_t n) {
    return vec{} + static_cast<T>(n);
  }
  template <class F>
  static vec add(const F&, vec a, vec b) {
    return reinterpret_cast<vec>(reinterpret_cast<bits>(a) + reinterpret_cast<bits>(b));
  }
  template <class F>
  static vec sub(const F&, vec a, vec b) {
    return reinterpret_cast<vec>(reinterpret_cast<bits>(a) - reinterpret_cast<bits>(b));
  }
  template <class F>
  static vec mul(const F&, vec a, vec b) {
    return reinterpret_cast<vec>(reinterpret_cast<bits>(a) * reinterpret_cast<bits>(b));
  }
  template <class F>
  static vec shl(const F&, vec a, int n) {
    return reinterpret_cast<vec>(reinterpret_cast<bits>(a)
                                 << static_cast<std::make_unsigned_t<T>>(n));
  }
  template <class F>
  static vec shr(const F&, vec a, int n) {
    return a >> static_cast<T>(n);
  }
  static mask less(vec a, vec b) { return {reinterpret_cast<vec>(a < b)}; }
  template <class F>
  static vec select(const F&, mask m, vec a, vec b) {
    return (m.on & a) | (~m.on & b);
  }
  template <class F>
  static vec min(const F&, vec a, vec b) {
    return a < b ? a : b;
  }
  template <class F>
  static vec max(const F&, vec a, vec b) {
    return a < b ? b : a;
  }
  template <class F>
  static vec wrap(const F& f, vec a) {
    const int unused = word - f.width();
    if (unused <= 0) return a;  // proven to be in range
    const vec shifted = shl(f, a, unused);
    return f.is_signed() ? shr(f, shifted, unused)
                         : reinterpret_cast<vec>(reinterpret_cast<bits>(shifted) >>
                                                 static_cast<std::make_unsigned_t<T>>(unused));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
