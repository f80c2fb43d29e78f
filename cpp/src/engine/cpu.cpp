// Which instruction sets this processor has.
#include "isa_kernels.hpp"

namespace isobit::engine {

int usable_isas(const isa_kernels* const*& list) {
  struct detected {
    const isa_kernels* best_first[3] = {nullptr, nullptr, nullptr};
    int size = 0;
    detected() {
#if defined(__x86_64__)
      __builtin_cpu_init();
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        best_first[size++] = &isa_avx512();
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
          __builtin_cpu_supports("bmi2"))
        best_first[size++] = &isa_avx2();
#endif
      best_first[size++] = &isa_generic();
    }
  };
  static const detected here;
  list = here.best_first;
  return here.size;
}

}  // namespace isobit::engine
