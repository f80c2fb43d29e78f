// Stands in for the vendor's ap_fixed while a kernel is checked (see ap_int.h).
#ifndef ISOBIT_LINT_AP_FIXED_H
#define ISOBIT_LINT_AP_FIXED_H
#pragma GCC system_header

#include "ap_int.h"

template <int W, int I, bool S, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed_base;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_fixed;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
struct ap_ufixed;

namespace isobit_lint {

// a / 2^d, rounded.
template <ap_q_mode Q, int D, class Wide>
constexpr Wide rounded(Wide a) {
  const Wide floor = static_cast<Wide>(a >> D);
  const Wide rest = static_cast<Wide>(a - static_cast<Wide>(floor << D));
  const Wide half = static_cast<Wide>(Wide(1) << (D - 1));
  const bool up = Q == AP_TRN        ? false
                  : Q == AP_TRN_ZERO ? a < 0 && rest != 0
                  : rest != half     ? rest > half
                  : Q == AP_RND      ? true
                  : Q == AP_RND_ZERO ? a < 0
                  : Q == AP_RND_INF  ? a >= 0
                  : Q == AP_RND_CONV ? (floor & 1) != 0
                                     : false;
  return static_cast<Wide>(floor + (up ? 1 : 0));
}

template <int W, bool S, ap_o_mode O, class Wide>
constexpr typename bits<W, S>::type limited(Wide a) {
  const Wide high = static_cast<Wide>((Wide(1) << (S ? W - 1 : W)) - 1);
  const Wide low = S ? static_cast<Wide>(-high - (O == AP_SAT_SYM ? 0 : 1)) : Wide(0);
  const Wide kept = O == AP_WRAP || O == AP_WRAP_SM ? a
                    : a > high                      ? (O == AP_SAT_ZERO ? Wide(0) : high)
                    : a < low                       ? (O == AP_SAT_ZERO ? Wide(0) : low)
                                                    : a;
  return ap_int_base<W, S>::wrap(kept);
}

constexpr double power(int n) {
  return n == 0 ? 1.0 : n > 0 ? 2.0 * power(n - 1) : 0.5 * power(n + 1);
}
template <int N>
struct power_of {
  static constexpr double value = power(N);
};

template <int D, ap_q_mode Q, class Wide, bool Right = (D > 0)>
struct aligned {
  static constexpr Wide apply(Wide a) { return rounded<Q, D>(a); }
};
template <int D, ap_q_mode Q, class Wide>
struct aligned<D, Q, Wide, false> {
  static constexpr Wide apply(Wide a) { return static_cast<Wide>(a << -D); }
};

}  // namespace isobit_lint

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed_base {
  static constexpr int width = W;
  static constexpr int iwidth = I;
  static constexpr ap_q_mode qmode = Q;
  static constexpr ap_o_mode omode = O;
  static constexpr bool sign_flag = S;

  ap_int_base<W, S> raw;

  ap_fixed_base() = default;
  template <int V, int J, bool T, ap_q_mode P, ap_o_mode M, int K>
  constexpr ap_fixed_base(const ap_fixed_base<V, J, T, P, M, K>& other)
      : raw(from<V - J>(other.raw)) {}
  template <int V, bool T>
  constexpr ap_fixed_base(const ap_int_base<V, T>& other) : raw(from<0>(other)) {}
  template <int V, bool T>
  constexpr ap_fixed_base(const isobit_lint::range_ref<V, T>& other)
      : raw(from<0>(ap_int_base<V, false>(other))) {}
  template <class T, isobit_lint::if_integer<T> = 0>
  constexpr ap_fixed_base(T number) : raw(from<0>(typename isobit_lint::native<T>::type(number))) {}
  template <class T, isobit_lint::if_float<T> = 0>
  constexpr ap_fixed_base(T number)
      : raw(from<W - I + 8>(ap_int_base<isobit_lint::larger(W, 64) + 16, true>(
            static_cast<double>(number) * isobit_lint::power_of<W - I + 8>::value))) {}

  template <int F, int V, bool T>
  static constexpr ap_int_base<W, S> from(const ap_int_base<V, T>& other) {
    constexpr int shift = F - (W - I);
    constexpr int left = shift < 0 ? -shift : 0;
    using wide = _BitInt(isobit_lint::larger(V + left, isobit_lint::larger(W, shift)) + 3);
    return ap_int_base<W, S>::of(isobit_lint::limited<W, S, O>(
        isobit_lint::aligned<shift, Q, wide>::apply(static_cast<wide>(other.get()))));
  }
  static constexpr ap_fixed_base of(const ap_int_base<W, S>& raw) {
    ap_fixed_base made(0);
    made.raw = raw;
    return made;
  }

  constexpr double to_double() const {
    return static_cast<double>(raw.get()) * isobit_lint::power_of<I - W>::value;
  }
  constexpr float to_float() const { return static_cast<float>(to_double()); }
  explicit constexpr operator double() const { return to_double(); }
  explicit constexpr operator float() const { return to_float(); }
  constexpr int to_int() const { return static_cast<int>(whole().get()); }
  constexpr unsigned to_uint() const { return static_cast<unsigned>(whole().get()); }
  constexpr long long to_int64() const { return static_cast<long long>(whole().get()); }
  template <class T, isobit_lint::if_integer<T> = 0>
  explicit constexpr operator T() const {
    return static_cast<T>(whole().get());
  }
  constexpr ap_int_base<isobit_lint::larger(I, 1), S> to_ap_int_base() const { return whole(); }
  constexpr ap_int_base<isobit_lint::larger(I, 1), S> whole() const {
    return ap_fixed_base<isobit_lint::larger(I, 1), isobit_lint::larger(I, 1), S, AP_TRN_ZERO>(
               *this)
        .raw;
  }

  constexpr int length() const { return W; }
  constexpr bool is_neg() const { return raw.sign(); }
  constexpr bool is_zero() const { return raw.get() == 0; }
  constexpr bool operator[](int i) const { return raw.test(i); }
  isobit_lint::bit_ref<W, S> operator[](int i) { return raw[i]; }
  isobit_lint::range_ref<W, S> range(int high, int low) const { return raw.range(high, low); }
  isobit_lint::range_ref<W, S> range() const { return raw.range(); }
  isobit_lint::range_ref<W, S> operator()(int high, int low) const { return raw.range(high, low); }

  constexpr ap_fixed_base<W + 1, I + 1, true> operator-() const {
    return ap_fixed_base<W + 1, I + 1, true>::of(-raw);
  }
  constexpr ap_fixed_base operator+() const { return *this; }
  constexpr bool operator!() const { return is_zero(); }
  template <class T>
  constexpr ap_fixed_base operator<<(const T& n) const {
    return of(raw << n);
  }
  template <class T>
  constexpr ap_fixed_base operator>>(const T& n) const {
    return of(raw >> n);
  }
  template <class B>
  ap_fixed_base& operator+=(const B& b) {
    return *this = ap_fixed_base(*this + b);
  }
  template <class B>
  ap_fixed_base& operator-=(const B& b) {
    return *this = ap_fixed_base(*this - b);
  }
  template <class B>
  ap_fixed_base& operator*=(const B& b) {
    return *this = ap_fixed_base(*this * b);
  }
  template <class B>
  ap_fixed_base& operator/=(const B& b) {
    return *this = ap_fixed_base(*this / b);
  }
};

