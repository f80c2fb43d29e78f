// Kernels for AVX512, compiled with its flags.
#define ISOBIT_REGISTER_BYTES 64
#include "isa_kernels_impl.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avx512() noexcept {
  static constexpr isa_kernels kernels = isa_impl::table("avx512");
  return kernels;
}
