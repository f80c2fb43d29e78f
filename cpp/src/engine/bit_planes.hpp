// Words of bytes as bit planes (policy/planes.hpp) of the same rows; `by` is added to each element.
#ifndef ISOBIT_ENGINE_BIT_PLANES_HPP
#define ISOBIT_ENGINE_BIT_PLANES_HPP

#include "isa_kernels.hpp"
#include "isobit/policy/planes.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace bit_planes {

using engine::form;

// n words of bytes (eight where they are `Whole`, else fewer) of a register of samples as a word of
// each plane.
template <bool Whole>
void of_register(const std::int32_t* bytes, int n, int by, int planes, std::uint32_t inside,
                 std::int32_t* words, std::ptrdiff_t next_plane) {
  using vec = typename vector_arithmetic<std::int32_t, ISOBIT_REGISTER_BYTES / 4>::bits;
  vec all[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    vec some = {};
    if (Whole || i < n) std::memcpy(&some, bytes + i * engine::block, sizeof some);
    all[i] = add_to_bytes(some, by);
  }
  for (int p = 0; p < planes; ++p) {
    const vec word = plane_word(all, p) & inside;
    std::memcpy(words + p * next_plane, &word, sizeof word);
  }
}

// The samples of a block lie side by side.
inline void of_block(const std::int32_t* bytes, const form& to, int by, std::int32_t* words) {
  using engine::block;
  const int planes = engine::planes_of(to.pack), row_bytes = engine::words(to.row_size, 4),
            row_words = engine::words(to.row_size, bits_of_a_word);
  for (int r = 0; r < to.rows; ++r) {
    for (int w = 0; w < row_words; ++w) {
      const int left = row_bytes - 8 * w;
      const std::uint32_t inside = plane_mask(to.row_size - w * bits_of_a_word);
      const auto run = left >= 8 ? &of_register<true> : &of_register<false>;
      for (int s = 0; s < block; s += ISOBIT_REGISTER_BYTES / 4)
        run(bytes + 8 * w * block + s, left, by, planes, inside, words + w * block + s,
            static_cast<std::ptrdiff_t>(row_words) * block);
    }
    bytes += static_cast<std::ptrdiff_t>(row_bytes) * block;
    words += static_cast<std::ptrdiff_t>(planes) * row_words * block;
  }
}

// Reads whole groups of eight words, up to the margin behind a tensor.
inline void of_sample(const std::int32_t* bytes, const form& to, int by, std::int32_t* words) {
  const int planes = engine::planes_of(to.pack), row_bytes = engine::words(to.row_size, 4),
            row_words = engine::words(to.row_size, bits_of_a_word);
  for (int r = 0; r < to.rows; ++r) {
    for (int w = 0; w < row_words; ++w) {
      const std::uint32_t inside = plane_mask(to.row_size - w * bits_of_a_word);
      std::uint32_t some[most_planes];
      planes_of_bytes(bytes + 8 * w, by, planes, some);
      for (int p = 0; p < planes; ++p)
        words[p * row_words + w] = static_cast<std::int32_t>(some[p] & inside);
    }
    bytes += row_bytes;
    words += static_cast<std::ptrdiff_t>(planes) * row_words;
  }
}

}  // namespace bit_planes
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
