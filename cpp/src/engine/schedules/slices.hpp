// Element by element of slices: an operation that reads each of its inputs from some element on.
#ifndef ISOBIT_ENGINE_SCHEDULES_SLICES_HPP
#define ISOBIT_ENGINE_SCHEDULES_SLICES_HPP

#include <cstring>

#include "engine/schedules/schedule.hpp"
#include "isobit/policy/neurons.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Element i of the slice of a tensor that begins at `first`; step 0: all of it is that element.
// Registers of neighbouring elements lie anywhere in such a slice, and the last one reads past it.
template <class P>
struct slice_of {
  static raw_of<P> read(const engine::tensor_ref& t, int group, std::ptrdiff_t first,
                        std::ptrdiff_t step, int i) {
    return static_cast<const raw_of<P>*>(t.data)[group + (first + step * i) * t.stride];
  }
};
template <class T, int N>
struct slice_of<neurons<T, N>> {
  using vec = typename neurons<T, N>::vec;

  static vec read(const engine::tensor_ref& t, int, std::ptrdiff_t first, std::ptrdiff_t step,
                  int i) {
    const T* from = static_cast<const T*>(t.data) + first;
    if (step == 0) return vec{} + *from;
    vec raws;
    std::memcpy(&raws, from + static_cast<std::ptrdiff_t>(i) * N, sizeof raws);
    return raws;
  }
};

template <class Cell, class P, std::size_t... I, std::size_t... C, std::size_t... T,
          std::size_t... F>
void slices_with(const engine::op_args& a, std::index_sequence<I...>, std::index_sequence<C...>,
                 std::index_sequence<T...>, std::index_sequence<F...>) {
  const auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i)
    y.put(i, Cell::apply(num<P, dyn>(bind(a.inputs[I].format),
                                     slice_of<P>::read(a.inputs[I], a.group, a.ints[2 * I],
                                                       a.ints[2 * I + 1], i))...,
                         bind<P>(a.constants[C])[i]..., bind<P>(a.tables[T])...,
                         bind(a.formats[F])..., y.format()));
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
