// isobit's cast on static formats equals assignment to the vendor's ap_fixed, for every policy that
// computes: exhaustively over narrow sources, and over edges and random raws of wide ones.
#define NDEBUG  // the vendor's headers assert things that they then do anyway
#include <ap_fixed.h>
#include <ap_int.h>

#include <cstdio>
#include <random>
#include <utility>
#include <vector>

#include "hls_kernels/policy/ap.hpp"
#include "isobit/policy/f64.hpp"
#include "isobit/policy/interval.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/scalar.hpp"

namespace {

using isobit::fmt;
using isobit::num;
using isobit::overflow;
using isobit::rounding;
using int64 = std::int64_t;

// Raws travel as 64 bits; a 64-bit unsigned raw is its bit pattern.
template <class F>
isobit::ap::port<F> port_of(int64 raw) {
  isobit::ap::port<F> number;
  number.range(F::width() - 1, 0) = ap_uint<F::width()>(raw).range(F::width() - 1, 0);
  return number;
}
template <class F>
int64 raw_of(const isobit::ap::port<F>& number) {
  ap_uint<F::width()> bits;
  bits.range(F::width() - 1, 0) = number.range(F::width() - 1, 0);
  return isobit::scalar<int64>::wrap(F(), static_cast<int64>(bits.to_uint64()));
}

template <class F>
isobit::int128 widen(int64 raw) {
  if (F::is_signed()) return raw;
  return static_cast<std::uint64_t>(raw);
}

struct tally {
  long cases = 0, wrong = 0;
  void count(bool right) {
    ++cases;
    wrong += !right;
  }
  bool print(const char* name) const {
    std::printf("%-22s cases=%ld mismatches=%ld\n", name, cases, wrong);
    return wrong == 0;
  }
};
tally scalar128, scalar64, run_time, vendor_integers, lanes32, lanes64, doubles, intervals;

template <class P, class From, class To>
typename P::template raw<To> cast_in(const typename P::template raw<From>& raw) {
  return cast(num<P, From>(From(), raw), To()).raw;
}

template <class F>
isobit::dyn at_run_time(F) {
  return isobit::dyn(F::width(), F::frac(), F::is_signed(), F::rounds(), F::overflows());
}

void print_case(const isobit::dyn& from, const isobit::dyn& to, int64 raw, int64 want) {
  std::printf("  wrong: raw %lld of (%d, %d, %d) into (%d, %d, %d, Q %d, O %d) is %lld\n",
              static_cast<long long>(raw), from.width(), from.frac(), from.is_signed(), to.width(),
              to.frac(), to.is_signed(), int(to.rounds()), int(to.overflows()),
              static_cast<long long>(want));
}

template <class From, class To>
constexpr int bits_in_flight(From, To) {
  const int dropped = From::frac() - To::frac();
  const int source = From::width() > dropped ? From::width() : dropped;
  const int shifted = dropped < 0 ? From::width() - dropped : source;
  return 4 + (shifted > To::width() ? shifted : To::width());
}

template <class From, class To>
void compare(int64 raw) {
  const isobit::ap::port<To> assigned = port_of<From>(raw);  // the vendor's own cast
  const int64 want = raw_of<To>(assigned);
  const isobit::int128 wide = widen<From>(raw), wide_want = widen<To>(want);
  using s128 = isobit::scalar<isobit::int128>;
  const bool right = cast_in<s128, From, To>(wide) == wide_want;
  if (!right && scalar128.wrong < 5) print_case(at_run_time(From()), at_run_time(To()), raw, want);
  scalar128.count(right);
  const num<s128, isobit::dyn> dynamic(at_run_time(From()), wide);
  run_time.count(cast(dynamic, at_run_time(To())).raw == wide_want);

  const auto number = isobit::ap::read_port(From(), port_of<From>(raw));
  vendor_integers.count(raw_of<To>(isobit::ap::write_port(cast(number, To()))) == want);

  isobit::range point;
  point.low = point.high = wide;
  point.exact_bits = isobit::detail::signed_bits(wide);
  const isobit::range reach = cast_in<isobit::interval, From, To>(point);
  intervals.count(reach.low <= wide_want && wide_want <= reach.high);

  // Narrow words are only for formats that leave room for every intermediate value.
  constexpr int room = bits_in_flight(From(), To());
  if constexpr (room <= 64) {
    using P = isobit::lanes<int64, 2>;
    scalar64.count(cast_in<isobit::scalar<int64>, From, To>(raw) == want);
    lanes64.count(cast_in<P, From, To>(P::lit(From(), raw))[1] == want);
  }
  if constexpr (room <= 32) {
    using P = isobit::lanes<std::int32_t, 4>;
    lanes32.count(cast_in<P, From, To>(P::lit(From(), raw))[3] == want);
  }
  if constexpr (room <= 53)
    doubles.count(cast_in<isobit::f64, From, To>(static_cast<double>(wide)) ==
                  static_cast<double>(wide_want));
}

// Every raw of a narrow format; edges and random ones of a wide format.
template <class F>
std::vector<int64> raws_of() {
  std::vector<int64> raws;
  const int w = F::width();
  if (w <= 12) {
    const int64 low = F::is_signed() ? -(int64(1) << (w - 1)) : 0;
    for (int64 i = 0; i < (int64(1) << w); ++i) raws.push_back(low + i);
    return raws;
  }
  std::mt19937_64 random(1);
  const isobit::scalar<int64> policy;
  for (int bit = 0; bit < w; ++bit)
    for (int64 step = -1; step <= 1; ++step)
      for (int64 sign : {1, -1}) raws.push_back(sign * ((int64(1) << bit) + step));
  for (int i = 0; i < 200; ++i) raws.push_back(static_cast<int64>(random() >> (random() % 64)));
  for (int64& raw : raws) raw = policy.wrap(F(), raw);
  return raws;
}

template <class From, int W, int F, bool S, int Rounding, int Overflow>
void every_raw() {
  if constexpr (S || overflow(Overflow) != overflow::wrap_sm) {  // which has no unsigned form
    using To = fmt<W, F, S, rounding(Rounding), overflow(Overflow)>;
    for (int64 raw : raws_of<From>()) compare<From, To>(raw);
  }
}

template <class From, int W, int F, bool S, int... M>
void every_mode(std::integer_sequence<int, M...>) {
  (every_raw<From, W, F, S, M / 5, M % 5>(), ...);
}
template <class From, int W, int F, bool S>
void into() {
  every_mode<From, W, F, S>(std::make_integer_sequence<int, 35>());
}

}  // namespace

