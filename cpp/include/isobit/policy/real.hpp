// real: the trained float model in double precision. A raw is the value itself, so aligning binary
// points is nothing, a cast changes nothing and a table is its function. Not bit-exact by purpose:
// it measures how far a quantized model is from the one that was trained.
#ifndef ISOBIT_POLICY_REAL_HPP
#define ISOBIT_POLICY_REAL_HPP

#include "isobit/policy/doubles.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

inline double evaluate(function f, double a, double parameter) {
  switch (f) {
    case function::sigmoid:
      return a < 0 ? std::exp(a) / (1 + std::exp(a)) : 1 / (1 + std::exp(-a));
    case function::tanh:
      return std::tanh(a);
    case function::softsign:
      return a / (1 + std::fabs(a));
    case function::exp:
      return std::exp(a);
    case function::exp_neg:
      return std::exp(-a);
    case function::reciprocal:
      return 1 / a;
    case function::log:
      return std::log(a);
    case function::softplus_tail:
      return std::log1p(std::exp(-a));
    case function::gelu_tail:
      return -a * std::erfc(a * 0.70710678118654752440) / 2;
    case function::gelu_tanh_tail:
      return -a / 2 * (1 - std::tanh(0.79788456080286535588 * (a + 0.044715 * a * a * a)));
    case function::silu_tail:
      return -a * std::exp(-a) / (1 + std::exp(-a));
    case function::elu_tail:
      return parameter * std::expm1(-a);
  }
  return std::nan("");
}

}  // namespace detail

struct real : doubles<real> {  // its constants are the trained values, not raws
  template <class F>
  static double lit(const F& f, std::int64_t n) {
    return std::ldexp(static_cast<double>(n), -f.frac());
  }
  template <class F>
  static double shl(const F&, double a, int) {
    return a;
  }
  template <class From, class To>
  static num<real, To> cast(const num<real, From>& v, const To& to) {
    return num<real, To>(to, v.raw);
  }
  template <class F, class Index, class Entry>
  static num<real, Entry> look_up(const num<real, F>& x, const table<real, Index, Entry>& t) {
    return num<real, Entry>(t.entry, detail::evaluate(t.meaning, x.raw, t.parameter));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
