// Layers with a weight matrix, where nothing is packed.
#ifndef ISOBIT_ENGINE_SCHEDULES_MATRIX_HPP
#define ISOBIT_ENGINE_SCHEDULES_MATRIX_HPP

#include "engine/schedules/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Rows of `ints[1]` inputs to rows of `ints[2]` outputs through a weight matrix in C order, in
// tiles of neurons that share each load of an input. Packed weights: packed_schedules.hpp, for
// cells of the kind `matrix`.
template <class Cell, schedule_kind Kind = schedule_kind::matrix>
struct matrix : schedule {
  static constexpr const char* name = "matrix";
  static constexpr schedule_kind kind = Kind;
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 3) return "wants rows, inputs and outputs";
    const std::int64_t rows = s.ints[0], n_in = s.ints[1], n_out = s.ints[2];
    if (!are_rows(s.inputs[0], rows, n_in) || !are_rows(s.output, rows, n_out))
      return "wants rows that make up its tensors";
    if (s.constants[1] != n_out || !are_rows(s.constants[0], n_in, n_out))
      return "wants a weight of inputs x outputs and a bias of outputs";
    return nullptr;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[0] * s.ints[1] * s.ints[2]);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]);
    const int n_in = static_cast<int>(a.ints[1]), n_out = static_cast<int>(a.ints[2]);
    for (int row = 0; row < rows; ++row) {
      int o = 0;
      for (; o + 8 <= n_out; o += 8) tile<8, P>(a, row, o, n_in, n_out);
      for (; o + 4 <= n_out; o += 4) tile<4, P>(a, row, o, n_in, n_out);
      for (; o < n_out; ++o) tile<1, P>(a, row, o, n_in, n_out);
    }
  }

 private:
  template <int R, class P>
  ISOBIT_FLATTEN static void tile(const engine::op_args& a, int row, int o, int n_in, int n_out) {
    Cell::template neurons<R>(n_in, bind<P>(a.inputs[0], a.group).from(row * n_in),
                              bind<P>(a.constants[0]).from(o), n_out,
                              bind<P>(a.constants[1]).from(o), bind(a.formats[0]),
                              bind<P>(a.output, a.group).from(row * n_out + o));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
