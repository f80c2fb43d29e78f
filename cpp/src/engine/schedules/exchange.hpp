// Rows that go through a sorting network.
#ifndef ISOBIT_ENGINE_SCHEDULES_EXCHANGE_HPP
#define ISOBIT_ENGINE_SCHEDULES_EXCHANGE_HPP

#include "engine/schedules/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Rows of n elements to rows of the first k in some order. Ints: rows, n, k, a number of
// pairs, and these: the positions that are compared and exchanged.
template <class Cell>
struct exchange : schedule {
  static constexpr const char* name = "exchange";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints < 4 || !are_rows(s.inputs[0], s.ints[0], s.ints[1]) ||
        !are_rows(s.output, s.ints[0], s.ints[2]) || s.ints[2] > s.ints[1])
      return "wants rows that make up its tensors, and no longer results";
    if (s.ints[1] >= 65536 || s.n_ints % 2 != 0 || s.ints[3] != (s.n_ints - 4) / 2)
      return "wants pairs of 16-bit positions";
    for (std::int64_t i = 4; i < s.n_ints; ++i)
      if (s.ints[i] < 0 || s.ints[i] >= s.ints[1]) return "wants positions inside of a row";
    return nullptr;
  }
  static std::int64_t scratch(const engine::operation_sizes& s) { return 2 * s.ints[1]; }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[0] * s.n_ints);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int count = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    const int k = static_cast<int>(a.ints[2]);
    const int n_pairs = static_cast<int>(a.ints[3]);
    auto x = bind<P>(a.inputs[0], a.group);
    auto y = bind<P>(a.output, a.group);
    auto* room = static_cast<raw_of<P>*>(a.scratch);
    view<P, dyn> values(x.format(), room);
    view<P, dyn> indices(integer_like<16, false>(x.format()), room + n);
    for (int row = 0; row < count; ++row)
      Cell::row(n, k, a.ints + 4, n_pairs, x.from(row * n), values, indices, y.from(row * k));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
