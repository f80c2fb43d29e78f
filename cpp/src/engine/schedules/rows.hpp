// Row by row: each a result of its own.
#ifndef ISOBIT_ENGINE_SCHEDULES_ROWS_HPP
#define ISOBIT_ENGINE_SCHEDULES_ROWS_HPP

#include "engine/schedules/schedule.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Whether a tensor is `rows` rows of `n` elements.
inline bool are_rows(std::int64_t size, std::int64_t rows, std::int64_t n) {
  return rows >= 1 && n >= 1 && rows <= size && n <= size && rows * n == size;
}

// Rows of `ints[1]` elements, with two tables and room for one row of intermediate values.
template <class Cell>
struct rows_with_tables : schedule {
  static constexpr const char* name = "rows_with_tables";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 || !are_rows(s.inputs[0], s.ints[0], s.ints[1]) || s.output != s.inputs[0])
      return "wants rows that make up its tensors";
    return nullptr;
  }
  static std::int64_t scratch(const engine::operation_sizes& s) { return s.ints[1]; }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    auto first = bind<P>(a.tables[0]);
    view<P, dyn> scratch(first.entry, static_cast<raw_of<P>*>(a.scratch));
    for (int row = 0; row < rows; ++row)
      Cell::row(n, bind<P>(a.inputs[0], a.group).from(row * n), first, bind<P>(a.tables[1]),
                scratch, bind<P>(a.output, a.group).from(row * n));
  }
};

// Rows of `ints[1]` elements to rows of as many.
template <class Cell>
struct rows : schedule {
  static constexpr const char* name = "rows";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 || !are_rows(s.inputs[0], s.ints[0], s.ints[1]) || s.output != s.inputs[0])
      return "wants rows that make up its tensors";
    return nullptr;
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int count = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    for (int row = 0; row < count; ++row)
      Cell::row(n, bind<P>(a.inputs[0], a.group).from(row * n),
                bind<P>(a.output, a.group).from(row * n));
  }
};

// Rows of `ints[1]` elements to one element each.
template <class Cell>
struct reduce : schedule {
  static constexpr const char* name = "reduce";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints != 2 || !are_rows(s.inputs[0], s.ints[0], s.ints[1]) || s.output != s.ints[0])
      return "wants rows that make up its input, and one element for each";
    return nullptr;
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    for (int row = 0; row < rows; ++row)
      Cell::row(n, bind<P>(a.inputs[0], a.group).from(row * n),
                bind<P>(a.output, a.group).from(row));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
