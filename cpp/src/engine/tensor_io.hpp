// How raws get into and out of tensors in memory, and from one form of tensor to another.
#ifndef ISOBIT_ENGINE_TENSOR_IO_HPP
#define ISOBIT_ENGINE_TENSOR_IO_HPP

#include <limits>

#include "bit_planes.hpp"
#include "isa_kernels.hpp"
#include "isobit/policy/packing.hpp"
#include "isobit/policy/scalar.hpp"
#include "transpose.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace tensor_io {

using engine::block;
using engine::element;
using engine::form;
using engine::layout;

// n raws that are -1 or 1 as bits of whole words.
template <class T>
void narrow_to_bits(const T* raws, int n, unsigned char* to) {
  constexpr int N = ISOBIT_REGISTER_BYTES / 4;
  using vec = typename vector_arithmetic<std::int32_t, N>::vec;
  for (int first = 0; first < n; first += bits_of_a_word) {
    const int here = n - first < bits_of_a_word ? n - first : bits_of_a_word;
    std::uint32_t word = 0;
    int k = 0;
    if constexpr (sizeof(T) == 4)
      for (; k + N <= here; k += N) {
        vec some;
        std::memcpy(&some, raws + first + k, sizeof some);
        word |= bit_unit<N>::signs(some) << k;
      }
    for (; k < here; ++k)
      word |= static_cast<std::uint32_t>(in_word<bits_of_a_word>(raws[first + k], k, 0));
    std::memcpy(to + first / 8, &word, sizeof word);
  }
}

// n raws as neighbouring elements of words. Sixteen at a time; the last of them twice rather than
// one by one.
template <int K, class T>
void narrow(const T* raws, int n, int offset, unsigned char* to) {
  if constexpr (K == bits_of_a_word) {
    narrow_to_bits(raws, n, to);
    return;
  }
  using stored = std::conditional_t<K == 2, std::int16_t, std::int8_t>;
  constexpr int at_once = 16, bytes = static_cast<int>(sizeof(stored));
  int done = 0;
  if constexpr (sizeof(T) <= 8) {
    typedef T wide __attribute__((vector_size(at_once * sizeof(T))));
    typedef stored small __attribute__((vector_size(at_once * sizeof(stored))));
    for (; n >= at_once && done < n; done += at_once) {
      const int first = done + at_once <= n ? done : n - at_once;
      wide from;
      std::memcpy(&from, raws + first, sizeof from);
      const small result = __builtin_convertvector(from + static_cast<T>(offset), small);
      std::memcpy(to + first * bytes, &result, sizeof result);
    }
  }
  for (; done < n; ++done) {
    const auto result = static_cast<stored>(raws[done] + offset);
    std::memcpy(to + done * bytes, &result, sizeof result);
  }
}

// Rows of one to three elements, with what follows in the place of their padding, whose weights are
// zero. Returns how many rows: nothing follows the last ones.
template <int K, class T>
std::ptrdiff_t pack_short_rows(const T* raws, std::ptrdiff_t rows, int row_size, int offset,
                               std::int32_t* packed) {
  using stored = std::conditional_t<K == 2, std::int16_t, std::int8_t>;
  typedef T wide __attribute__((vector_size(4 * sizeof(T))));
  typedef stored small __attribute__((vector_size(4 * sizeof(stored))));
  const int row_words = engine::words(row_size, K);
  std::ptrdiff_t r = 0;
  for (; r * row_size + 4 <= rows * row_size; ++r) {
    wide from;
    std::memcpy(&from, raws + r * row_size, sizeof from);
    const small result = __builtin_convertvector(from + static_cast<T>(offset), small);
    std::memcpy(packed + r * row_words, &result, sizeof result);
  }
  return r;
}

// Rows of raws, without gaps, to rows of whole words.
template <int K, class T>
void pack_rows(const T* raws, std::ptrdiff_t rows, int row_size, int offset, std::int32_t* packed) {
  const int row_words = engine::words(row_size, K);
  if (row_words * K == row_size) {  // no padding: one long row
    row_size *= static_cast<int>(rows);
    rows = 1;
  }
  std::ptrdiff_t r = 0;
  if constexpr (K <= 4 && sizeof(T) <= 8)
    if (row_size < 4) r = pack_short_rows<K>(raws, rows, row_size, offset, packed);
  for (; r < rows; ++r)
    narrow<K>(raws + r * row_size, row_size, offset,
              reinterpret_cast<unsigned char*>(packed + r * row_words));
}

