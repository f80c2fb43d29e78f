// One sample of the workspace into a caller's buffer.
#ifndef ISOBIT_NATIVE_OUTPUT_HPP
#define ISOBIT_NATIVE_OUTPUT_HPP

#include "isobit/native/flatten.hpp"
#include "isobit/native/input.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Every value of the format is exact in this type.
template <class F>
constexpr bool fits_float() {
  return F::width() <= 24 && F::width() - F::frac() <= 127;
}
template <class F>
constexpr bool fits_double() {
  return F::width() <= 53;
}

template <class Y, class S>
struct float_output {
  ISOBIT_NATIVE_FLATTEN static void write(unsigned char* w, S* y) {
    // In float itself where neither the factor nor a value can be subnormal.
    constexpr int frac = Y::format_type::frac();
    using work = std::conditional_t<std::is_same<S, float>::value && frac <= 120 && frac >= -100,
                                    float, double>;
    const work lsb = bit_copy<work>(power_bits<work>(-frac));
    for (int i = 0; i < Y::size(); ++i)
      y[i] = static_cast<S>(static_cast<work>(Y::data(w)[i]) * lsb);
  }
};

template <class Y>
struct raw_output {
  ISOBIT_NATIVE_FLATTEN static void write(unsigned char* w, std::int64_t* y) {
    for (int i = 0; i < Y::size(); ++i) y[i] = static_cast<std::int64_t>(Y::data(w)[i]);
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
