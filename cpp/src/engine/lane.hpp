// Lane types: the integers that a kernel can compute in, narrowest first; and how tensors lie in
// memory.
#ifndef ISOBIT_ENGINE_LANE_HPP
#define ISOBIT_ENGINE_LANE_HPP

#include <cstddef>
#include <cstdint>

namespace isobit::engine {

enum class lane { i16, i32, i64, i128 };
constexpr int n_lanes = 4;

constexpr int bits(lane l) { return 16 << static_cast<int>(l); }
constexpr std::size_t bytes(lane l) { return static_cast<std::size_t>(bits(l)) / 8; }

// Two ways to use a register, with the same bits. Batches go over lanes: a register holds one
// element of many samples, and storage is element-major, the raws of one element for all samples of
// a block side by side. Few samples go one after the other: a register holds many elements of one
// sample, and a tensor is a plain array.
enum class layout { samples, neurons };
constexpr int n_layouts = 2;

// Samples that the engine carries through the network together in layout::samples.
constexpr int block = 64;

// Registers that blockwise schedules compute together in layout::samples, where one has so many
// lanes.
constexpr int registers_of_a_block(int lanes) { return 4 * lanes <= block ? 4 : block / lanes; }

// Neurons that kernels for packed tensors compute together in layout::samples; and those for few
// samples, which have registers for more.
constexpr int neurons_of_a_tile = 4, neurons_of_a_small_tile = 8;

// How many neighbouring elements of a row share a 32-bit word: 1 (each has an integer of the lane
// type of its own), 2 (int16), 4 (8 bits) or 32 (-1 or +1); see policy/dot.hpp, policy/bit_dot.hpp.
// Rows are padded to whole words.
//
// 64 P stands for numbers below 2^P in P bit planes (policy/planes.hpp): a row has the words of its
// lowest bits, a bit of 32 elements each, then those of the next ones, and so on.
constexpr int planes_of(int pack) { return pack / 64; }  // 0 where there are none
constexpr int pack_of_planes(int planes) { return 64 * planes; }
// Elements of a word, or of the word of one plane.
constexpr int elements_of_a_word(int pack) { return planes_of(pack) > 0 ? 32 : pack; }
constexpr int words(int elements, int pack) {
  const int in_word = elements_of_a_word(pack);
  return (elements + in_word - 1) / in_word * (planes_of(pack) > 0 ? planes_of(pack) : 1);
}

}  // namespace isobit::engine

#endif