template <int K, class T>
void unpack_rows(const std::int32_t* packed, int rows, int row_size, int offset, T* raws) {
  const int row_words = engine::words(row_size, K);
  for (int r = 0; r < rows; ++r)
    for (int e = 0; e < row_size; ++e)
      raws[r * row_size + e] = static_cast<T>(
          element_of<K>(static_cast<std::uint32_t>(packed[r * row_words + e / K]), e % K, offset));
}

// The same for a block: element-major raws to element-major words. What pads a row is zero: its
// weights are zero too.
template <int K, class T>
void pack_block(const T* raws, int rows, int row_size, int offset, std::int32_t* packed) {
  const int row_words = engine::words(row_size, K);
  for (int r = 0; r < rows; ++r)
    for (int w = 0; w < row_words; ++w) {
      std::int32_t* to = packed + static_cast<std::ptrdiff_t>(r * row_words + w) * block;
      for (int s = 0; s < block; ++s) to[s] = 0;
      for (int k = 0; k < K && w * K + k < row_size; ++k) {
        const T* from = raws + static_cast<std::ptrdiff_t>(r * row_size + w * K + k) * block;
        for (int s = 0; s < block; ++s) to[s] |= in_word<K>(from[s], k, offset);
      }
    }
}

template <int K, class T>
void unpack_block(const std::int32_t* packed, int rows, int row_size, int offset, T* raws) {
  const int row_words = engine::words(row_size, K);
  for (int r = 0; r < rows; ++r)
    for (int e = 0; e < row_size; ++e) {
      const std::int32_t* from =
          packed + static_cast<std::ptrdiff_t>(r * row_words + e / K) * block;
      T* to = raws + static_cast<std::ptrdiff_t>(r * row_size + e) * block;
      for (int s = 0; s < block; ++s)
        to[s] = static_cast<T>(element_of<K>(static_cast<std::uint32_t>(from[s]), e % K, offset));
    }
}

// Rows of finite floats as bits of whole words: set where one is below zero, however little; a
// negative zero is not. By the floats' bits, which no mode of the processor changes. False where
// one is not finite.
template <class Real>
bool signs_of_rows(const Real* x, std::ptrdiff_t rows, int row_size, std::int32_t* words) {
  constexpr int N = ISOBIT_REGISTER_BYTES / 4;
  using integer = std::conditional_t<sizeof(Real) == 4, std::int32_t, std::int64_t>;
  typedef integer vec __attribute__((vector_size(N * sizeof(integer))));
  using lanes32 = typename vector_arithmetic<std::int32_t, N>::vec;
  constexpr integer lowest = std::numeric_limits<integer>::min();
  constexpr int mantissa = std::numeric_limits<Real>::digits - 1;
  constexpr integer infinite = (lowest >> (8 * sizeof(Real) - 1 - mantissa)) & ~lowest;
  static_assert(std::numeric_limits<Real>::is_iec559, "floats of IEEE 754");
  const auto signs = [](vec v) {
    const vec negative = (v & (v != lowest)) >> (8 * (sizeof(Real) - 4));
    return bit_unit<N>::signs(__builtin_convertvector(negative, lanes32));
  };
  vec not_finite = {};
  for (std::ptrdiff_t r = 0; r < rows; ++r)
    for (int first = 0; first < row_size; first += bits_of_a_word) {
      std::uint32_t word = 0;
      for (int k = 0; k < bits_of_a_word && first + k < row_size; k += N) {
        const int left = row_size - first - k;
        vec some = {};
        if (left >= N)
          std::memcpy(&some, x, sizeof some);
        else
          std::memcpy(&some, x, sizeof(Real) * static_cast<std::size_t>(left));
        not_finite |= (some & infinite) == infinite;
        word |= signs(some) << k;
        x += left < N ? left : N;
      }
      *words++ = static_cast<std::int32_t>(word);
    }
  integer any = 0;
  for (int k = 0; k < N; ++k) any |= not_finite[k];
  return any == 0;
}

// Flat floats of `count` samples into a tensor of bits, as spread.
template <class Real>
bool spread_signs(layout way, const Real* x, int first, int count, const form& to, void* tensor,
                  void* scratch) {
  const std::ptrdiff_t rows = static_cast<std::ptrdiff_t>(count) * to.rows;
  auto* words = static_cast<std::int32_t*>(way == layout::samples ? scratch : tensor);
  if (!signs_of_rows(x, rows, to.row_size, words)) return false;
  if (way == layout::samples)
    transpose::spread(words, count, to.rows * engine::words(to.row_size, to.pack),
                      static_cast<std::int32_t*>(tensor) + first);
  return true;
}

