// Between sample-major rows of 32-bit words and element-major storage of a block.
#ifndef ISOBIT_ENGINE_TRANSPOSE_HPP
#define ISOBIT_ENGINE_TRANSPOSE_HPP

#include <cstring>

#include "isobit/isa.hpp"
#include "lane.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace transpose {

using engine::block;

typedef std::int32_t four __attribute__((vector_size(16)));
typedef float four_floats __attribute__((vector_size(16)));

// rows[r][c] becomes rows[c][r].
template <class Vec>
void square(Vec (&rows)[4]) {
  const Vec a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  const Vec b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const Vec c = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  const Vec d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  rows[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  rows[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  rows[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  rows[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

// x is count x columns; y gets column c of sample s at [c * block + s].
inline void spread(const std::int32_t* x, int count, int columns, std::int32_t* y) {
  const int whole = columns / 4 * 4;
  int s = 0;
  for (; s + 4 <= count; s += 4) {
    const std::int32_t* from = x + static_cast<std::ptrdiff_t>(s) * columns;
    for (int c = 0; c < whole; c += 4) {
      four rows[4];
      for (int r = 0; r < 4; ++r) std::memcpy(&rows[r], from + r * columns + c, sizeof rows[r]);
      square(rows);
      for (int r = 0; r < 4; ++r) std::memcpy(y + (c + r) * block + s, &rows[r], sizeof rows[r]);
    }
    for (int c = whole; c < columns; ++c)
      for (int r = 0; r < 4; ++r) y[c * block + s + r] = from[r * columns + c];
  }
  for (; s < count; ++s)
    for (int c = 0; c < columns; ++c)
      y[c * block + s] = x[static_cast<std::ptrdiff_t>(s) * columns + c];
}

// The reverse, as floats times `scale`. From four columns on, the last ones are written twice
// rather than one by one.
template <class T>
void collect(const T* x, int count, int columns, float scale, float* y) {
  typedef T four_raws __attribute__((vector_size(4 * sizeof(T))));
  int s = 0;
  for (; columns >= 4 && s + 4 <= count; s += 4) {
    float* to = y + static_cast<std::ptrdiff_t>(s) * columns;
    for (int next = 0; next < columns; next += 4) {
      const int c = next + 4 <= columns ? next : columns - 4;
      four_floats rows[4];
      for (int r = 0; r < 4; ++r) {
        four_raws raws;
        std::memcpy(&raws, x + (c + r) * block + s, sizeof raws);
        rows[r] = __builtin_convertvector(raws, four_floats) * scale;
      }
      square(rows);
      for (int r = 0; r < 4; ++r) std::memcpy(to + r * columns + c, &rows[r], sizeof rows[r]);
    }
  }
  for (; s < count; ++s)
    for (int c = 0; c < columns; ++c)
      y[static_cast<std::ptrdiff_t>(s) * columns + c] =
          static_cast<float>(x[c * block + s]) * scale;
}

}  // namespace transpose
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
