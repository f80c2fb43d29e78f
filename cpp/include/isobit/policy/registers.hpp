// registers<One, S>: the primitives of a policy One over S of its registers at once, so that
// whatever depends on formats or weights only is done once for all of them.
#ifndef ISOBIT_POLICY_REGISTERS_HPP
#define ISOBIT_POLICY_REGISTERS_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class One, int S>
struct registers {
  using word_type = typename One::word_type;
  static constexpr int word = One::word;
  static constexpr int width = S * One::width;

  struct group {
    typename One::vec in[S];
  };
  template <class F>
  using raw = group;
  template <class F>
  using uniform = word_type;
  struct mask {
    typename One::mask in[S];
  };

  template <class F>
  static group lit(const F& f, std::int64_t n) {
    return each([&](int) { return One::lit(f, n); });
  }
  template <class F>
  static group splat(const F& f, word_type u) {
    return each([&](int) { return One::splat(f, u); });
  }
  template <class F>
  static group add(const F& f, const group& a, const group& b) {
    return each([&](int s) { return One::add(f, a.in[s], b.in[s]); });
  }
  template <class F>
  static group sub(const F& f, const group& a, const group& b) {
    return each([&](int s) { return One::sub(f, a.in[s], b.in[s]); });
  }
  template <class F>
  static group mul(const F& f, const group& a, const group& b) {
    return each([&](int s) { return One::mul(f, a.in[s], b.in[s]); });
  }
  template <class F>
  static group shl(const F& f, const group& a, int n) {
    return each([&](int s) { return One::shl(f, a.in[s], n); });
  }
  template <class F>
  static group shr(const F& f, const group& a, int n) {
    return each([&](int s) { return One::shr(f, a.in[s], n); });
  }
  static mask less(const group& a, const group& b) {
    mask m;
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) m.in[s] = One::less(a.in[s], b.in[s]);
    return m;
  }
  template <class F>
  static group select(const F& f, const mask& m, const group& a, const group& b) {
    return each([&](int s) { return One::select(f, m.in[s], a.in[s], b.in[s]); });
  }
  template <class F>
  static group min(const F& f, const group& a, const group& b) {
    return each([&](int s) { return One::min(f, a.in[s], b.in[s]); });
  }
  template <class F>
  static group max(const F& f, const group& a, const group& b) {
    return each([&](int s) { return One::max(f, a.in[s], b.in[s]); });
  }
  template <class F>
  static group wrap(const F& f, const group& a) {
    return each([&](int s) { return One::wrap(f, a.in[s]); });
  }

 private:
  template <class Of>
  static group each(Of of) {
    group all;
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) all.in[s] = of(s);
    return all;
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