// Flat raws of `count` samples into a tensor, from sample `first` of its block on; `scratch` has
// room for as many words.
template <class T>
void spread(layout way, const T* flat, int first, int count, const form& to, void* tensor,
            void* scratch) {
  const std::ptrdiff_t rows = static_cast<std::ptrdiff_t>(count) * to.rows;
  const int columns = to.rows * engine::words(to.row_size, to.pack);
  auto* words = static_cast<std::int32_t*>(way == layout::samples ? scratch : tensor);
  if (to.pack == 2) pack_rows<2>(flat, rows, to.row_size, to.offset, words);
  if (to.pack == 4) pack_rows<4>(flat, rows, to.row_size, to.offset, words);
  if (to.pack == bits_of_a_word)
    pack_rows<bits_of_a_word>(flat, rows, to.row_size, to.offset, words);
  if (way == layout::neurons) {
    if (to.pack == 1) std::memcpy(tensor, flat, static_cast<std::size_t>(columns) * sizeof(T));
  } else if (to.pack > 1) {
    transpose::spread(words, count, columns, static_cast<std::int32_t*>(tensor) + first);
  } else if constexpr (sizeof(T) == 4) {
    transpose::spread(flat, count, columns, static_cast<std::int32_t*>(tensor) + first);
  } else {
    T* y = static_cast<T*>(tensor) + first;
    for (int s = 0; s < count; ++s)
      for (int e = 0; e < columns; ++e)
        y[e * block + s] = flat[static_cast<std::ptrdiff_t>(s) * columns + e];
  }
}

// Raws into the caller's count x size buffer.
template <class T, class Y, class Of>
void collect_as(layout way, const T* raws, int count, int size, Y* y, Of of) {
  const int next_element = way == layout::samples ? block : 1;
  for (int s = 0; s < count; ++s)
    for (int e = 0; e < size; ++e)
      y[static_cast<std::ptrdiff_t>(s) * size + e] = of(raws[e * next_element + s]);
}

template <class T>
void collect(layout way, const T* raws, int count, int size, element kind, double scale, void* y) {
  switch (kind) {
    case element::f32:
      // A float times a power of two rounds like the double, unless that leaves the normal range.
      // Outputs of float32 have at most 24 bits.
      if constexpr (sizeof(T) <= 8)
        if (way == layout::samples && scale >= 0x1p-64 && scale <= 0x1p64)
          return transpose::collect(raws, count, size, static_cast<float>(scale),
                                    static_cast<float*>(y));
      return collect_as(way, raws, count, size, static_cast<float*>(y), [scale](T raw) {
        return static_cast<float>(static_cast<double>(raw) * scale);
      });
    case element::f64:
      return collect_as(way, raws, count, size, static_cast<double*>(y),
                        [scale](T raw) { return static_cast<double>(raw) * scale; });
    case element::i64:
      return collect_as(way, raws, count, size, static_cast<std::int64_t*>(y),
                        [](T raw) { return static_cast<std::int64_t>(raw); });
  }
}

// From one form to another. Words on one side at most, or bytes to planes; `T` and `U` are what the
// raws lie in.
template <class T, class U>
void convert(layout way, const form& from, const void* x, const form& to, void* y) {
  const auto* raws = static_cast<const T*>(x);
  const auto* packed = static_cast<const std::int32_t*>(x);
  const auto with_pack = [](int pack, auto&& run) {
    pack == 2 ? run(count<2>()) : pack == 4 ? run(count<4>()) : run(count<bits_of_a_word>());
  };
  auto* wanted = static_cast<U*>(y);
  auto* words = static_cast<std::int32_t*>(y);
  const bool whole_block = way == layout::samples;
  if (engine::planes_of(to.pack) > 0) {
    whole_block ? bit_planes::of_block(packed, to, to.offset - from.offset, words)
                : bit_planes::of_sample(packed, to, to.offset - from.offset, words);
  } else if (from.pack == 1 && to.pack == 1) {
    const std::ptrdiff_t n =
        static_cast<std::ptrdiff_t>(from.rows) * from.row_size * (whole_block ? block : 1);
    for (std::ptrdiff_t i = 0; i < n; ++i) wanted[i] = static_cast<U>(raws[i]);
  } else if (from.pack == 1) {
    with_pack(to.pack, [&](auto k) {
      whole_block ? pack_block<k>(raws, to.rows, to.row_size, to.offset, words)
                  : pack_rows<k>(raws, to.rows, to.row_size, to.offset, words);
    });
  } else {
    with_pack(from.pack, [&](auto k) {
      whole_block ? unpack_block<k>(packed, from.rows, from.row_size, from.offset, wanted)
                  : unpack_rows<k>(packed, from.rows, from.row_size, from.offset, wanted);
    });
  }
}

}  // namespace tensor_io
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
