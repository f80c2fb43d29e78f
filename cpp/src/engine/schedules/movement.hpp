// What only moves elements, and where constants become tensors.
#ifndef ISOBIT_ENGINE_SCHEDULES_MOVEMENT_HPP
#define ISOBIT_ENGINE_SCHEDULES_MOVEMENT_HPP

#include <type_traits>

#include "engine/schedules/elementwise.hpp"
#include "isobit/policy/lanes.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Whether raws are plain integers of the processor, which are the same in every format that casts
// them as they are.
template <class P>
struct raws_are_plain : std::is_arithmetic<raw_of<P>> {};
template <class T, int N>
struct raws_are_plain<lanes<T, N>> : std::true_type {};

// Whether a cast into the output's format changes no raw of any input.
inline bool keeps_raws(const engine::op_args& a) {
  dyn to = bind(a.output.format);
  for (int k = 0; k < a.n_inputs; ++k) {
    dyn from = bind(a.inputs[k].format);
    if (from.frac() != to.frac() || !isobit::detail::holds(from, to)) return false;
  }
  return true;
}

// Output element i is element ints[2i+1] of input ints[2i].
template <class Cell>
struct gather : schedule {
  static constexpr const char* name = "gather";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 * s.output) return "wants one (input, element) pair per output element";
    for (std::int64_t i = 0; i < s.n_ints; i += 2) {
      const std::int64_t from = s.ints[i], element = s.ints[i + 1];
      if (from < 0 || from >= s.n_inputs || element < 0 || element >= s.inputs[from])
        return "wants elements that exist";
    }
    return nullptr;
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    if constexpr (raws_are_plain<P>::value)
      if (keeps_raws(a)) return move<raw_of<P>>(a);
    auto y = bind<P>(a.output, a.group);
    for (int i = 0; i < a.output_size; ++i) {
      auto x = bind<P>(a.inputs[a.ints[2 * i]], a.group);
      y.put(i, Cell::apply(x[static_cast<std::ptrdiff_t>(a.ints[2 * i + 1])], y.format()));
    }
  }

 private:
  template <class Raw>
  static void move(const engine::op_args& a) {
    Raw* y = static_cast<Raw*>(a.output.data) + a.group;
    for (int i = 0; i < a.output_size; ++i) {
      const engine::tensor_ref& from = a.inputs[a.ints[2 * i]];
      y[i * a.output.stride] =
          static_cast<const Raw*>(from.data)[a.group + a.ints[2 * i + 1] * from.stride];
    }
  }
};

// A tensor of constants: output element i is constant i.
template <class Cell>
struct fill : schedule {
  static constexpr const char* name = "fill";
  static const char* wrong(const engine::operation_sizes& s) { return wrong_elementwise(s); }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    auto y = bind<P>(a.output, a.group);
    auto values = bind<P>(a.constants[0]);
    for (int i = 0; i < a.output_size; ++i) y.put(i, Cell::apply(values[i], y.format()));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
