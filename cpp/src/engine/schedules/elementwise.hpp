// Element by element: one input (map), or several of one size (zip).
#ifndef ISOBIT_ENGINE_SCHEDULES_ELEMENTWISE_HPP
#define ISOBIT_ENGINE_SCHEDULES_ELEMENTWISE_HPP

#include "engine/schedules/schedule.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// All tensors have one size; constants too, or one element.
inline const char* wrong_elementwise(const engine::operation_sizes& s) {
  for (int i = 0; i < s.n_inputs; ++i)
    if (s.inputs[i] != s.output) return "wants inputs of the output's size";
  for (int c = 0; c < s.n_constants; ++c)
    if (s.constants[c] != 1 && s.constants[c] != s.output)
      return "wants constants of one element, or of as many as the output";
  return nullptr;
}

template <class Cell, class P, std::size_t... C, std::size_t... T, std::size_t... F>
void map_with(const engine::op_args& a, std::index_sequence<C...>, std::index_sequence<T...>,
              std::index_sequence<F...>) {
  auto x = bind<P>(a.inputs[0], a.group);
  auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i)
    y.put(i, Cell::apply(x[i], bind<P>(a.constants[C])[i]..., bind<P>(a.tables[T])...,
                         bind(a.formats[F])..., y.format()));
}

// One input, element by element.
template <class Cell>
struct map : schedule {
  static constexpr const char* name = "map";
  static constexpr schedule_kind kind = schedule_kind::elementwise;
  static const char* wrong(const engine::operation_sizes& s) { return wrong_elementwise(s); }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    map_with<Cell, P>(a, std::make_index_sequence<Cell::constants>(),
                      std::make_index_sequence<Cell::tables>(),
                      std::make_index_sequence<Cell::formats>());
  }
};

template <class Cell, class P, std::size_t... C>
void zip_with(const engine::op_args& a, std::index_sequence<C...>) {
  auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i) {
    num<P, dyn> all = bind<P>(a.inputs[0], a.group)[i];
    for (int k = 1; k < a.n_inputs; ++k) all = Cell::combine(all, bind<P>(a.inputs[k], a.group)[i]);
    y.put(i, Cell::finish(all, bind<P>(a.constants[C])[i]..., y.format()));
  }
}

// Any number of inputs of one size, element by element.
template <class Cell>
struct zip : schedule {
  static constexpr const char* name = "zip";
  static constexpr schedule_kind kind = schedule_kind::elementwise;
  static const char* wrong(const engine::operation_sizes& s) { return wrong_elementwise(s); }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    zip_with<Cell, P>(a, std::make_index_sequence<Cell::constants>());
  }
};

template <class Cell, class P, std::size_t... X, std::size_t... C>
void pointwise_with(const engine::op_args& a, std::index_sequence<X...>,
                    std::index_sequence<C...>) {
  view<P, dyn> x[] = {bind<P>(a.inputs[X], a.group)...};
  auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i)
    y.put(i, Cell::apply(x[X][i]..., bind<P>(a.constants[C])[i]..., y.format()));
}

// `Inputs` inputs of one size that a cell takes at once, and constants, element by element.
template <class Cell, int Inputs, int Constants = 0>
struct pointwise : schedule {
  static constexpr const char* name = "pointwise";
  static constexpr schedule_kind kind = schedule_kind::elementwise;
  static const char* wrong(const engine::operation_sizes& s) { return wrong_elementwise(s); }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    pointwise_with<Cell, P>(a, std::make_index_sequence<Inputs>(),
                            std::make_index_sequence<Constants>());
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
