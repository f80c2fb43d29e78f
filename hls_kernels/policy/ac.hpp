// ac: the integers of the Algorithmic C datatypes (ac_int), inside and at the ports. Their source
// is open and compiles to plain integer code.
#ifndef ISOBIT_HLS_POLICY_AC_HPP
#define ISOBIT_HLS_POLICY_AC_HPP

#include "../vendor/ac.hpp"
#include "integers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

struct ac_types {
  static constexpr int widest = 1 << 20;  // it knows no limit
  template <int W>
  using signed_int = ac_int<W, true>;
  template <int W>
  using unsigned_int = ac_int<W, false>;
};

}  // namespace detail

struct ac : vendor_integers<ac, detail::ac_types> {
  // A port carries raws: value = raw * 2^-frac.
  template <class F>
  using port = ac_int<F::width(), F::is_signed()>;

  template <class F>
  static num<ac, F> read_port(const F& format, const port<F>& value) {
    return num<ac, F>(format, raw<F>(value));
  }
  template <class F>
  static port<F> write_port(const num<ac, F>& v) {
    return port<F>(v.raw);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
