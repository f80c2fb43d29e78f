// Dot products by AVX-512 VNNI; the rest is that of avx512.
#define ISOBIT_REGISTER_BYTES 64
#include "isa_packed.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

inline engine::kernel find(layout way, lane l, int pack, weight_form weights, const char* cell,
                           const char* fused, int modes) {
  return pack == 1 ? engine::isa_avx512().find_packed(way, l, pack, weights, cell, fused, modes)
                   : find_packed(way, l, pack, weights, cell, fused, modes);
}

inline engine::isa_kernels table() {
  engine::isa_kernels all = engine::isa_avx512();
  all.name = "avx512vnni";
  all.takes_quads = dot_takes_quads;
  all.find_packed = find;
  return all;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit

const isobit::engine::isa_kernels& isobit::engine::isa_avx512vnni() {
  static const isa_kernels kernels = isa_impl::table();
  return kernels;
}
