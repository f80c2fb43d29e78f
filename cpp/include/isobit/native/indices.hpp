// Inputs that hold indices or lengths. The cells read no memory by an index that is no row; here
// callers are told of one.
#ifndef ISOBIT_NATIVE_INDICES_HPP
#define ISOBIT_NATIVE_INDICES_HPP

#include "isobit/native/input.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// An input X that holds integers from 0 to Count - 1.
template <class X, std::int64_t Count>
struct indices : X {};

// The number of the first element that is none of the integers it may be, or -1; any number will do
// for an input that holds no indices.
template <class X>
struct index_check {
  template <class S>
  static int first_wrong(const S*) {
    return -1;
  }
};

template <class X, std::int64_t Count>
struct index_check<indices<X, Count>> {
  static_assert(X::format_type::frac() <= 0, "indices are integers");

  // Values or raws, which were found to be finite and in the range of their format.
  template <class S>
  static int first_wrong(const S* x) {
    for (int i = 0; i < X::size(); ++i)
      if (!is_index(x[i])) return i;
    return -1;
  }

 private:
  static bool is_index(std::int64_t raw) {
    return raw >= 0 && raw <= (Count - 1) >> -X::format_type::frac();
  }
  template <class S>
  static bool is_index(S value) {
    if (!(value >= 0 && value < static_cast<S>(std::int64_t{1} << 62))) return false;
    const auto whole = static_cast<std::int64_t>(value);
    return whole < Count && static_cast<S>(whole) == value;
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