template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed : ap_fixed_base<W, I, true, Q, O, N> {
  ap_fixed() = default;
  template <class T>
  constexpr ap_fixed(const T& other) : ap_fixed_base<W, I, true, Q, O, N>(other) {}
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct ap_ufixed : ap_fixed_base<W, I, false, Q, O, N> {
  ap_ufixed() = default;
  template <class T>
  constexpr ap_ufixed(const T& other) : ap_fixed_base<W, I, false, Q, O, N>(other) {}
};

namespace isobit_lint {

// Both sides of an operator with one number of fractional bits.
template <int W, int I, bool S, int V, int J, bool T>
struct sides {
  static constexpr int frac = larger(W - I, V - J);
  static constexpr int whole = larger(I + (T && !S ? 1 : 0), J + (S && !T ? 1 : 0));
  using a = ap_fixed_base<I + frac + 1, I + 1, S>;
  using b = ap_fixed_base<J + frac + 1, J + 1, T>;
};

template <class T, if_integer<T> = 0>
constexpr ap_fixed_base<native<T>::width, native<T>::width, native<T>::is_signed> fixed(T n) {
  return n;
}
template <class T, if_float<T> = 0>
constexpr ap_fixed_base<96, 48, true> fixed(T n) {
  return n;
}
template <int W, bool S>
constexpr ap_fixed_base<W, W, S> fixed(const ap_int_base<W, S>& n) {
  return n;
}
template <class T>
struct is_other : std::integral_constant<bool, std::is_arithmetic<T>::value> {};
template <int W>
struct is_other<ap_int<W>> : std::true_type {};
template <int W>
struct is_other<ap_uint<W>> : std::true_type {};
template <int W, bool S>
struct is_other<ap_int_base<W, S>> : std::true_type {};
template <class T>
using if_other = typename std::enable_if<is_other<T>::value, int>::type;

}  // namespace isobit_lint

#define ISOBIT_LINT_BOTH                                                                 \
  template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, int V, int J, bool T, \
            ap_q_mode P, ap_o_mode M, int K>
#define ISOBIT_LINT_SIDES \
  const ap_fixed_base<W, I, S, Q, O, N>&a, const ap_fixed_base<V, J, T, P, M, K>&b
#define ISOBIT_LINT_SUM(symbol, sign)                                                    \
  ISOBIT_LINT_BOTH constexpr auto operator symbol(ISOBIT_LINT_SIDES) {                   \
    using both = isobit_lint::sides<W, I, S, V, J, T>;                                   \
    using result = ap_fixed_base<both::whole + both::frac + 1, both::whole + 1, (sign)>; \
    return result::of(ap_int_base<result::width, (sign)>(                                \
        typename both::a(a).raw symbol typename both::b(b).raw));                        \
  }
#define ISOBIT_LINT_COMPARISON(symbol)                                 \
  ISOBIT_LINT_BOTH constexpr bool operator symbol(ISOBIT_LINT_SIDES) { \
    using both = isobit_lint::sides<W, I, S, V, J, T>;                 \
    return typename both::a(a).raw symbol typename both::b(b).raw;     \
  }
#define ISOBIT_LINT_WITH_OTHERS(symbol)                                                  \
  template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, class B,              \
            isobit_lint::if_other<B> = 0>                                                \
  constexpr auto operator symbol(const ap_fixed_base<W, I, S, Q, O, N>& a, const B& b) { \
    return a symbol isobit_lint::fixed(b);                                               \
  }                                                                                      \
  template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, class A,              \
            isobit_lint::if_other<A> = 0>                                                \
  constexpr auto operator symbol(const A& a, const ap_fixed_base<W, I, S, Q, O, N>& b) { \
    return isobit_lint::fixed(a) symbol b;                                               \
  }

ISOBIT_LINT_SUM(+, S || T)
ISOBIT_LINT_SUM(-, true)
ISOBIT_LINT_SUM(&, S || T)
ISOBIT_LINT_SUM(|, S || T)
ISOBIT_LINT_SUM(^, S || T)
ISOBIT_LINT_BOTH constexpr auto operator*(ISOBIT_LINT_SIDES) {
  return ap_fixed_base < W + V, I + J, S || T > ::of(a.raw * b.raw);
}
ISOBIT_LINT_BOTH constexpr auto operator/(ISOBIT_LINT_SIDES) {
  constexpr int frac = isobit_lint::larger(W - I + isobit_lint::larger(J, 0), 0);
  constexpr int whole = I + (V - J) + (T ? 1 : 0);
  using wide = ap_int_base<W + V + isobit_lint::larger(frac, 0) + 2, true>;
  return ap_fixed_base < isobit_lint::larger(whole + frac, 1), whole,
         S || T > ::of(ap_int_base < isobit_lint::larger(whole + frac, 1),
                       S || T > ((wide(a.raw) << (frac + V - J - (W - I))) / b.raw));
}
ISOBIT_LINT_COMPARISON(==)
ISOBIT_LINT_COMPARISON(!=)
ISOBIT_LINT_COMPARISON(<)
ISOBIT_LINT_COMPARISON(>)
ISOBIT_LINT_COMPARISON(<=)
ISOBIT_LINT_COMPARISON(>=)
ISOBIT_LINT_WITH_OTHERS(+)
ISOBIT_LINT_WITH_OTHERS(-)
ISOBIT_LINT_WITH_OTHERS(*)
ISOBIT_LINT_WITH_OTHERS(/)
ISOBIT_LINT_WITH_OTHERS(==)
ISOBIT_LINT_WITH_OTHERS(!=)
ISOBIT_LINT_WITH_OTHERS(<)
ISOBIT_LINT_WITH_OTHERS(>)
ISOBIT_LINT_WITH_OTHERS(<=)
ISOBIT_LINT_WITH_OTHERS(>=)
#undef ISOBIT_LINT_BOTH
#undef ISOBIT_LINT_SIDES
#undef ISOBIT_LINT_SUM
#undef ISOBIT_LINT_COMPARISON
#undef ISOBIT_LINT_WITH_OTHERS

#endif
