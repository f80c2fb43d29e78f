// Element by element, compared with the thresholds of its channel.
#ifndef ISOBIT_ENGINE_SCHEDULES_THRESHOLDS_HPP
#define ISOBIT_ENGINE_SCHEDULES_THRESHOLDS_HPP

#include "engine/schedules/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Channels run along the last axis. Ints: channels, thresholds of each. Constants: thresholds
// (channel by channel), scale and bias (one, or one for each channel).
template <class Cell>
struct thresholds : schedule {
  static constexpr const char* name = "thresholds";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 || s.ints[0] < 1 || s.ints[1] < 1) return "wants channels and thresholds";
    if (s.inputs[0] != s.output || s.output % s.ints[0] != 0)
      return "wants tensors of one size, of whole channels";
    if (!are_rows(s.constants[0], s.ints[0], s.ints[1])) return "wants thresholds of each channel";
    for (int c = 1; c < s.n_constants; ++c)
      if (s.constants[c] != 1 && s.constants[c] != s.ints[0])
        return "wants a scale and a bias, or one for each channel";
    return nullptr;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.output * s.ints[1]);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int channels = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    auto x = bind<P>(a.inputs[0], a.group);
    auto y = bind<P>(a.output, a.group);
    auto limits = bind<P>(a.constants[0]), scale = bind<P>(a.constants[1]),
         bias = bind<P>(a.constants[2]);
    for (int i = 0; i < a.output_size; ++i) {
      const int c = i % channels;
      auto passed = Cell::begin(n, x[i]);
      for (int k = 0; k < n; ++k) passed = Cell::step(passed, x[i], limits[c * n + k]);
      y.put(i, Cell::finish(passed, scale[c], bias[c], y.format()));
    }
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
