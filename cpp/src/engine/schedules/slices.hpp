// Element by element of slices: an operation that reads each of its inputs from some element on.
#ifndef ISOBIT_ENGINE_SCHEDULES_SLICES_HPP
#define ISOBIT_ENGINE_SCHEDULES_SLICES_HPP

#include <cstring>

#include "engine/schedules/schedule.hpp"
#include "isobit/policy/block_lanes.hpp"
#include "isobit/policy/neurons.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Registers of N integers T in memory, where their raws may lie in narrower ones: number `at` of
// them, counted in integers.
template <class T, int N>
struct stored {
  using vec = typename vector_arithmetic<T, N>::vec;

  static vec load(const engine::tensor_ref& t, std::ptrdiff_t at) {
    if constexpr (sizeof(T) > sizeof(std::int16_t))
      if (t.type == engine::lane::i16) return load_as<std::int16_t>(t.data, at);
    if constexpr (sizeof(T) > sizeof(std::int32_t))
      if (t.type == engine::lane::i32) return load_as<std::int32_t>(t.data, at);
    return load_as<T>(t.data, at);
  }
  static void store(const engine::tensor_ref& t, std::ptrdiff_t at, const vec& raws) {
    if constexpr (sizeof(T) > sizeof(std::int16_t))
      if (t.type == engine::lane::i16) return store_as<std::int16_t>(t.data, at, raws);
    if constexpr (sizeof(T) > sizeof(std::int32_t))
      if (t.type == engine::lane::i32) return store_as<std::int32_t>(t.data, at, raws);
    store_as<T>(t.data, at, raws);
  }

 private:
  template <class S>
  static vec load_as(const void* data, std::ptrdiff_t at) {
    typename vector_arithmetic<S, N>::vec raws;
    std::memcpy(&raws, static_cast<const S*>(data) + at, sizeof raws);
    return __builtin_convertvector(raws, vec);
  }
  template <class S>
  static void store_as(void* data, std::ptrdiff_t at, const vec& raws) {
    const auto narrow = __builtin_convertvector(raws, typename vector_arithmetic<S, N>::vec);
    std::memcpy(static_cast<S*>(data) + at, &narrow, sizeof narrow);
  }
};

// Element i of the slice of a tensor that begins at `first`; step 0: all of it is that element.
// Registers of neighbouring elements lie anywhere in such a slice, and the last one reads past it.
template <class P>
struct slice_of {
  static raw_of<P> read(const engine::tensor_ref& t, int group, std::ptrdiff_t first,
                        std::ptrdiff_t step, int i) {
    return static_cast<const raw_of<P>*>(t.data)[group + (first + step * i) * t.stride];
  }
  static void write(const engine::tensor_ref& t, int group, int i, const raw_of<P>& raw) {
    static_cast<raw_of<P>*>(t.data)[group + i * t.stride] = raw;
  }
};
template <class T, int N>
struct slice_of<neurons<T, N>> {
  using vec = typename neurons<T, N>::vec;

  static vec read(const engine::tensor_ref& t, int, std::ptrdiff_t first, std::ptrdiff_t step,
                  int i) {
    if (step == 0) return vec{} + stored<T, N>::load(t, first)[0];
    return stored<T, N>::load(t, first + static_cast<std::ptrdiff_t>(i) * N);
  }
  static void write(const engine::tensor_ref& t, int, int i, const vec& raws) {
    stored<T, N>::store(t, static_cast<std::ptrdiff_t>(i) * N, raws);
  }
};
template <class T, int N, int S>
struct slice_of<block_lanes<T, N, S>> {
  using raw = raw_of<block_lanes<T, N, S>>;

  static raw read(const engine::tensor_ref& t, int group, std::ptrdiff_t first, std::ptrdiff_t step,
                  int i) {
    const std::ptrdiff_t at = (group + (first + step * i) * t.stride) * (S * N);
    raw all;
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) all.in[s] = stored<T, N>::load(t, at + s * N);
    return all;
  }
  static void write(const engine::tensor_ref& t, int group, int i, const raw& all) {
    const std::ptrdiff_t at = (group + i * t.stride) * (S * N);
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) stored<T, N>::store(t, at + s * N, all.in[s]);
  }
};

template <class Cell, class P, std::size_t... I, std::size_t... C, std::size_t... T,
          std::size_t... F>
void slices_with(const engine::op_args& a, std::index_sequence<I...>, std::index_sequence<C...>,
                 std::index_sequence<T...>, std::index_sequence<F...>) {
  const dyn y = bind(a.output.format);
  for (int i = 0; i < a.output_size; ++i)
    slice_of<P>::write(
        a.output, a.group, i,
        Cell::apply(
            num<P, dyn>(
                bind(a.inputs[I].format),
                slice_of<P>::read(a.inputs[I], a.group, a.ints[2 * I], a.ints[2 * I + 1], i))...,
            bind<P>(a.constants[C])[i]..., bind<P>(a.tables[T])..., bind(a.formats[F])..., y)
            .raw);
}

// Output element i comes from element ints[2k] + ints[2k + 1] * i of every input k; the steps
// ints[2k + 1] are 0 or 1.
template <class Cell>
struct slices : schedule {
  static constexpr const char* name = "slices";
  static constexpr schedule_kind kind = schedule_kind::blockwise;
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 * s.n_inputs) return "wants the first element and the step of every input";
    for (int k = 0; k < s.n_inputs; ++k) {
      const std::int64_t first = s.ints[2 * k], step = s.ints[2 * k + 1];
      if (step != 0 && step != 1) return "wants steps of 0 or 1";
      if (first < 0 || first >= s.inputs[k] || step * (s.output - 1) >= s.inputs[k] - first)
        return "wants slices inside of its inputs";
    }
    for (int c = 0; c < s.n_constants; ++c)
      if (s.constants[c] != 1 && s.constants[c] != s.output)
        return "wants constants of one element, or of as many as the output";
    return nullptr;
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    slices_with<Cell, P>(
        a, std::make_index_sequence<Cell::inputs>(), std::make_index_sequence<Cell::constants>(),
        std::make_index_sequence<Cell::tables>(), std::make_index_sequence<Cell::formats>());
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
