// words: the integers of the language, inside and at the ports; needs no vendor's headers. A number
// is computed in 32, 64 or 128 bits, whichever its format needs; tools find out which of these bits
// are only copies of the sign. Formats of more than 128 bits are computed modulo 2^128, which the
// proof that every quantized model passes says is enough.
#ifndef ISOBIT_HLS_POLICY_WORDS_HPP
#define ISOBIT_HLS_POLICY_WORDS_HPP

#include "isobit/policy/scalar.hpp"
#include "stored.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

namespace detail {

template <int Words>
struct word_of {
  using type = int128;
};
template <>
struct word_of<1> {
  using type = std::int32_t;
};
template <>
struct word_of<2> {
  using type = std::int64_t;
};

}  // namespace detail

struct words : derived<words> {
  template <class F>
  using raw = typename detail::word_of<(F::width() + (F::is_signed() ? 0 : 1) + 31) / 32>::type;
  template <class F>
  using uniform = typename stored<F>::type;
  struct mask {
    bool on;
  };

  template <class F>
  static raw<F> lit(const F&, std::int64_t n) {
    return static_cast<raw<F>>(n);
  }
  template <class F>
  static raw<F> splat(const F&, const uniform<F>& u) {
    return static_cast<raw<F>>(u);
  }
  template <class F, class A, class B>
  static raw<F> add(const F& f, A a, B b) {
    return in<F>::add(f, static_cast<raw<F>>(a), static_cast<raw<F>>(b));
  }
  template <class F, class A, class B>
  static raw<F> sub(const F& f, A a, B b) {
    return in<F>::sub(f, static_cast<raw<F>>(a), static_cast<raw<F>>(b));
  }
  template <class F, class A, class B>
  static raw<F> mul(const F& f, A a, B b) {
    return in<F>::mul(f, static_cast<raw<F>>(a), static_cast<raw<F>>(b));
  }
  template <class F, class A>
  static raw<F> shl(const F& f, A a, int n) {
    return in<F>::shl(f, static_cast<raw<F>>(a), n);
  }
  template <class F, class A>
  static raw<F> shr(const F&, A a, int n) {
    return static_cast<raw<F>>(a >> n);
  }
  template <class A, class B>
  static mask less(A a, B b) {
    return {a < b};
  }
  template <class F, class A, class B>
  static raw<F> select(const F&, mask m, A a, B b) {
    return m.on ? static_cast<raw<F>>(a) : static_cast<raw<F>>(b);
  }
  template <class F, class A, class B>
  static raw<F> min(const F&, A a, B b) {
    return b < a ? static_cast<raw<F>>(b) : static_cast<raw<F>>(a);
  }
  template <class F, class A, class B>
  static raw<F> max(const F&, A a, B b) {
    return a < b ? static_cast<raw<F>>(b) : static_cast<raw<F>>(a);
  }
  template <class F, class A>
  static raw<F> wrap(const F& f, A a) {
    return in<F>::wrap(f, static_cast<raw<F>>(a));
  }
  template <class Index, class Entry, class A>
  static raw<Entry> lut(const table<words, Index, Entry>& t, A i) {
    return static_cast<raw<Entry>>(t.entries[static_cast<std::ptrdiff_t>(i)]);
  }

  // A port carries raws: value = raw * 2^-frac.
  template <class F>
  using port = typename stored<F>::type;

  template <class F>
  static num<words, F> read_port(const F& format, port<F> value) {
    return num<words, F>(format, static_cast<raw<F>>(value));
  }
  template <class F>
  static port<F> write_port(const num<words, F>& v) {
    return static_cast<port<F>>(v.raw);
  }

 private:
  template <class F>
  using in = scalar<raw<F>>;
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
