// ap: AMD's integers (ap_int) inside, ap_fixed only at the ports.
#ifndef ISOBIT_HLS_POLICY_AP_HPP
#define ISOBIT_HLS_POLICY_AP_HPP

#include "../vendor/ap.hpp"
#include "integers.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

struct ap_types {
#if defined(AP_INT_MAX_W)
  static constexpr int widest = AP_INT_MAX_W;
#else
  static constexpr int widest = 1024;  // as the vendor's manual has it
#endif
  template <int W>
  using signed_int = ap_int<W>;
  template <int W>
  using unsigned_int = ap_uint<W>;
};

constexpr ap_q_mode vendor_mode(rounding q) {
  return q == rounding::trn           ? AP_TRN
         : q == rounding::trn_zero    ? AP_TRN_ZERO
         : q == rounding::rnd         ? AP_RND
         : q == rounding::rnd_zero    ? AP_RND_ZERO
         : q == rounding::rnd_inf     ? AP_RND_INF
         : q == rounding::rnd_min_inf ? AP_RND_MIN_INF
                                      : AP_RND_CONV;
}
// Ports carry bits only, so that a mode the vendor lacks (pm1) has no meaning there.
constexpr ap_o_mode vendor_mode(overflow o) {
  return o == overflow::wrap       ? AP_WRAP
         : o == overflow::pm1      ? AP_WRAP
         : o == overflow::sat      ? AP_SAT
         : o == overflow::sat_sym  ? AP_SAT_SYM
         : o == overflow::sat_zero ? AP_SAT_ZERO
                                   : AP_WRAP_SM;
}

template <class F, bool Signed = F::is_signed()>
struct ap_port {
  using type = ap_fixed<F::width(), F::width() - F::frac(), vendor_mode(F::rounds()),
                        vendor_mode(F::overflows())>;
};
template <class F>
struct ap_port<F, false> {
  using type = ap_ufixed<F::width(), F::width() - F::frac(), vendor_mode(F::rounds()),
                         vendor_mode(F::overflows())>;
};

}  // namespace detail

struct ap : vendor_integers<ap, detail::ap_types> {
  // The vendor's type of a port with this format.
  template <class F>
  using port = typename detail::ap_port<F>::type;

  // The bits of a port as a number, and back. Nothing is rounded.
  template <class F>
  static num<ap, F> read_port(const F& format, const port<F>& value) {
    ap_uint<F::width()> bits;
    bits.range(F::width() - 1, 0) = value.range(F::width() - 1, 0);
    return num<ap, F>(format, wrap(format, bits));
  }
  template <class F>
  static port<F> write_port(const num<ap, F>& v) {
    port<F> value;
    value.range(F::width() - 1, 0) = ap_uint<F::width()>(v.raw).range(F::width() - 1, 0);
    return value;
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
