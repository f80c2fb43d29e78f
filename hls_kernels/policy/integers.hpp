// What the policies over vendor integers share: every intermediate has exactly the width that the
// format algebra gives it, so that what is compiled here is what is synthesized.
#ifndef ISOBIT_HLS_POLICY_INTEGERS_HPP
#define ISOBIT_HLS_POLICY_INTEGERS_HPP

#include "isobit/policy/derived.hpp"
#include "stored.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Types: `template <int W> signed_int`, `unsigned_int`, and the widest that the tool has.
template <class P, class Types>
struct vendor_integers : derived<P> {
  template <int W>
  struct checked {
    static_assert(W <= Types::widest,
                  "this number is wider than the tool allows: give its layer narrower formats, or "
                  "raise the tool's limit where it can be raised");
    using type = typename Types::template signed_int<W>;
  };
  // Signed throughout: an unsigned format gets a sign bit that is always clear.
  template <class F>
  using raw = typename checked<F::width() + (F::is_signed() ? 0 : 1)>::type;
  template <class F>
  using uniform = typename stored<F>::type;
  struct mask {
    bool on;
  };

  template <class F>
  static raw<F> lit(const F&, std::int64_t n) {
    return raw<F>(n);
  }
  template <class F>
  static raw<F> splat(const F&, const uniform<F>& u) {
    return raw<F>(u);
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
  static raw<Entry> lut(const table<P, Index, Entry>& t, const A& i) {
    return raw<Entry>(t.entries[i.to_int()]);
  }

 private:
  template <int W, class A>
  static typename Types::template signed_int<W> low_bits(const A& a, std::true_type) {
    return typename Types::template signed_int<W>(a);
  }
  template <int W, class A>
  static typename Types::template unsigned_int<W> low_bits(const A& a, std::false_type) {
    return typename Types::template unsigned_int<W>(a);
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
