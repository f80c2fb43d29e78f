// Dot products by AVX-512 VNNI; the rest is that of avx512.
#define ISOBIT_REGISTER_BYTES 64
#include "isa_with_dot.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avx512vnni() noexcept {
  static const isa_kernels kernels = isa_impl::table_over<isa_avx512>("avx512vnni");
  return kernels;
}
