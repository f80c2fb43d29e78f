// Reads casts with known results and repeats them with run-time formats in every policy.
//
// usage: cast_cases FILE [scalar]
// FILE holds records of ten int64: width, frac, signed of the source; width, frac, signed,
// rounding, overflow of the target; the raw; the expected raw. `scalar` restricts the run to the
// reference policy.
#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "isobit/policy/f64.hpp"
#include "isobit/policy/interval.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/scalar.hpp"

namespace {

using int64 = std::int64_t;
using isobit::dyn;
using isobit::int128;
using isobit::num;
using record = std::array<int64, 10>;

struct tally {
  long cases = 0, wrong = 0;
  void count(bool right) {
    ++cases;
    wrong += !right;
  }
  bool print(const char* name) const {
    std::printf("%-16s cases=%ld mismatches=%ld\n", name, cases, wrong);
    return wrong == 0;
  }
};
tally scalar128, scalar64, lanes16, lanes32, lanes64, doubles, points, whole_formats;

int128 widen(int64 raw, const dyn& f) {
  if (f.is_signed()) return raw;
  return static_cast<std::uint64_t>(raw);
}

template <class P>
typename P::template raw<dyn> cast_in(const dyn& from, const dyn& to,
                                      const typename P::template raw<dyn>& raw) {
  return cast(num<P, dyn>(from, raw), to).raw;
}

template <class T, int N>
void in_lanes(const dyn& from, const dyn& to, int64 raw, int64 want, tally& counter) {
  using P = isobit::lanes<T, N>;
  const auto result = cast_in<P>(from, to, P::lit(from, raw));
  bool right = true;
  for (int lane = 0; lane < N; ++lane) right &= result[lane] == static_cast<T>(want);
  counter.count(right);
}

isobit::range reach(int128 low, int128 high) {
  isobit::range r;
  r.low = low;
  r.high = high;
  r.exact_bits = isobit::detail::signed_bits(low, high);
  return r;
}

// The range of a whole source format proves how narrow a word may be for any of its raws.
void with_proof(const dyn& from, const dyn& to, int64 raw, int64 want) {
  const int128 one = 1, wide = widen(raw, from), wide_want = widen(want, to);
  const int128 low = from.is_signed() ? -(one << (from.width() - 1)) : 0;
  const auto proven =
      cast_in<isobit::interval>(from, to, reach(low, low + (one << from.width()) - 1));
  whole_formats.count(proven.low <= wide_want && wide_want <= proven.high);
  const auto point = cast_in<isobit::interval>(from, to, reach(wide, wide));
  points.count(point.low <= wide_want && wide_want <= point.high);

  const int bits = proven.word_bits();
  if (bits <= 64) scalar64.count(cast_in<isobit::scalar<int64>>(from, to, raw) == want);
  if (bits <= 64) in_lanes<int64, 2>(from, to, raw, want, lanes64);
  if (bits <= 32) in_lanes<std::int32_t, 4>(from, to, raw, want, lanes32);
  if (bits <= 16) in_lanes<std::int16_t, 8>(from, to, raw, want, lanes16);
  // Doubles do not compute modulo 2^n: here the formats themselves have to be narrow.
  if (isobit::detail::working(from, to).width() <= 53)
    doubles.count(cast_in<isobit::f64>(from, to, static_cast<double>(wide)) ==
                  static_cast<double>(wide_want));
}

}  // namespace

int main(int argc, char** argv) {
  std::FILE* file = argc > 1 ? std::fopen(argv[1], "rb") : nullptr;
  if (!file) return 2;
  const bool all_policies = !(argc > 2 && std::strcmp(argv[2], "scalar") == 0);
  record r;
  while (std::fread(r.data(), sizeof r, 1, file) == 1) {
    const auto field = [&r](int i) { return static_cast<int>(r[static_cast<std::size_t>(i)]); };
    const dyn from{field(0), field(1), field(2) != 0};
    const dyn to{field(3), field(4), field(5) != 0, isobit::rounding(field(6)),
                 isobit::overflow(field(7))};
    scalar128.count(cast_in<isobit::scalar<int128>>(from, to, widen(r[8], from)) ==
                    widen(r[9], to));
    if (all_policies) with_proof(from, to, r[8], r[9]);
  }
  std::fclose(file);
  bool right = scalar128.print("scalar<int128>");
  if (all_policies) {
    right &= scalar64.print("scalar<int64>");
    right &= lanes64.print("lanes<int64>");
    right &= lanes32.print("lanes<int32>");
    right &= lanes16.print("lanes<int16>");
    right &= doubles.print("f64");
    right &= points.print("interval, point");
    right &= whole_formats.print("interval, whole");
  }
  return right ? 0 : 1;
}
