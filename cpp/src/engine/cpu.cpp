// Which instruction sets this processor has, less those that the user switched off.
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "isa_kernels.hpp"
#include "isobit/loading/cpu.hpp"

namespace isobit::engine {

namespace {

constexpr const char* variable = "ISOBIT_DISABLE_ISAS";

struct known_isa {
  const char* name;
  const isa_kernels& (*kernels)() noexcept;  // may use its instructions already
  bool here;
};

[[maybe_unused]] bool has(const char* feature) { return loading::cpu_has(feature) == 1; }

std::vector<known_isa> best_first() {
  std::vector<known_isa> all;
#if defined(__x86_64__)
  [[maybe_unused]] const bool avx512 =
      has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl");
  [[maybe_unused]] const bool avx2 = has("avx2") && has("fma") && has("bmi2");
#endif
#if defined(ISOBIT_HAS_avx512vpopcnt)
  all.push_back(
      {"avx512vpopcnt", isa_avx512vpopcnt, avx512 && has("avx512vnni") && has("avx512vpopcntdq")});
#endif
#if defined(ISOBIT_HAS_avx512vnni)
  all.push_back({"avx512vnni", isa_avx512vnni, avx512 && has("avx512vnni")});
#endif
#if defined(ISOBIT_HAS_avx512)
  all.push_back({"avx512", isa_avx512, avx512});
#endif
#if defined(ISOBIT_HAS_avxvnni)
  all.push_back({"avxvnni", isa_avxvnni, avx2 && has("avxvnni")});
#endif
#if defined(ISOBIT_HAS_avx2)
  all.push_back({"avx2", isa_avx2, avx2});
#endif
#if defined(ISOBIT_HAS_dotprod)
  all.push_back({"dotprod", isa_dotprod, has("asimddp")});
#endif
  all.push_back({"generic", isa_generic, true});
  return all;
}

// Names between commas or blanks.
std::vector<std::string> names(const char* text) {
  std::vector<std::string> all(1);
  for (; *text != '\0'; ++text) {
    const bool ends = *text == ',' || *text == ' ';
    if (!ends)
      all.back() += *text;
    else if (!all.back().empty())
      all.emplace_back();
  }
  if (all.back().empty()) all.pop_back();
  return all;
}

void disable(std::vector<known_isa>& all, const std::string& name) {
  std::string known;
  for (known_isa& isa : all) {
    if (isa.kernels == isa_generic) break;
    if (name == isa.name) {
      isa.here = false;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(isa.name);
  }
  throw std::invalid_argument(std::string(variable) + " names '" + name +
                              "'; what can be switched off is " + known);
}

std::vector<const isa_kernels*> usable() {
  std::vector<known_isa> all = best_first();
  if (const char* off = std::getenv(variable))
    for (const std::string& name : names(off)) disable(all, name);
  std::vector<const isa_kernels*> here;
  for (const known_isa& isa : all)
    if (isa.here) here.push_back(&isa.kernels());
  return here;
}

}  // namespace

int usable_isas(const isa_kernels* const*& list) {
  static const std::vector<const isa_kernels*> here = usable();
  list = here.data();
  return static_cast<int>(here.size());
}

}  // namespace isobit::engine
