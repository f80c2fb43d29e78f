// What policies on doubles have in common: everything but the meaning of a shift, a wrap and a
// literal.
#ifndef ISOBIT_POLICY_DOUBLES_HPP
#define ISOBIT_POLICY_DOUBLES_HPP

#include <cmath>

#include "isobit/policy/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

template <class P>
struct doubles : rows_of_sample<P> {
  template <class F>
  using raw = double;
  template <class F>
  using uniform = double;
  struct mask {
    bool on;
  };

  template <class F>
  static double splat(const F&, double u) {
    return u;
  }
  template <class F>
  static double add(const F&, double a, double b) {
    return a + b;
  }
  template <class F>
  static double sub(const F&, double a, double b) {
    return a - b;
  }
  template <class F>
  static double mul(const F&, double a, double b) {
    return a * b;
  }
  static mask less(double a, double b) { return {a < b}; }
  template <class F>
  static double select(const F&, mask m, double a, double b) {
    return m.on ? a : b;
  }
  template <class F>
  static double min(const F&, double a, double b) {
    return b < a ? b : a;
  }
  template <class F>
  static double max(const F&, double a, double b) {
    return a < b ? b : a;
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
