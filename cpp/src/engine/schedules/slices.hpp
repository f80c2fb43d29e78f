// Element by element of slices: an operation that reads each of its inputs from some element on.
#ifndef ISOBIT_ENGINE_SCHEDULES_SLICES_HPP
#define ISOBIT_ENGINE_SCHEDULES_SLICES_HPP

#include <cstring>
#include <tuple>

#include "engine/schedules/schedule.hpp"
#include "isobit/policy/block_lanes.hpp"
#include "isobit/policy/neurons.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Registers of N integers T in memory from some integer on, where they may lie in narrower ones.
template <class T, int N>
struct stored {
  using vec = typename vector_arithmetic<T, N>::vec;

  unsigned char* data;
  engine::lane type;

  stored(const engine::tensor_ref& t, std::ptrdiff_t first)
      : data(static_cast<unsigned char*>(t.data) + first * bytes_of(t.type)), type(t.type) {}

  vec load(std::ptrdiff_t at) const {
    if constexpr (sizeof(T) > sizeof(std::int16_t))
      if (type == engine::lane::i16) return load_as<std::int16_t>(at);
    if constexpr (sizeof(T) > sizeof(std::int32_t))
      if (type == engine::lane::i32) return load_as<std::int32_t>(at);
    return load_as<T>(at);
  }
  void store(std::ptrdiff_t at, const vec& raws) const {
    if constexpr (sizeof(T) > sizeof(std::int16_t))
      if (type == engine::lane::i16) return store_as<std::int16_t>(at, raws);
    if constexpr (sizeof(T) > sizeof(std::int32_t))
      if (type == engine::lane::i32) return store_as<std::int32_t>(at, raws);
    store_as<T>(at, raws);
  }

 private:
  static std::ptrdiff_t bytes_of(engine::lane type) {
    const auto stored = static_cast<std::ptrdiff_t>(engine::bytes(type));
    return stored < static_cast<std::ptrdiff_t>(sizeof(T)) ? stored : sizeof(T);
  }
  template <class S>
  vec load_as(std::ptrdiff_t at) const {
    typename vector_arithmetic<S, N>::vec raws;
    std::memcpy(&raws, data + at * static_cast<std::ptrdiff_t>(sizeof(S)), sizeof raws);
    return __builtin_convertvector(raws, vec);
  }
  template <class S>
  void store_as(std::ptrdiff_t at, const vec& raws) const {
    const auto narrow = __builtin_convertvector(raws, typename vector_arithmetic<S, N>::vec);
    std::memcpy(data + at * static_cast<std::ptrdiff_t>(sizeof(S)), &narrow, sizeof narrow);
  }
};

// The slice of a tensor that begins at `first`, for one group of samples: element i, and step 0
// makes all of it the same element. Everything that a loop over elements needs lies in the slice:
// its stores cannot change what it reads from there. Registers of neighbouring elements lie
// anywhere in a slice, and the last one reads past it.
template <class P>
struct slice_of {
  using raw = raw_of<P>;

  dyn format;
  raw* data;
  std::ptrdiff_t step;

  slice_of(const engine::tensor_ref& t, int group, std::ptrdiff_t first, std::ptrdiff_t steps)
      : format(bind(t.format)),
        data(static_cast<raw*>(t.data) + group + first * t.stride),
        step(steps * t.stride) {}

  raw read(int i) const { return data[step * i]; }
  void write(int i, const raw& raws) const { data[step * i] = raws; }
};
template <class T, int N>
struct slice_of<neurons<T, N>> {
  using vec = typename neurons<T, N>::vec;

  dyn format;
  stored<T, N> data;
  bool one;

  slice_of(const engine::tensor_ref& t, int, std::ptrdiff_t first, std::ptrdiff_t steps)
      : format(bind(t.format)), data(t, first), one(steps == 0) {}

  vec read(int i) const {
    if (one) return vec{} + data.load(0)[0];
    return data.load(static_cast<std::ptrdiff_t>(i) * N);
  }
  void write(int i, const vec& raws) const { data.store(static_cast<std::ptrdiff_t>(i) * N, raws); }
};
template <class T, int N, int S>
struct slice_of<block_lanes<T, N, S>> {
  using raw = raw_of<block_lanes<T, N, S>>;

  dyn format;
  stored<T, N> data;
  std::ptrdiff_t step;

  slice_of(const engine::tensor_ref& t, int group, std::ptrdiff_t first, std::ptrdiff_t steps)
      : format(bind(t.format)),
        data(t, (group + first * t.stride) * (S * N)),
        step(steps * t.stride * (S * N)) {}

  raw read(int i) const {
    raw all;
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) all.in[s] = data.load(step * i + s * N);
    return all;
  }
  void write(int i, const raw& all) const {
#pragma GCC unroll 8
    for (int s = 0; s < S; ++s) data.store(step * i + s * N, all.in[s]);
  }
};

template <class Cell, class P, std::size_t... I, std::size_t... C, std::size_t... T,
          std::size_t... F>
void slices_with(const engine::op_args& a, std::index_sequence<I...>, std::index_sequence<C...>,
                 std::index_sequence<T...>, std::index_sequence<F...>) {
  std::tuple<decltype((void)I, slice_of<P>(a.output, 0, 0, 0))...> x{
      slice_of<P>(a.inputs[I], a.group, a.ints[2 * I], a.ints[2 * I + 1])...};
  std::tuple<decltype((void)C, bind<P>(a.constants[C]))...> c{bind<P>(a.constants[C])...};
  std::tuple<decltype((void)T, bind<P>(a.tables[T]))...> t{bind<P>(a.tables[T])...};
  std::tuple<decltype((void)F, bind(a.formats[F]))...> f{bind(a.formats[F])...};
  slice_of<P> y(a.output, a.group, 0, 1);
  const int size = a.output_size;
  for (int i = 0; i < size; ++i)
    y.write(i, Cell::apply(num<P, dyn>(std::get<I>(x).format, std::get<I>(x).read(i))...,
                           std::get<C>(c)[i]..., std::get<T>(t)..., std::get<F>(f)..., y.format)
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
