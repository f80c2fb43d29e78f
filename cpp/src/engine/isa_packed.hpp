// The kernels for packed tensors of one instruction set, for registers of ISOBIT_REGISTER_BYTES.
// Included once per translation unit, with ISOBIT_ISA naming its inline namespace.
#include "isa_kernels.hpp"
#include "packed_table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

using engine::lane;
using engine::layout;
using engine::weight_form;

constexpr int register_bytes = ISOBIT_REGISTER_BYTES;
constexpr int words_per_register = register_bytes / 4;
// AVX-512 has registers for 16 sums of four, the others for 8 sums of two.
constexpr int registers_of_samples = register_bytes == 64 ? 4 : 2;

// The kernel of these tiles for a layer over rows, or over windows.
template <class Tiles>
engine::kernel find_either(const char* cell, const char* fused, int modes) {
  const engine::kernel found = engine_kernels::find_packed<Tiles>(cell, fused, modes);
  return found != nullptr ? found : engine_kernels::find_windows<Tiles>(cell, fused, modes);
}

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
engine::kernel find_packed_of(layout way, weight_form weights, const char* cell, const char* fused,
                              int modes) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  if (weights == weight_form::none) return find_choices_of<K>(way, cell, fused);
  if (way == layout::neurons)
    return find_either<neuron_tiles<packed_neurons<K, std::int32_t, N>, K, std::int32_t, N>>(
        cell, fused, modes);
  if (weights == weight_form::sparse)
    return engine_kernels::find_packed<sample_tiles<sparse_samples<K, N, S>, K, N, S>>(cell, fused,
                                                                                       modes);
  // A panel of four has no room for a larger tile.
  constexpr int R = N < engine::neurons_of_a_small_tile ? N : engine::neurons_of_a_small_tile;
  if (weights == weight_form::panels_for_few)
    return find_either<sample_tiles<packed_samples<K, N, 1>, K, N, 1, R>>(cell, fused, modes);
  return find_either<sample_tiles<packed_samples<K, N, S>, K, N, S>>(cell, fused, modes);
}

// Sums of up to 64 bits.
inline engine::kernel find_wide(layout way, const char* cell, const char* fused, int modes) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples;
  if (way == layout::samples) {
    using tiles = sample_tiles<wide_samples<2, N, S>, 2, N, S>;
    const engine::kernel found = engine_kernels::find_packed<tiles>(cell, fused, modes);
    return found != nullptr ? found : find_windows<tiles>(cell, fused);
  }
  using tiles = neuron_tiles<wide_neurons<2, N>, 2, std::int64_t, N>;
  const engine::kernel found = find_in_any_formats<tiles>(cell, fused);
  return found != nullptr ? found : find_windows<tiles>(cell, fused);
}

// Activations and weights that are -1 or +1.
inline engine::kernel find_bits(layout way, weight_form weights, const char* cell,
                                const char* fused, int modes) {
  using namespace engine_kernels;
  constexpr int N = words_per_register, S = registers_of_samples, K = bits_of_a_word;
  constexpr int R = N < engine::neurons_of_a_small_tile ? N : engine::neurons_of_a_small_tile;
  if (weights == weight_form::sparse) return nullptr;
  if (way == layout::neurons)
    return engine_kernels::find_packed<neuron_tiles<bit_neurons<N>, K, std::int32_t, N>>(
        cell, fused, modes);
  if (weights == weight_form::panels_for_few)
    return engine_kernels::find_packed<sample_tiles<bit_samples<N, 1>, K, N, 1, R>>(cell, fused,
                                                                                    modes);
  return engine_kernels::find_packed<sample_tiles<bit_samples<N, S>, K, N, S>>(cell, fused, modes);
}

inline engine::kernel find_packed(layout way, lane l, int pack, weight_form weights,
                                  const char* cell, const char* fused, int modes) {
  if (weights == weight_form::none && (l != lane::i32 || pack == bits_of_a_word)) return nullptr;
  if (l == lane::i64) return pack == 2 ? find_wide(way, cell, fused, modes) : nullptr;
  if (pack == bits_of_a_word) return find_bits(way, weights, cell, fused, modes);
  if (pack == 2) return find_packed_of<2>(way, weights, cell, fused, modes);
  if constexpr (dot_takes_quads)
    if (pack == 4) return find_packed_of<4>(way, weights, cell, fused, modes);
  return nullptr;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
