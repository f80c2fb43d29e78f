// The kernels for packed tensors of one instruction set, for registers of ISOBIT_REGISTER_BYTES.
// Included once per translation unit, with ISOBIT_ISA naming its inline namespace.
#include "isa_kernels.hpp"
#include "packed_table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

using engine::lane;
using engine::layout;

constexpr int register_bytes = ISOBIT_REGISTER_BYTES;
constexpr int words_per_register = register_bytes / 4;
// AVX-512 has registers for 16 sums of four, the others for 8 sums of two.
constexpr int registers_of_samples = register_bytes == 64 ? 4 : 2;

inline engine::kernel find_packed(layout way, lane, int pack, const char* cell, const char* fused,
                                  int modes) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  if (pack == 2)
    return way == layout::samples
               ? engine_kernels::find_packed<sample_tiles<2, N, S>>(cell, fused, modes)
               : engine_kernels::find_packed<neuron_tiles<2, std::int32_t, N>>(cell, fused, modes);
  if constexpr (dot_takes_quads)
    if (pack == 4)
      return way == layout::samples
                 ? engine_kernels::find_packed<sample_tiles<4, N, S>>(cell, fused, modes)
                 : engine_kernels::find_packed<neuron_tiles<4, std::int32_t, N>>(cell, fused,
                                                                                 modes);
  return nullptr;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
