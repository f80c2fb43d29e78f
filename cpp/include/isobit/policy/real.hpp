// real: the trained float model in double precision. A raw is the value itself, so aligning binary
// points is nothing, a cast changes nothing and a table is its function. Not bit-exact by purpose:
// it measures how far a quantized model is from the one that was trained.
#ifndef ISOBIT_POLICY_REAL_HPP
#define ISOBIT_POLICY_REAL_HPP

#include "isobit/policy/doubles.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

// a tanh(log(1 + exp(a))) without the ramp max(a, 0) that it approaches; e = exp(-|a|)
inline double mish_tail(double a) {
  const double e = std::exp(-std::fabs(a));
  return a < 0 ? a * e * (e + 2) / (e * e + 2 * e + 2) : -2 * a * e * e / (1 + 2 * e + 2 * e * e);
}

inline double nearest_even(double a) { return a - std::remainder(a, 1.0); }

inline double to_integer(double a, rounding mode) {
  switch (mode) {
    case rounding::trn:
      return std::floor(a);
    case rounding::trn_zero:
      return std::trunc(a);
    case rounding::rnd:
      return std::fabs(a - std::trunc(a)) == 0.5 ? std::ceil(a) : nearest_even(a);
    case rounding::rnd_zero:
      return std::fabs(a - std::trunc(a)) == 0.5 ? std::trunc(a) : nearest_even(a);
    case rounding::rnd_inf:
      return std::round(a);
    case rounding::rnd_min_inf:
      return std::fabs(a - std::trunc(a)) == 0.5 ? std::floor(a) : nearest_even(a);
    case rounding::rnd_conv:
      return nearest_even(a);
  }
  return std::nan("");
}

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
    case function::celu_tail:
      return parameter * std::expm1(-a / parameter);
    case function::logsigmoid_tail:
      return -std::log1p(std::exp(-a));
    case function::mish_tail:
      return mish_tail(a);
    case function::log1p:
      return std::log1p(a);
    case function::sqrt:
      return std::sqrt(a);
    case function::rsqrt:
      return 1 / std::sqrt(a + parameter);
    case function::power:
      return std::pow(a, parameter);
    case function::erf:
      return std::erf(a);
    case function::sin:
      return std::sin(a);
    case function::cos:
      return std::cos(a);
    case function::tan:
      return std::tan(a);
    case function::asin:
      return std::asin(a);
    case function::acos:
      return std::acos(a);
    case function::atan:
      return std::atan(a);
    case function::sinh:
      return std::sinh(a);
    case function::cosh:
      return std::cosh(a);
    case function::asinh:
      return std::asinh(a);
    case function::acosh:
      return std::acosh(a);
    case function::atanh:
      return std::atanh(a);
    case function::given:
      break;
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
  template <class From, class To>
  static num<real, To> to_integer(const num<real, From>& v, const To& to) {
    return num<real, To>(to, detail::to_integer(v.raw, to.rounds()));
  }
  template <class F, class Index, class Entry>
  static num<real, Entry> look_up(const num<real, F>& x, const table<real, Index, Entry>& t) {
    return num<real, Entry>(t.entry, detail::evaluate(t.meaning, x.raw, t.parameter));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
