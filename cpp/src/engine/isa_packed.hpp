// The kernels for packed tensors of one instruction set, for registers of ISOBIT_REGISTER_BYTES.
// Included once per translation unit, with ISOBIT_ISA naming its inline namespace.
#include "isa_kernels.hpp"
#include "packed_table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

using engine::lane;
using engine::layout;
using engine::planes_of;
using engine::weight_form;

constexpr int register_bytes = ISOBIT_REGISTER_BYTES;
constexpr int words_per_register = register_bytes / 4;
// AVX-512 has registers for 16 sums of four, the others for 8 sums of two.
constexpr int registers_of_samples = register_bytes == 64 ? 4 : 2;

// Windows of packed elements, words of K.
template <int K>
engine::kernel find_choices_of(layout way, const char* cell, const char* fused) {
  using namespace engine_kernels;
  using stored = stored_element<K>;
  constexpr int N = register_bytes / static_cast<int>(sizeof(stored));
  return way == layout::neurons
             ? find_choices<stored_neurons<stored, N>>(cell, fused)
             : find_choices<stored_samples<stored, N, registers_of_samples>>(cell, fused);
}

template <int K>
engine::kernel find_packed_of(layout way, weight_form weights, const char* cell,
                              const char* fused) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  if (weights == weight_form::none) return find_choices_of<K>(way, cell, fused);
  if (way == layout::neurons)
    return find_fast_rows<neuron_tiles<packed_neurons<K, std::int32_t, N>, K, std::int32_t, N>>(
        cell, fused);
  if (weights == weight_form::sparse)
    return find_rows<sample_tiles<sparse_samples<K, N, S>, K, N, S>>(cell, fused);
  // A panel of four has no room for a larger tile.
  constexpr int R = N < engine::neurons_of_a_small_tile ? N : engine::neurons_of_a_small_tile;
  if (weights == weight_form::panels_for_few)
    return find_layer<sample_tiles<packed_samples<K, N, 1>, K, N, 1, R>>(cell, fused);
  return find_fast_layer<sample_tiles<packed_samples<K, N, S>, K, N, S>>(cell, fused);
}

// Sums of products that are rounded one by one.
inline engine::kernel find_rounded_pairs(layout way, weight_form weights, const char* cell,
                                         const char* fused) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  if (weights == weight_form::none || weights == weight_form::sparse) return nullptr;
  if (way == layout::neurons)
    return find_rounded<neuron_tiles<packed_neurons<2, std::int32_t, N>, 2, std::int32_t, N>>(
        cell, fused);
  if (weights == weight_form::panels_for_few)
    return find_rounded<sample_tiles<packed_samples<2, N, 1>, 2, N, 1>>(cell, fused);
  return find_rounded<sample_tiles<packed_samples<2, N, S>, 2, N, S>>(cell, fused);
}

// Sums of up to 64 bits.
inline engine::kernel find_wide(layout way, const char* cell, const char* fused) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  return way == layout::samples
             ? find_layer<sample_tiles<wide_samples<2, N, S>, 2, N, S>>(cell, fused)
             : find_layer<neuron_tiles<wide_neurons<2, N>, 2, std::int64_t, N>>(cell, fused);
}

// Activations and weights that are -1 or +1.
inline engine::kernel find_bits(layout way, weight_form weights, const char* cell,
                                const char* fused) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples, K = bits_of_a_word;
  constexpr int R = N < engine::neurons_of_a_small_tile ? N : engine::neurons_of_a_small_tile;
  if (way == layout::neurons)
    return find_layer<neuron_tiles<bit_neurons<N>, K, std::int32_t, N>>(cell, fused);
  if (weights == weight_form::panels_for_few)
    return find_layer<sample_tiles<bit_samples<N, 1>, K, N, 1, R>>(cell, fused);
  return find_signs_of_layer<sample_tiles<bit_samples<N, S>, K, N, S>>(cell, fused);
}

// Weights that are -1 or +1, activations in bit planes.
inline engine::kernel find_planes(layout way, weight_form weights, const char* cell,
                                  const char* fused) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples, K = bits_of_a_word;
  constexpr int R = N < engine::neurons_of_a_small_tile ? N : engine::neurons_of_a_small_tile;
  if (way == layout::neurons)
    return find_layer<neuron_tiles<plane_neurons<N>, K, std::int32_t, N>>(cell, fused);
  if (weights == weight_form::panels_for_few)
    return find_layer<sample_tiles<plane_samples<N, 1>, K, N, 1, R>>(cell, fused);
  return find_layer<sample_tiles<plane_samples<N, S>, K, N, S>>(cell, fused);
}

// Weights that are -1 or +1, and words of bits of either kind.
inline engine::kernel find_signs(layout way, int pack, weight_form weights, const char* cell,
                                 const char* fused) {
  if (weights == weight_form::sparse || weights == weight_form::none) return nullptr;
  if (pack == bits_of_a_word) return find_bits(way, weights, cell, fused);
  if constexpr (planes_pay)
    if (planes_of(pack) <= most_planes) return find_planes(way, weights, cell, fused);
  return nullptr;
}

inline engine::kernel find_packed(layout way, lane l, int pack, weight_form weights,
                                  const char* cell, const char* fused) {
  if (weights == weight_form::none && l != lane::i32) return nullptr;
  if (l == lane::i64) return pack == 2 ? find_wide(way, cell, fused) : nullptr;
  if (pack >= bits_of_a_word) return find_signs(way, pack, weights, cell, fused);
  if (pack == 2) {
    const engine::kernel rounded = find_rounded_pairs(way, weights, cell, fused);
    return rounded != nullptr ? rounded : find_packed_of<2>(way, weights, cell, fused);
  }
  if constexpr (dot_takes_quads)
    if (pack == 4) return find_packed_of<4>(way, weights, cell, fused);
  if constexpr (planes_pay)  // which are made from words of bytes
    if (pack == 4 && weights == weight_form::none) return find_choices_of<4>(way, cell, fused);
  return nullptr;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
