// Between the caller's sample-major buffers and the engine's element-major blocks.
#ifndef ISOBIT_ENGINE_BLOCK_IO_HPP
#define ISOBIT_ENGINE_BLOCK_IO_HPP

#include "isa_kernels.hpp"
#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace block_io {

using engine::block;
using engine::element;
using engine::lane;

template <class T>
void load_raws(const std::int64_t* x, int count, int size, bool is_signed, void* storage) {
  T* to = static_cast<T*>(storage);
  for (int s = 0; s < count; ++s)
    for (int e = 0; e < size; ++e) {
      const std::int64_t raw = x[static_cast<std::ptrdiff_t>(s) * size + e];
      to[e * block + s] =
          is_signed ? static_cast<T>(raw) : static_cast<T>(static_cast<std::uint64_t>(raw));
    }
}

// True where every value times `scale` is well inside T (which then has room for the guard and
// sticky bits and the sign) and none vanishes.
template <class T, class S>
bool fits(const S* x, std::ptrdiff_t n, double scale) {
  const double limit = static_cast<double>(static_cast<T>(1) << (8 * sizeof(T) - 4));
  int bad = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double given = static_cast<double>(x[i]);
    const double scaled = given * scale;
    bad |= static_cast<int>(!(scaled < limit)) | static_cast<int>(!(scaled > -limit)) |
           (static_cast<int>(scaled == 0) ^ static_cast<int>(given == 0));
  }
  return bad == 0;
}

// Flat loops without branches, so that compilers vectorize them; the transposition comes last.
template <class T, class S>
bool load_floats(const S* x, int count, int size, double scale, void* storage, void* scratch) {
  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(count) * size;
  const double twice = 2 * scale;
  if (!fits<T>(x, n, twice)) return false;
  T* __restrict guarded = static_cast<T*>(scratch);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double scaled = static_cast<double>(x[i]) * twice;
    const T truncated = static_cast<T>(scaled);
    const T floored =
        static_cast<T>(truncated - static_cast<T>(static_cast<double>(truncated) > scaled));
    guarded[i] =
        static_cast<T>(2 * floored + static_cast<T>(static_cast<double>(floored) != scaled));
  }
  T* __restrict to = static_cast<T*>(storage);
  for (int e = 0; e < size; ++e)
    for (int s = 0; s < count; ++s)
      to[e * block + s] = guarded[static_cast<std::ptrdiff_t>(s) * size + e];
  return true;
}

template <class T, class S>
void store_floats(const void* storage, int count, int size, double scale, S* y) {
  const T* from = static_cast<const T*>(storage);
  for (int e = 0; e < size; ++e)
    for (int s = 0; s < count; ++s)
      y[static_cast<std::ptrdiff_t>(s) * size + e] =
          static_cast<S>(static_cast<double>(from[e * block + s]) * scale);
}

template <class T>
void store_raws(const void* storage, int count, int size, std::int64_t* y) {
  const T* from = static_cast<const T*>(storage);
  for (int s = 0; s < count; ++s)
    for (int e = 0; e < size; ++e)
      y[static_cast<std::ptrdiff_t>(s) * size + e] = static_cast<std::int64_t>(from[e * block + s]);
}

template <class T>
void store(element kind, const void* storage, int count, int size, double scale, void* y) {
  switch (kind) {
    case element::f32:
      return store_floats<T>(storage, count, size, scale, static_cast<float*>(y));
    case element::f64:
      return store_floats<T>(storage, count, size, scale, static_cast<double*>(y));
    case element::i64:
      return store_raws<T>(storage, count, size, static_cast<std::int64_t*>(y));
  }
}

template <class T, class U>
void convert(const void* x, int raws, void* y) {
  const T* from = static_cast<const T*>(x);
  U* to = static_cast<U*>(y);
  for (int i = 0; i < raws; ++i) to[i] = static_cast<U>(from[i]);
}

// Calls f with a value of the lane's integer type.
template <class F>
auto with_lane(lane l, F f) {
  switch (l) {
    case lane::i16:
      return f(std::int16_t());
    case lane::i32:
      return f(std::int32_t());
    case lane::i64:
      return f(std::int64_t());
    case lane::i128:
      break;
  }
  return f(int128());
}

}  // namespace block_io
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
