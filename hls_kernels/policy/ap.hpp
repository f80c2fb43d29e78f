// ap: vendor integers (ap_int) inside, ap_fixed only at the ports. Every intermediate has exactly
// the width that the format algebra gives it, so what is compiled here is what is synthesized.
//
// The vendor's headers are not part of this project: put their folder on the include path.
#ifndef ISOBIT_HLS_POLICY_AP_HPP
#define ISOBIT_HLS_POLICY_AP_HPP

#include <ap_fixed.h>
#include <ap_int.h>

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

struct ap : derived<ap> {
  // Signed throughout: an unsigned format gets a sign bit that is always clear.
  template <class F>
  using raw = ap_int<F::width() + (F::is_signed() ? 0 : 1)>;
  template <class F>
  using uniform = raw<F>;
  struct mask {
    bool on;
  };

  template <class F>
  static raw<F> lit(const F&, std::int64_t n) {
    return raw<F>(n);
  }
  template <class F>
  static raw<F> splat(const F&, const raw<F>& u) {
    return u;
  }
  template <class F, class A, class B>
  static raw<F> add(const F&, const A& a, const B& b) {
    return raw<F>(a + b);
  }
  template <class F, class A, class B>
  static raw<F> sub(const F&, const A& a, const B& b) {
    return raw<F>(a - b);
  }
  template <class F, class A, class B>
  static raw<F> mul(const F&, const A& a, const B& b) {
    return raw<F>(a * b);
  }
  template <class F, class A>
  static raw<F> shl(const F&, const A& a, int n) {
    return raw<F>(raw<F>(a) << n);
  }
  template <class F, class A>
  static raw<F> shr(const F&, const A& a, int n) {
    return raw<F>(a >> n);
  }
  template <class A, class B>
  static mask less(const A& a, const B& b) {
    return {a < b};
  }
  template <class F, class A, class B>
  static raw<F> select(const F&, mask m, const A& a, const B& b) {
    return m.on ? raw<F>(a) : raw<F>(b);
  }
  template <class F, class A, class B>
  static raw<F> min(const F&, const A& a, const B& b) {
    return b < a ? raw<F>(b) : raw<F>(a);
  }
  template <class F, class A, class B>
  static raw<F> max(const F&, const A& a, const B& b) {
    return a < b ? raw<F>(b) : raw<F>(a);
  }
  template <class F, class A>
  static raw<F> wrap(const F&, const A& a) {
    return raw<F>(low_bits<F::width()>(a, std::integral_constant<bool, F::is_signed()>()));
  }
  template <class Index, class Entry, class A>
  static raw<Entry> lut(const table<ap, Index, Entry>& t, const A& i) {
    return t.entries[i.to_int()];
  }

 private:
  template <int W, class A>
  static ap_int<W> low_bits(const A& a, std::true_type) {
    return ap_int<W>(a);
  }
  template <int W, class A>
  static ap_uint<W> low_bits(const A& a, std::false_type) {
    return ap_uint<W>(a);
  }
};

namespace detail {

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
struct port_of {
  using type = ap_fixed<F::width(), F::width() - F::frac(), vendor_mode(F::rounds()),
                        vendor_mode(F::overflows())>;
};
template <class F>
struct port_of<F, false> {
  using type = ap_ufixed<F::width(), F::width() - F::frac(), vendor_mode(F::rounds()),
                         vendor_mode(F::overflows())>;
};

}  // namespace detail

// The vendor type of a port with this format.
template <class F>
using port = typename detail::port_of<F>::type;

// The bits of a port as a number, and back. Nothing is rounded.
template <class F>
num<ap, F> read_port(const F& format, const port<F>& value) {
  ap_uint<F::width()> bits;
  bits.range(F::width() - 1, 0) = value.range(F::width() - 1, 0);
  return num<ap, F>(format, ap::wrap(format, bits));
}
template <class F>
port<F> write_port(const num<ap, F>& v) {
  port<F> value;
  value.range(F::width() - 1, 0) = ap_uint<F::width()>(v.raw).range(F::width() - 1, 0);
  return value;
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
