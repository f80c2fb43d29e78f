// One dense layer with softmax on every policy, with static and with run-time formats: the same
// bits.
#include <cstdio>
#include <random>
#include <vector>

#include "isobit/cells/dense.hpp"
#include "isobit/cells/softmax.hpp"
#include "isobit/policy/f64.hpp"
#include "isobit/policy/interval.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/scalar.hpp"

using namespace isobit;

namespace {

constexpr int n_in = 13, n_out = 8;

using x_format = fmt<8, 5, true>;
using w_format = fmt<6, 4, true>;
using b_format = fmt<10, 6, true>;
using a_format = fmt<14, 8, true, rounding::rnd, overflow::sat>;
using h_format = fmt<9, 4, true, rounding::rnd_conv, overflow::sat>;
using i_format = fmt<7, 3, false, rounding::rnd, overflow::sat>;
using e_format = fmt<10, 9, false>;
using y_format = fmt<12, 10, true>;

constexpr dyn run_time(int w, int f, bool s, rounding q = rounding::trn,
                       overflow o = overflow::wrap) {
  return dyn(w, f, s, q, o);
}

struct static_formats {
  x_format x;
  w_format w;
  b_format b;
  a_format a;
  h_format h;
  i_format i;
  e_format e;
  y_format y;
  count<n_in> inputs;
  count<n_out> outputs;
};

struct dynamic_formats {
  dyn x = run_time(8, 5, true);
  dyn w = run_time(6, 4, true);
  dyn b = run_time(10, 6, true);
  dyn a = run_time(14, 8, true, rounding::rnd, overflow::sat);
  dyn h = run_time(9, 4, true, rounding::rnd_conv, overflow::sat);
  dyn i = run_time(7, 3, false, rounding::rnd, overflow::sat);
  dyn e = run_time(10, 9, false);
  dyn y = run_time(12, 10, true);
  int inputs = n_in;
  int outputs = n_out;
};

struct network {
  std::vector<std::int64_t> w, b, exp_neg, reciprocal;
};

// `enter` makes a raw of an integer; the result of every policy goes through `leave`.
template <class P, class F, class Enter, class Leave>
std::vector<std::int64_t> run(const F& f, const network& net, const std::vector<std::int64_t>& x,
                              Enter enter, Leave leave) {
  using uniform = typename P::template uniform<decltype(f.w)>;
  const auto pack = [](const std::vector<std::int64_t>& from) {
    return std::vector<uniform>(from.begin(), from.end());
  };
  const auto w = pack(net.w), b = pack(net.b), e = pack(net.exp_neg), r = pack(net.reciprocal);
  using raw = typename P::template raw<decltype(f.x)>;
  std::vector<raw> xs, hidden(n_out, enter(0)), scratch(n_out, enter(0)), y(n_out, enter(0));
  for (auto v : x) xs.push_back(enter(v));
  using fx = std::decay_t<decltype(f.x)>;
  using fw = std::decay_t<decltype(f.w)>;
  using fb = std::decay_t<decltype(f.b)>;
  using fh = std::decay_t<decltype(f.h)>;
  using fi = std::decay_t<decltype(f.i)>;
  using fe = std::decay_t<decltype(f.e)>;
  using fy = std::decay_t<decltype(f.y)>;
  const view<P, fh> h(f.h, hidden.data());
  for (int o = 0; o < n_out; o += 4)
    cells::dense::neurons<4>(f.inputs, view<P, fx>(f.x, xs.data()),
                             constants<P, fw>(f.w, w.data()).from(o), n_out,
                             constants<P, fb>(f.b, b.data()).from(o), f.a, h.from(o));
  const table<P, fi, fe> te = {f.i, f.e, 0, 128, e.data(), function::exp_neg, 0};
  const table<P, fi, fe> tr = {f.i, f.e, 0, 128, r.data(), function::reciprocal, 0};
  cells::softmax::row(f.outputs, h, te, tr, view<P, fe>(f.e, scratch.data()),
                      view<P, fy>(f.y, y.data()));
  std::vector<std::int64_t> result;
  for (const raw& v : y) result.push_back(leave(v));
  return result;
}

}  // namespace

int main() {
  std::mt19937_64 random(20);
  const auto draw = [&](int width) {
    return static_cast<std::int64_t>(random() % (1u << width)) - (1 << (width - 1));
  };
  const auto same = [](std::int64_t v) { return v; };
  long cases = 0, differences = 0, unsound = 0;
  const auto compare = [&](const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      ++cases;
      differences += a[i] != b[i];
    }
  };
  for (int repeat = 0; repeat < 500; ++repeat) {
    network net;
    for (int i = 0; i < n_in * n_out; ++i) net.w.push_back(draw(6));
    for (int i = 0; i < n_out; ++i) net.b.push_back(draw(10));
    for (int i = 0; i < 128; ++i) {
      net.exp_neg.push_back(static_cast<std::int64_t>(random() % 1024));
      net.reciprocal.push_back(static_cast<std::int64_t>(random() % 1024));
    }
    std::vector<std::int64_t> x;
    for (int i = 0; i < n_in; ++i) x.push_back(draw(8));

    using reference = scalar<std::int64_t>;
    const auto want = run<reference>(static_formats(), net, x, same, same);
    compare(want, run<reference>(dynamic_formats(), net, x, same, same));
    const auto wide = [](std::int64_t v) { return static_cast<int128>(v); };
    const auto narrow = [](int128 v) { return static_cast<std::int64_t>(v); };
    compare(want, run<scalar<int128>>(static_formats(), net, x, wide, narrow));
    compare(want, run<scalar<int128>>(dynamic_formats(), net, x, wide, narrow));
    const auto to_double = [](std::int64_t v) { return static_cast<double>(v); };
    const auto from_double = [](double v) { return static_cast<std::int64_t>(v); };
    compare(want, run<f64>(static_formats(), net, x, to_double, from_double));
    compare(want, run<f64>(dynamic_formats(), net, x, to_double, from_double));
    using l32 = lanes<std::int32_t, 4>;
    const auto in32 = [](std::int64_t v) { return l32::lit(0, v); };
    const auto out32 = [](l32::vec v) { return static_cast<std::int64_t>(v[3]); };
    compare(want, run<l32>(static_formats(), net, x, in32, out32));
    compare(want, run<l32>(dynamic_formats(), net, x, in32, out32));
    using l64 = lanes<std::int64_t, 1>;
    const auto in64 = [](std::int64_t v) { return l64::lit(0, v); };
    const auto out64 = [](l64::vec v) { return static_cast<std::int64_t>(v[0]); };
    compare(want, run<l64>(static_formats(), net, x, in64, out64));
    const auto full_range = [](std::int64_t) {
      range r;
      r.low = -128;
      r.high = 127;
      r.exact_bits = 8;
      return r;
    };
    const auto lows = run<interval>(static_formats(), net, x, full_range, [](const range& r) {
      return static_cast<std::int64_t>(r.low);
    });
    const auto highs = run<interval>(dynamic_formats(), net, x, full_range, [](const range& r) {
      return static_cast<std::int64_t>(r.high);
    });
    for (std::size_t i = 0; i < want.size(); ++i)
      unsound += want[i] < lows[i] || want[i] > highs[i];
  }
  std::printf("%ld comparisons, %ld differences, %ld outside of the proven interval\n", cases,
              differences, unsound);
  return cases == 500L * 8 * n_out && differences == 0 && unsound == 0 ? 0 : 1;
}
