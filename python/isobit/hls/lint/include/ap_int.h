// Stands in for the vendor's ap_int while a kernel is checked: the same names and widths over the
// compiler's own integers of any width, without the loops and the recursion of the vendor's
// simulation classes.
#ifndef ISOBIT_LINT_AP_INT_H
#define ISOBIT_LINT_AP_INT_H
#pragma GCC system_header

#include <type_traits>

#define AP_INT_MAX_W 4096

enum ap_q_mode {
  AP_RND,
  AP_RND_ZERO,
  AP_RND_MIN_INF,
  AP_RND_INF,
  AP_RND_CONV,
  AP_TRN,
  AP_TRN_ZERO
};
enum ap_o_mode { AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP, AP_WRAP_SM };

template <int W, bool S>
struct ap_int_base;
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct ap_fixed_base;
template <int W>
struct ap_int;
template <int W>
struct ap_uint;

namespace isobit_lint {

constexpr int larger(int a, int b) { return a > b ? a : b; }
constexpr int smaller(int a, int b) { return a < b ? a : b; }

// A signed integer of one bit does not exist in the language: it lies in two.
template <int W, bool S>
struct bits {
  using type = _BitInt(W < 2 ? 2 : W);
};
template <int W>
struct bits<W, false> {
  using type = unsigned _BitInt(W < 1 ? 1 : W);
};

// In memory whole bytes, as in the language's own integers: LLVM keeps those in registers.
constexpr int stored_width(int w) {
  return w <= 8 ? 8 : w <= 16 ? 16 : w <= 32 ? 32 : (w + 63) / 64 * 64;
}

template <class T>
struct native {
  static constexpr bool is_signed = std::is_signed<T>::value;
  static constexpr int width = std::is_same<T, bool>::value ? 1 : 8 * static_cast<int>(sizeof(T));
  using type = ap_int_base<width, is_signed>;
};

template <class T>
using if_integer =
    typename std::enable_if<std::is_integral<T>::value || std::is_enum<T>::value, int>::type;
template <class T>
using if_float = typename std::enable_if<std::is_floating_point<T>::value, int>::type;

template <int W, bool S>
struct range_ref {
  ap_int_base<W, S>& whole;
  int high, low;

  constexpr typename bits<W, false>::type mask() const {
    using word = typename bits<W, false>::type;
    return high - low + 1 >= W ? static_cast<word>(~word(0))
                               : static_cast<word>((word(1) << (high - low + 1)) - word(1));
  }
  constexpr typename bits<W, false>::type get() const {
    using word = typename bits<W, false>::type;
    return static_cast<word>((static_cast<word>(whole.get()) >> low) & mask());
  }
  template <class T>
  range_ref& operator=(const T& other) {
    using word = typename bits<W, false>::type;
    const word kept =
        static_cast<word>(static_cast<word>(whole.get()) & static_cast<word>(~(mask() << low)));
    const word put =
        static_cast<word>((static_cast<word>(ap_int_base<W, false>(other).get()) & mask()) << low);
    whole = ap_int_base<W, false>::of(static_cast<word>(kept | put));
    return *this;
  }
  range_ref& operator=(const range_ref& other) {
    return *this = ap_int_base<W, false>::of(other.get());
  }
  constexpr operator ap_int_base<W, false>() const { return ap_int_base<W, false>::of(get()); }
  constexpr operator unsigned long long() const { return static_cast<unsigned long long>(get()); }
  constexpr int to_int() const { return static_cast<int>(get()); }
  constexpr unsigned to_uint() const { return static_cast<unsigned>(get()); }
  constexpr int length() const { return high - low + 1; }
};

template <int W, bool S>
struct bit_ref {
  ap_int_base<W, S>& whole;
  int index;

  constexpr bool get() const { return ((whole.get() >> index) & 1) != 0; }
  constexpr operator bool() const { return get(); }
  bit_ref& operator=(bool on) {
    range_ref<W, S>{whole, index, index} = static_cast<unsigned>(on);
    return *this;
  }
  bit_ref& operator=(const bit_ref& other) { return *this = other.get(); }
  constexpr bool operator~() const { return !get(); }
  constexpr bool operator!() const { return !get(); }
};

}  // namespace isobit_lint