int main() {
  into<fmt<11, 6, true>, 4, 1, true>();
  into<fmt<11, 6, false>, 4, 2, true>();
  into<fmt<11, 6, true>, 5, 2, false>();
  into<fmt<10, 8, false>, 6, 6, false>();  // every bit fractional
  into<fmt<9, 11, true>, 3, 4, true>();    // frac beyond the width
  into<fmt<8, -1, true>, 5, -2, true>();   // negative frac
  into<fmt<9, 2, true>, 12, 5, true>();    // appends bits
  into<fmt<6, 0, true>, 4, 6, true>();     // appends more bits than the target has
  into<fmt<8, 7, true>, 6, -3, true>();    // drops every bit
  into<fmt<10, 4, true>, 1, 0, true>();    // one bit
  into<fmt<9, 4, false>, 1, 1, false>();
  into<fmt<64, 40, true>, 18, 8, true>();
  into<fmt<64, 33, false>, 64, 20, false>();
  into<fmt<37, 20, true>, 64, 44, true>();
  bool right = scalar128.print("scalar<int128>");
  right &= run_time.print("scalar<int128>, dyn");
  right &= vendor_integers.print("ap");
  right &= scalar64.print("scalar<int64>");
  right &= lanes64.print("lanes<int64,2>");
  right &= lanes32.print("lanes<int32,4>");
  right &= doubles.print("f64");
  right &= intervals.print("interval");
  return right ? 0 : 1;
}
