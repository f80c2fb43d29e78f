// The engine's bits do not depend on the caller's floating-point modes: rounding direction, flushed
// subnormal numbers, traps. And the caller finds its modes as they were.
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "engine/default_arithmetic.hpp"
#include "engine/program.hpp"

using namespace isobit;
using namespace isobit::engine;

namespace {

// Processor-specific modes that <cfenv> does not know.
#if defined(__x86_64__)
using modes = std::uint32_t;
modes get_modes() { return __builtin_ia32_stmxcsr(); }
void set_modes(modes m) { __builtin_ia32_ldmxcsr(m); }
constexpr modes flush_results = 0x8000, flush_inputs = 0x40;
modes with_traps(modes m) { return m & ~0x1f80u; }
constexpr int direction_at = 13;  // nearest, down, up, toward zero
#elif defined(__aarch64__)
using modes = std::uint64_t;
modes get_modes() {
  modes m;
  __asm__ volatile("mrs %0, fpcr" : "=r"(m));
  return m;
}
void set_modes(modes m) { __asm__ volatile("msr fpcr, %0" : : "r"(m) : "memory"); }
constexpr modes flush_results = 1u << 24, flush_inputs = 0;
modes with_traps(modes m) { return m | 0x9f00; }  // where the processor can
constexpr int direction_at = 22;                  // nearest, up, down, toward zero
#else
#error "add the floating-point modes of this processor"
#endif

struct setting {
  const char* name;
  modes (*of)(modes);
};

template <modes D>
modes toward(modes m) {
  return m | D << direction_at;
}
modes as_it_is(modes m) { return m; }
modes flushed(modes m) { return m | flush_results | flush_inputs; }
modes everything(modes m) { return with_traps(flushed(toward<1>(m))); }

constexpr setting settings[] = {
    {"default", as_it_is},        {"subnormal numbers flushed", flushed},
    {"direction 1", toward<1>},   {"direction 2", toward<2>},
    {"direction 3", toward<3>},   {"traps", with_traps},
    {"all of these", everything},
};

description copy_of(const dyn& from, const dyn& to) {
  operation op;
  op.cell = find_cell("linear");
  op.inputs = {0};
  op.output = 1;
  description net;
  net.tensors = {{7, from}, {7, to}};
  net.operations = {op};
  net.inputs = {0};
  net.outputs = {0, 1};
  return net;
}

// With enough zeros among its weights that planning counts them.
description dense_of(const dyn& from, const dyn& to) {
  description net = copy_of(from, to);
  operation& op = net.operations[0];
  op.cell = find_cell("dense");
  op.formats = {dyn()};
  op.ints = {1, 7, 7};
  std::vector<int128> weights, biases;
  for (int i = 0; i < 49; ++i) weights.push_back(i % 3 == 0 ? i - 24 : 0);
  for (int i = 0; i < 7; ++i) biases.push_back(i - 3);
  const dyn f(6, 3, true);
  op.constants = {{f, weights, std::vector<double>(49)}, {f, biases, std::vector<double>(7)}};
  return net;
}

// Ties and their neighbours, values around the ends of the format, the extremes of the type.
template <class T>
std::vector<T> numbers(const dyn& f) {
  using limits = std::numeric_limits<T>;
  std::vector<T> all;
  const auto add = [&all](double x) {
    if (std::fabs(x) > static_cast<double>(limits::max())) return;
    for (double v : {x, -x}) {
      const T t = static_cast<T>(v);
      for (T u : {t, std::nextafter(t, limits::max()), std::nextafter(t, limits::lowest())})
        all.push_back(u);
    }
  };
  for (int i = 0; i < 40; ++i) add(std::ldexp(i, -f.frac() - 2));
  for (int i = -4; i <= 4; ++i) add(std::ldexp(1 + i / 8., f.width() - f.frac() - 1));
  for (int e : {-1074, -1022, -149, -126, -100, -40, 40, 62, 63, 64, 100, 127, 1000, 1023})
    add(std::ldexp(1, e));
  for (T v : {limits::denorm_min(), limits::min(), limits::max()}) {
    all.push_back(v);
    all.push_back(-v);
  }
  std::mt19937_64 generator(5);
  std::uniform_real_distribution<double> mantissa(-2, 2);
  std::uniform_int_distribution<int> exponent(limits::min_exponent - limits::digits,
                                              limits::max_exponent - 2);
  for (int i = 0; i < 300; ++i)
    all.push_back(static_cast<T>(std::ldexp(mantissa(generator), exponent(generator))));
  while (all.size() % 7 != 0) all.push_back(0);
  return all;
}

// The raws and the floats of both tensors.
struct answer {
  std::vector<std::int64_t> in, out;
  std::vector<double> in_double, out_double;
  std::vector<float> in_float, out_float;

  explicit answer(std::size_t n)
      : in(n), out(n), in_double(n), out_double(n), in_float(n), out_float(n) {}

