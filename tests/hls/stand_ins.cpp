// Prints what operators of ap_int and ap_fixed give; compiled with the vendor's headers and with
// the stand-ins.
#define NDEBUG
#include <ap_fixed.h>
#include <ap_int.h>

#include <cstdio>
#include <initializer_list>

namespace {

template <int W, bool S>
void show(const char* what, const ap_int_base<W, S>& v) {
  std::printf("%s: %d %d %lld\n", what, W, S, static_cast<long long>(v.to_int64()));
}
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
void show(const char* what, const ap_fixed_base<W, I, S, Q, O, N>& v) {
  std::printf("%s: %d %d %d %.17g %d\n", what, W, I, S, v.to_double(), v.to_int());
}
void show(const char* what, bool v) { std::printf("%s: %d\n", what, v); }

template <class A, class B>
void both(const A& a, const B& b) {
  show("+", a + b);
  show("-", a - b);
  show("*", a * b);
  show("<", a < b);
  show("==", a == b);
  show(">=", a >= b);
  A c = a;
  c += b;
  show("+=", c);
}
template <class A, class B>
void integers(const A& a, const B& b) {
  both(a, b);
  show("&", a & b);
  show("|", a | b);
  show("^", a ^ b);
  if (b != 0) {
    show("/", a / b);
  }
  show("+7", a + 7);
  show("-", -a);
  show("~", ~a);
  show("<<", a << 2);
  show(">>", a >> 1);
}
template <class A>
void bits(A a) {
  ap_uint<5> part = a.range(5, 1);
  show("range", part);
  a.range(3, 0) = ap_uint<4>(9);
  show("put", a);
  a[2] = !a[2];
  show("bit", a);
  a++;
  show("++", a);
  show("or", a.or_reduce());
}
template <ap_q_mode Q, ap_o_mode O>
void rounded(double d) {
  const ap_fixed<16, 6> wide = d;
  show("fixed", ap_fixed<7, 4, Q, O>(wide));
  show("ufixed", ap_ufixed<7, 4, Q, O>(wide));
  show("int", ap_int<5>(ap_fixed<7, 4, Q, O>(wide)));
}
template <ap_q_mode Q>
void rounded(double d) {
  rounded<Q, AP_WRAP>(d);
  rounded<Q, AP_SAT>(d);
  rounded<Q, AP_SAT_ZERO>(d);
  rounded<Q, AP_SAT_SYM>(d);
}

}  // namespace

int main() {
  const int numbers[] = {0, 1, 5, 77, -1, -6, -128, 127, 255};
  for (int m : numbers) {
    for (int n : numbers) {
      integers(ap_int<8>(m), ap_int<5>(n));
      integers(ap_uint<8>(m), ap_int<12>(n));
      integers(ap_int<8>(m), ap_uint<6>(n));
      integers(ap_uint<7>(m), ap_uint<9>(n));
      if (n != 0) show("%", ap_int<8>(m) % ap_int<9>(n));
      both(ap_fixed<10, 4>(m / 16.0), ap_fixed<8, 6>(n / 4.0));
      both(ap_ufixed<10, 4>(m / 16.0), ap_fixed<6, 2>(n / 8.0));
      both(ap_fixed<10, 4>(m / 16.0), n);
    }
    bits(ap_int<8>(m));
    bits(ap_uint<9>(m));
    for (double d : {m / 16.0, m / 32.0 + 0.03125, m / 64.0, m / 256.0}) {
      rounded<AP_TRN>(d);
      rounded<AP_TRN_ZERO>(d);
      rounded<AP_RND>(d);
      rounded<AP_RND_ZERO>(d);
      rounded<AP_RND_INF>(d);
      rounded<AP_RND_MIN_INF>(d);
      rounded<AP_RND_CONV>(d);
    }
  }
  return 0;
}
