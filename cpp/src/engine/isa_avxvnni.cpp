// Dot products by AVX-VNNI; the rest is that of avx2.
#define ISOBIT_REGISTER_BYTES 32
#include "isa_packed.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

inline engine::kernel find(layout way, lane l, int pack, weight_form weights, const char* cell,
                           const char* fused, int modes) {
  return pack == 1 ? engine::isa_avx2().find_packed(way, l, pack, weights, cell, fused, modes)
                   : find_packed(way, l, pack, weights, cell, fused, modes);
}

inline engine::isa_kernels table() {
  engine::isa_kernels all = engine::isa_avx2();
  all.name = "avxvnni";
  all.takes_quads = dot_takes_quads;
  all.find_packed = find;
  return all;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit

const isobit::engine::isa_kernels& isobit::engine::isa_avxvnni() {
  static const isa_kernels kernels = isa_impl::table();
  return kernels;
}