  long differences(const answer& other) const {
    return differ(in, other.in) + differ(out, other.out) + differ(in_double, other.in_double) +
           differ(out_double, other.out_double) + differ(in_float, other.in_float) +
           differ(out_float, other.out_float);
  }

 private:
  template <class T>
  static long differ(const std::vector<T>& a, const std::vector<T>& b) {
    long n = 0;
    for (std::size_t i = 0; i < a.size(); ++i) n += std::memcmp(&a[i], &b[i], sizeof(T)) != 0;
    return n;
  }
};

template <class T>
answer run(const program& p, const std::vector<T>& x, std::int64_t at_once, int threads,
           const isa_kernels* isa) {
  answer a(x.size());
  const element kind = sizeof(T) == 4 ? element::f32 : element::f64;
  run_options options;
  options.threads = threads;
  options.isa = isa;
  const auto count = static_cast<std::int64_t>(x.size() / 7);
  for (std::int64_t s = 0; s < count; s += at_once) {
    const std::vector<source> given = {{kind, x.data() + 7 * s}};
    const std::int64_t some = at_once < count - s ? at_once : count - s;
    p.run(given, some,
          {{0, element::i64, a.in.data() + 7 * s}, {1, element::i64, a.out.data() + 7 * s}},
          options);
    p.run(given, some,
          {{0, element::f64, a.in_double.data() + 7 * s},
           {1, element::f64, a.out_double.data() + 7 * s}},
          options);
    p.run(given, some,
          {{0, element::f32, a.in_float.data() + 7 * s},
           {1, element::f32, a.out_float.data() + 7 * s}},
          options);
  }
  return a;
}

struct tally {
  long cases = 0, wrong = 0, modes_lost = 0;
};

template <class T>
void compare(const description& net, tally& all) {
  std::vector<T> x = numbers<T>(net.tensors[0].format);
  const program reference(net);
  const isa_kernels* const* isas = nullptr;
  const int n_isas = usable_isas(isas);
  const answer want = run(reference, x, 1, 1, &isa_generic());
  for (int i = 0; i < n_isas; ++i)
    for (std::int64_t at_once : {std::int64_t{1}, static_cast<std::int64_t>(x.size())})
      for (const setting& s : settings) {
        const program fresh(net);  // planned in these modes too
        const modes before = get_modes();
        const modes asked = s.of(before);
        set_modes(asked);
        const modes held = get_modes();
        const answer got = run(fresh, x, at_once, 3, isas[i]);
        const modes after = get_modes();
        set_modes(before);
        all.modes_lost += held != after;
        const long wrong = got.differences(want);
        if (wrong != 0)
          std::printf("%s, %s, format (%d, %d): %ld values differ\n", s.name, isas[i]->name,
                      net.tensors[0].format.width(), net.tensors[0].format.frac(), wrong);
        all.cases += static_cast<long>(6 * x.size());
        all.wrong += wrong;
      }
}

// A subnormal negative number is below zero whatever the caller does with it.
bool truncates_below_zero() {
  const program p(copy_of(dyn(8, 4, true), dyn(8, 4, true)));
  const float x[7] = {-1e-45f, 1e-45f, -1e-39f, 1e-39f, -0.0f, 0.0f, -1e-38f};
  const std::int64_t want[7] = {-1, 0, -1, 0, 0, 0, -1};
  std::int64_t y[7] = {};
  const modes before = get_modes();
  set_modes(everything(before));
  p.run({{element::f32, x}}, 1, {{1, element::i64, y}}, run_options());
  set_modes(before);
  return std::memcmp(y, want, sizeof y) == 0;
}

void __attribute__((noinline)) hold_once() { const default_arithmetic hold; }

double nanoseconds_per_hold() {
  constexpr int repeats = 2000000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) hold_once();
  const std::chrono::duration<double, std::nano> t = std::chrono::steady_clock::now() - start;
  return t.count() / repeats;
}

}  // namespace

int main() {
  tally all;
  int number = 0;
  for (int width : {1, 6, 8, 16, 17, 24, 31, 40, 64})
    for (int frac : {0, 4, width + 9, -3, 100}) {
      const auto q = static_cast<rounding>(number % 7);
      const auto o = static_cast<overflow>(number % 3);
      ++number;
      const dyn from(width, frac, true, q, o), to(12, frac - 2, true, q, o);
      compare<float>(copy_of(from, to), all);
      compare<double>(copy_of(from, to), all);
      if (width <= 24) compare<float>(dense_of(from, to), all);
    }
  const bool truncates = truncates_below_zero();
  std::printf("%ld values, %ld differ; modes lost %ld times; negative subnormals %s\n", all.cases,
              all.wrong, all.modes_lost, truncates ? "are -1" : "are wrong");
  const double usual = nanoseconds_per_hold();
  const modes before = get_modes();
  set_modes(flushed(before));
  const double changed = nanoseconds_per_hold();
  set_modes(before);
  std::printf("%.1f ns a call, %.1f ns where the modes differ\n", usual, changed);
  return all.cases > 0 && all.wrong == 0 && all.modes_lost == 0 && truncates ? 0 : 1;
}