template <int W, bool S>
struct ap_int_base {
  using bits = typename isobit_lint::bits<W, S>::type;
  static constexpr int width = W;
  static constexpr bool sign_flag = S;

  typename isobit_lint::bits<isobit_lint::stored_width(W), S>::type stored;

  constexpr bits get() const { return static_cast<bits>(stored); }

  ap_int_base() = default;
  template <int V, bool T>
  constexpr ap_int_base(const ap_int_base<V, T>& other) : stored(wrap(other.get())) {}
  template <int V, bool T>
  constexpr ap_int_base(const isobit_lint::range_ref<V, T>& other) : stored(wrap(other.get())) {}
  template <int V, bool T>
  constexpr ap_int_base(const isobit_lint::bit_ref<V, T>& other)
      : stored(wrap(other.get() ? 1 : 0)) {}
  template <int V, int J, bool T, ap_q_mode P, ap_o_mode M, int K>
  constexpr ap_int_base(const ap_fixed_base<V, J, T, P, M, K>& other)
      : stored(wrap(other.whole().get())) {}
  template <class T, isobit_lint::if_integer<T> = 0>
  constexpr ap_int_base(T number) : stored(wrap(number)) {}
  template <class T, isobit_lint::if_float<T> = 0>
  explicit constexpr ap_int_base(T number)
      : stored(wrap(static_cast<_BitInt(isobit_lint::larger(W + 1, 64))>(number))) {}

  static constexpr ap_int_base of(bits value) {
    ap_int_base made(0);
    made.stored = value;
    return made;
  }
  template <class T>
  static constexpr bits wrap(T number) {
    return S && W == 1 ? static_cast<bits>((number & 1) != 0 ? -1 : 0) : static_cast<bits>(number);
  }

  constexpr operator long long() const { return static_cast<long long>(get()); }
  constexpr int to_int() const { return static_cast<int>(get()); }
  constexpr unsigned to_uint() const { return static_cast<unsigned>(get()); }
  constexpr long to_long() const { return static_cast<long>(get()); }
  constexpr unsigned long to_ulong() const { return static_cast<unsigned long>(get()); }
  constexpr long long to_int64() const { return static_cast<long long>(get()); }
  constexpr unsigned long long to_uint64() const { return static_cast<unsigned long long>(get()); }
  constexpr bool to_bool() const { return get() != 0; }
  constexpr double to_double() const { return static_cast<double>(get()); }
  constexpr float to_float() const { return static_cast<float>(get()); }
  constexpr int length() const { return W; }
  constexpr bool sign() const { return S && get() < 0; }
  constexpr bool or_reduce() const { return get() != 0; }
  constexpr bool and_reduce() const { return get() == wrap(-1); }
  constexpr bool xor_reduce() const {
    bool odd = false;
    for (int i = 0; i < W; ++i) odd ^= test(i);
    return odd;
  }

  constexpr bool test(int i) const { return ((get() >> i) & 1) != 0; }
  constexpr bool get_bit(int i) const { return test(i); }
  void set_bit(int i, bool on) { (*this)[i] = on; }
  void set(int i) { (*this)[i] = true; }
  void clear(int i) { (*this)[i] = false; }
  constexpr bool operator[](int i) const { return test(i); }
  isobit_lint::bit_ref<W, S> operator[](int i) { return {*this, i}; }
  isobit_lint::bit_ref<W, S> bit(int i) { return {*this, i}; }
  isobit_lint::range_ref<W, S> range(int high, int low) const {
    return {const_cast<ap_int_base&>(*this), high, low};
  }
  isobit_lint::range_ref<W, S> range() const { return range(W - 1, 0); }
  isobit_lint::range_ref<W, S> operator()(int high, int low) const { return range(high, low); }
  template <int V, bool T>
  ap_uint<W + V> concat(const ap_int_base<V, T>& low) const {
    return (ap_uint<W + V>(ap_uint<W>(*this)) << V) | ap_uint<W + V>(ap_uint<V>(low));
  }

