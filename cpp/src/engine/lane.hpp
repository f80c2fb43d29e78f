// Lane types: the integers that a kernel can compute in, narrowest first.
#ifndef ISOBIT_ENGINE_LANE_HPP
#define ISOBIT_ENGINE_LANE_HPP

#include <cstddef>
#include <cstdint>

namespace isobit::engine {

enum class lane { i16, i32, i64, i128 };
constexpr int n_lanes = 4;

constexpr int bits(lane l) { return 16 << static_cast<int>(l); }
constexpr std::size_t bytes(lane l) { return static_cast<std::size_t>(bits(l)) / 8; }

// Samples that the engine carries through the network together. Storage is element-major: the raws
// of one element for all samples of a block lie side by side.
constexpr int block = 64;

}  // namespace isobit::engine

#endif
