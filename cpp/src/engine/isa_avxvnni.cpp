// Dot products by AVX-VNNI; the rest is that of avx2.
#define ISOBIT_REGISTER_BYTES 32
#include "isa_with_dot.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avxvnni() noexcept {
  static const isa_kernels kernels = isa_impl::table_over<isa_avx2>("avxvnni");
  return kernels;
}