  constexpr ap_int_base<W + 1, true> operator-() const { return ap_int_base<1, false>(0) - *this; }
  constexpr ap_int_base operator+() const { return *this; }
  constexpr ap_int_base operator~() const { return of(wrap(~static_cast<_BitInt(W + 2)>(get()))); }
  constexpr bool operator!() const { return get() == 0; }
  ap_int_base& operator++() { return *this = ap_int_base(*this + ap_int_base<1, false>(1)); }
  ap_int_base& operator--() { return *this = ap_int_base(*this - ap_int_base<1, false>(1)); }
  ap_int_base operator++(int) {
    const ap_int_base before = *this;
    ++*this;
    return before;
  }
  ap_int_base operator--(int) {
    const ap_int_base before = *this;
    --*this;
    return before;
  }
};

template <int W>
struct ap_int : ap_int_base<W, true> {
  ap_int() = default;
  constexpr ap_int(const ap_int_base<W, true>& other) : ap_int_base<W, true>(other) {}
  template <class T>
  constexpr ap_int(const T& other) : ap_int_base<W, true>(other) {}
};
template <int W>
struct ap_uint : ap_int_base<W, false> {
  ap_uint() = default;
  constexpr ap_uint(const ap_int_base<W, false>& other) : ap_int_base<W, false>(other) {}
  template <class T>
  constexpr ap_uint(const T& other) : ap_int_base<W, false>(other) {}
};

namespace isobit_lint {

template <int W, bool S, int V, bool T>
struct widths {
  static constexpr bool either = S || T;
  static constexpr int common = larger(W + (T && !S ? 1 : 0), V + (S && !T ? 1 : 0));
};

}  // namespace isobit_lint

#define ISOBIT_LINT_ARITHMETIC(symbol, bits_of_result, sign_of_result)                             \
  template <int W, bool S, int V, bool T>                                                          \
  constexpr ap_int_base<(bits_of_result), (sign_of_result)> operator symbol(                       \
      const ap_int_base<W, S>& a, const ap_int_base<V, T>& b) {                                    \
    using result = ap_int_base<(bits_of_result), (sign_of_result)>;                                \
    using wide = _BitInt(isobit_lint::larger((bits_of_result), isobit_lint::larger(W, V)) + 2);    \
    return result::of(result::wrap(static_cast<wide>(a.get()) symbol static_cast<wide>(b.get()))); \
  }
#define ISOBIT_LINT_COMPARISON(symbol)                                                     \
  template <int W, bool S, int V, bool T>                                                  \
  constexpr bool operator symbol(const ap_int_base<W, S>& a, const ap_int_base<V, T>& b) { \
    using wide = _BitInt(isobit_lint::larger(W, V) + 2);                                   \
    return static_cast<wide>(a.get()) symbol static_cast<wide>(b.get());                   \
  }
#define ISOBIT_LINT_WITH_NATIVE(symbol)                             \
  template <int W, bool S, class I, isobit_lint::if_integer<I> = 0> \
  constexpr auto operator symbol(const ap_int_base<W, S>& a, I b) { \
    return a symbol typename isobit_lint::native<I>::type(b);       \
  }                                                                 \
  template <int W, bool S, class I, isobit_lint::if_integer<I> = 0> \
  constexpr auto operator symbol(I a, const ap_int_base<W, S>& b) { \
    return typename isobit_lint::native<I>::type(a) symbol b;       \
  }
#define ISOBIT_LINT_ASSIGNMENT(symbol)                                         \
  template <int W, bool S, class B>                                            \
  ap_int_base<W, S>& operator symbol## = (ap_int_base<W, S> & a, const B& b) { \
    return a = ap_int_base<W, S>(a symbol b);                                  \
  }

