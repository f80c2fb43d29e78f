// Kernels for AVX2, compiled with its flags.
#define ISOBIT_REGISTER_BYTES 32
#include "isa_kernels_impl.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avx2() noexcept {
  static constexpr isa_kernels kernels = isa_impl::table("avx2");
  return kernels;
}
