// f64: doubles that hold integers. Exact below 2^53, and an oracle that shares no integer code with
// the other policies: shifts are multiplications, floor is the library's, wrapping is division.
#ifndef ISOBIT_POLICY_F64_HPP
#define ISOBIT_POLICY_F64_HPP

#include "isobit/policy/doubles.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

struct f64 : doubles<f64> {
  template <class F>
  static double lit(const F&, std::int64_t n) {
    return static_cast<double>(n);
  }
  template <class F>
  static double shl(const F&, double a, int n) {
    return std::ldexp(a, n);
  }
  template <class F>
  static double shr(const F&, double a, int n) {
    return std::floor(std::ldexp(a, -n));
  }
  template <class F>
  static double wrap(const F& f, double a) {
    const double modulus = std::ldexp(1.0, f.width());
    const double offset = f.is_signed() ? modulus / 2 : 0.0;
    const double shifted = a + offset;
    return shifted - modulus * std::floor(shifted / modulus) - offset;
  }
  template <class Index, class Entry>
  static double lut(const table<f64, Index, Entry>& t, double i) {
    return t.entries[static_cast<std::int64_t>(i)];
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