#define ISOBIT_LINT_COMMON isobit_lint::widths<W, S, V, T>::common
ISOBIT_LINT_ARITHMETIC(+, ISOBIT_LINT_COMMON + 1, S || T)
ISOBIT_LINT_ARITHMETIC(-, ISOBIT_LINT_COMMON + 1, true)
ISOBIT_LINT_ARITHMETIC(*, W + V, S || T)
ISOBIT_LINT_ARITHMETIC(/, W + (T ? 1 : 0), S || T)
ISOBIT_LINT_ARITHMETIC(%, isobit_lint::smaller(W, V + (S && !T ? 1 : 0)), S)
ISOBIT_LINT_ARITHMETIC(&, ISOBIT_LINT_COMMON, S || T)
ISOBIT_LINT_ARITHMETIC(|, ISOBIT_LINT_COMMON, S || T)
ISOBIT_LINT_ARITHMETIC(^, ISOBIT_LINT_COMMON, S || T)
ISOBIT_LINT_COMPARISON(==)
ISOBIT_LINT_COMPARISON(!=)
ISOBIT_LINT_COMPARISON(<)
ISOBIT_LINT_COMPARISON(>)
ISOBIT_LINT_COMPARISON(<=)
ISOBIT_LINT_COMPARISON(>=)
ISOBIT_LINT_WITH_NATIVE(+)
ISOBIT_LINT_WITH_NATIVE(-)
ISOBIT_LINT_WITH_NATIVE(*)
ISOBIT_LINT_WITH_NATIVE(/)
ISOBIT_LINT_WITH_NATIVE(%)
ISOBIT_LINT_WITH_NATIVE(&)
ISOBIT_LINT_WITH_NATIVE(|)
ISOBIT_LINT_WITH_NATIVE(^)
ISOBIT_LINT_WITH_NATIVE(==)
ISOBIT_LINT_WITH_NATIVE(!=)
ISOBIT_LINT_WITH_NATIVE(<)
ISOBIT_LINT_WITH_NATIVE(>)
ISOBIT_LINT_WITH_NATIVE(<=)
ISOBIT_LINT_WITH_NATIVE(>=)
ISOBIT_LINT_ASSIGNMENT(+)
ISOBIT_LINT_ASSIGNMENT(-)
ISOBIT_LINT_ASSIGNMENT(*)
ISOBIT_LINT_ASSIGNMENT(/)
ISOBIT_LINT_ASSIGNMENT(%)
ISOBIT_LINT_ASSIGNMENT(&)
ISOBIT_LINT_ASSIGNMENT(|)
ISOBIT_LINT_ASSIGNMENT(^)
ISOBIT_LINT_ASSIGNMENT(<<)
ISOBIT_LINT_ASSIGNMENT(>>)
#undef ISOBIT_LINT_COMMON
#undef ISOBIT_LINT_ARITHMETIC
#undef ISOBIT_LINT_COMPARISON
#undef ISOBIT_LINT_WITH_NATIVE

// Shifts keep the width of the left side; by a negative number they go the other way.
namespace isobit_lint {

template <int W, bool S>
constexpr ap_int_base<W, S> shifted(const ap_int_base<W, S>& a, long long left) {
  using word = ap_int_base<W, S>;
  return left >= W     ? word(0)
         : left >= 0   ? word::of(word::wrap(a.get() << left))
         : left > -W   ? word::of(word::wrap(a.get() >> -left))
         : a.get() < 0 ? word(-1)
                       : word(0);
}

}  // namespace isobit_lint

template <int W, bool S, class N, isobit_lint::if_integer<N> = 0>
constexpr ap_int_base<W, S> operator<<(const ap_int_base<W, S>& a, N n) {
  return isobit_lint::shifted(a, static_cast<long long>(n));
}
template <int W, bool S, class N, isobit_lint::if_integer<N> = 0>
constexpr ap_int_base<W, S> operator>>(const ap_int_base<W, S>& a, N n) {
  return isobit_lint::shifted(a, -static_cast<long long>(n));
}
template <int W, bool S, int V, bool T>
constexpr ap_int_base<W, S> operator<<(const ap_int_base<W, S>& a, const ap_int_base<V, T>& n) {
  return isobit_lint::shifted(a, static_cast<long long>(n.get()));
}
template <int W, bool S, int V, bool T>
constexpr ap_int_base<W, S> operator>>(const ap_int_base<W, S>& a, const ap_int_base<V, T>& n) {
  return isobit_lint::shifted(a, -static_cast<long long>(n.get()));
}

#endif
