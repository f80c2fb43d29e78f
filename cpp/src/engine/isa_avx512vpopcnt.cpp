// Counts of bits by AVX-512 VPOPCNTDQ; the rest is that of avx512vnni.
#define ISOBIT_REGISTER_BYTES 64
#include "isa_with_bits.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avx512vpopcnt() noexcept {
  static const isa_kernels kernels = isa_impl::table_over<isa_avx512vnni>("avx512vpopcnt");
  return kernels;
}
