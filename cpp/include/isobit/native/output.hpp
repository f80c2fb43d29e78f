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
  // int128 makes no vectors; such outputs are of more than 64 bits, which only raws hold.
  using storage = std::conditional_t<(sizeof(typename Y::storage_type) > 8), std::int64_t,
                                     typename Y::storage_type>;
  using wide = std::conditional_t<(sizeof(storage) <= 4), std::int32_t, std::int64_t>;

  template <class Work, int Lanes>
  static void put(unsigned char* w, int i, Work lsb, S* y, int count) {
    typedef Work floats __attribute__((vector_size(Lanes * sizeof(Work))));
    typedef S results __attribute__((vector_size(Lanes * sizeof(S))));
    const auto* from = reinterpret_cast<const storage*>(Y::data(w)) + i;
    const floats values = __builtin_convertvector((load_as<wide, Lanes>(from)), floats) * lsb;
    const results to = __builtin_convertvector(values, results);
    std::memcpy(y + i, &to, static_cast<std::size_t>(count) * sizeof(S));
  }

  ISOBIT_NATIVE_FLATTEN static void write(unsigned char* w, S* y) {
    // In float itself where neither the factor nor a value can be subnormal.
    constexpr int frac = Y::format_type::frac();
    using work = std::conditional_t<std::is_same<S, float>::value && frac <= 120 && frac >= -100,
                                    float, double>;
    constexpr int lanes =
        register_bytes /
        static_cast<int>(sizeof(work) > sizeof(wide) ? sizeof(work) : sizeof(wide));
    constexpr int whole = Y::size() / lanes * lanes, rest = Y::size() - whole;
    const work lsb = bit_copy<work>(power_bits<work>(-frac));
    for (int i = 0; i < whole; i += lanes) put<work, lanes>(w, i, lsb, y, lanes);
    if (rest != 0) put<work, lanes>(w, whole, lsb, y, rest);
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
