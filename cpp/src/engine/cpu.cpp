// Which instruction sets this processor has.
#include "isa_kernels.hpp"

namespace isobit::engine {

int usable_isas(const isa_kernels* const*& list) {
  struct detected {
    const isa_kernels* best_first[5] = {};
    int size = 0;
    detected() {
#if defined(__x86_64__)
      __builtin_cpu_init();
      const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
      const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi2");
      if (avx512 && __builtin_cpu_supports("avx512vnni")) best_first[size++] = &isa_avx512vnni();
      if (avx512) best_first[size++] = &isa_avx512();
      if (avx2 && __builtin_cpu_supports("avxvnni")) best_first[size++] = &isa_avxvnni();
      if (avx2) best_first[size++] = &isa_avx2();
#endif
      best_first[size++] = &isa_generic();
    }
  };
  static const detected here;
  list = here.best_first;
  return here.size;
}

}  // namespace isobit::engine
