// A C++ user of plugins, for test_cpp_loader.py:
//
//   loader errors LIBRARY CONTENT_HASH          what loading throws
//   loader swapped LIBRARY OTHER                OTHER takes LIBRARY's place after it was checked
//   loader traps LIBRARY                        predict with traps for floating-point exceptions on
//   loader modes LIBRARY                        the same bits in other floating-point modes?
//   loader refusals LIBRARY                     what predict throws for wrong data (6 inputs, 5
//   outputs) loader allocations LIBRARY                  allocations of a thousand calls of each
//   kind loader run LIBRARY INPUTS OUTPUTS COUNT     raws from a file into a file, on eight threads
//   that
//                                               share the plugin; each runs the whole batch
#include <array>
#include <atomic>
#include <cfenv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <thread>

#include "isobit/plugin.hpp"

namespace {
std::atomic<long> allocations{0};
}

#if defined(COUNT_MALLOC)
// The library's calls land here, too: a program's malloc comes before that of the C library.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);
extern "C" void* malloc(std::size_t n) noexcept {
  ++allocations;
  return __libc_malloc(n);
}
extern "C" void* calloc(std::size_t n, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(n, size);
}
extern "C" void* realloc(void* p, std::size_t n) noexcept {
  ++allocations;
  return __libc_realloc(p, n);
}
#endif

namespace {

template <class F>
void tell(const char* what, F f) {
  try {
    f();
    std::printf("%s: fine\n", what);
  } catch (const isobit::prediction_error& e) {
    std::printf("%s: %s [%d %d %d %d]\n", what, e.what(), static_cast<int>(e.details.code),
                static_cast<int>(e.details.tensor), static_cast<int>(e.details.sample),
                static_cast<int>(e.details.element));
  } catch (const isobit::plugin_error& e) {
    std::printf("%s: %s\n", what, e.what());
  }
}

void refusals(const isobit::plugin& p) {
  std::vector<float> x(12, 1), y(10), small(11);
  tell("right", [&] { p.predict(x, y); });
  tell("short input", [&] { p.predict(small, y); });
  tell("short output", [&] { p.predict(x, small); });
  std::vector<double> values(12, 1);
  values[9] = std::numeric_limits<double>::quiet_NaN();
  tell("not a number", [&] { p.predict(values, y); });
  std::array<std::int64_t, 6> raws = {1, 2, 3, 1 << 20, 4, 5};
  std::int64_t results[5];
  tell("raw out of range", [&] { p.predict(raws, results); });
  tell("no inputs", [&] { p.predict({}, {}, 1); });
  isobit_plugin other = p.description();
  other.workspace_bytes = 1;
  isobit::workspace tiny(other);
  tell("small workspace", [&] { p.predict(x, y, tiny); });
}

void swapped(const char* path, const char* other) {
  const isobit::loading::open_file checked(path);
  if (std::rename(other, path) != 0) return;
  void* library = dlopen(isobit::loading::unique_name(checked).c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = library == nullptr ? nullptr : dlsym(library, ISOBIT_PLUGIN_ENTRY_NAME);
  isobit_plugin_entry_function entry = nullptr;
  std::memcpy(&entry, &symbol, sizeof entry);
  if (entry != nullptr) std::printf("checked: %s, ", entry()->version);
  std::printf("now: %s\n", isobit::plugin(path).version().c_str());
}

// Many frameworks end an event at the first invalid operation, division by zero or overflow.
void traps(const isobit::plugin& p) {
#if defined(__GLIBC__)
  feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
#endif
  const float largest = std::numeric_limits<float>::max();
  const float smallest = std::numeric_limits<float>::denorm_min();
  for (float value : {largest, -largest, smallest, -smallest, 1e30f, 1e-30f, 32.0f, 0.0f, -0.0f}) {
    std::vector<float> x(static_cast<std::size_t>(p.input().size), value);
    std::vector<double> y(static_cast<std::size_t>(p.output().size));
    p.predict(x, y);
    p.predict(std::vector<double>(x.size(), 1e300 * static_cast<double>(value > 0 ? 1 : -1)), y);
  }
  tell("infinite", [&] {
    std::vector<float> y(static_cast<std::size_t>(p.output().size));
    p.predict(std::vector<float>(static_cast<std::size_t>(p.input().size), HUGE_VALF), y);
  });
}

// Flushing to zero and directed rounding are modes of the host, and none of the plugin's business.
void modes(const isobit::plugin& p) {
  std::vector<float> x;
  for (std::int64_t i = 0; i < 600 * p.input().size; ++i)
    x.push_back(std::ldexp(std::sin(static_cast<float>(i)), static_cast<int>(i % 180) - 149));
  std::vector<float> y(static_cast<std::size_t>(600 * p.output().size)), again(y.size());
  p.predict(x, y);
  for (int mode : {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
    p.predict(x, again);
    std::printf(again == y ? "same\n" : "different\n");
  }
}

long counted(const isobit::plugin& p) {
  std::vector<float> x(static_cast<std::size_t>(p.input().size), 1);
  std::vector<double> y(static_cast<std::size_t>(p.output().size));
  std::vector<std::int64_t> raws(x.size(), 1), results(y.size());
  const isobit::plugin copy = p;
  isobit::workspace memory(p.description());
  const long before = allocations;
  for (int i = 0; i < 1000; ++i) {
    p.predict(x, y);
    copy.predict(x, y, memory);
    p.predict(raws, results);
  }
  return allocations - before;
}

int run(const isobit::plugin& p, const char* from, const char* to, std::int64_t count) {
  std::vector<std::vector<std::int64_t>> x, expected;
  std::ifstream file(from, std::ios::binary);
  for (int i = 0; i < p.n_inputs(); ++i) {
    x.emplace_back(static_cast<std::size_t>(count * p.input(i).size));
    file.read(reinterpret_cast<char*>(x.back().data()),
              static_cast<std::streamsize>(x.back().size() * 8));
  }
  if (!file) return 3;
  std::vector<isobit_input> in;
  for (const auto& values : x) in.push_back(isobit::loading::input_of(values));
  const auto compute = [&] {
    std::vector<std::vector<std::int64_t>> y;
    std::vector<isobit_output> out;
    for (int i = 0; i < p.n_outputs(); ++i)
      y.emplace_back(static_cast<std::size_t>(count * p.output(i).size));
    for (auto& values : y) out.push_back(isobit::loading::output_of(values));
    p.predict(in, out, count);
    return y;
  };
  expected = compute();
  std::atomic<int> different{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      if (compute() != expected) ++different;
    });
  for (std::thread& t : threads) t.join();
  std::ofstream result(to, std::ios::binary);
  for (const auto& values : expected)
    result.write(reinterpret_cast<const char*>(values.data()),
                 static_cast<std::streamsize>(values.size() * 8));
  return different == 0 && result ? 0 : 4;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "errors") {
    tell("load", [&] { isobit::plugin(argv[2], argc > 3 ? argv[3] : ""); });
    return 0;
  }
  if (mode == "swapped") {
    swapped(argv[2], argv[3]);
    return 0;
  }
  const isobit::plugin p(argv[2]);
  if (mode == "modes") modes(p);
  if (mode == "traps") traps(p);
  if (mode == "refusals") refusals(p);
  if (mode == "allocations") std::printf("%ld\n", counted(p));
  if (mode == "run") return run(p, argv[3], argv[4], std::atol(argv[5]));
  return 0;
}
