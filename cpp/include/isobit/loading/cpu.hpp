// Whether this processor has a feature, by the names of gcc's __builtin_cpu_supports.
#ifndef ISOBIT_LOADING_CPU_HPP
#define ISOBIT_LOADING_CPU_HPP

#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace isobit {
namespace loading {

// 1 or 0; -1 where this loader does not know the feature.
inline int cpu_has(const std::string& feature) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto is = [&feature](const char* name) { return feature == name; };
  if (is("ssse3")) return __builtin_cpu_supports("ssse3") ? 1 : 0;
  if (is("sse4.1")) return __builtin_cpu_supports("sse4.1") ? 1 : 0;
  if (is("sse4.2")) return __builtin_cpu_supports("sse4.2") ? 1 : 0;
  if (is("popcnt")) return __builtin_cpu_supports("popcnt") ? 1 : 0;
  if (is("avx2")) return __builtin_cpu_supports("avx2") ? 1 : 0;
  if (is("fma")) return __builtin_cpu_supports("fma") ? 1 : 0;
  if (is("bmi2")) return __builtin_cpu_supports("bmi2") ? 1 : 0;
  if (is("avx512f")) return __builtin_cpu_supports("avx512f") ? 1 : 0;
  if (is("avx512bw")) return __builtin_cpu_supports("avx512bw") ? 1 : 0;
  if (is("avx512dq")) return __builtin_cpu_supports("avx512dq") ? 1 : 0;
  if (is("avx512vl")) return __builtin_cpu_supports("avx512vl") ? 1 : 0;
  if (is("avx512vnni")) return __builtin_cpu_supports("avx512vnni") ? 1 : 0;
  if (is("avx512vpopcntdq")) return __builtin_cpu_supports("avx512vpopcntdq") ? 1 : 0;
  if (is("avxvnni")) {  // not every compiler knows this name; the system has it wherever it has
                        // AVX2
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__builtin_cpu_supports("avx2") || __get_cpuid_count(7, 1, &a, &b, &c, &d) == 0) return 0;
    return static_cast<int>(a >> 4 & 1);
  }
#elif defined(__aarch64__) && defined(__linux__)
  if (feature == "asimddp") return (getauxval(AT_HWCAP) >> 20 & 1) != 0 ? 1 : 0;
#elif defined(__aarch64__) && defined(__APPLE__)
  if (feature == "asimddp") return 1;
#else
  static_cast<void>(feature);
#endif
  return -1;
}

}  // namespace loading
}  // namespace isobit

#endif
