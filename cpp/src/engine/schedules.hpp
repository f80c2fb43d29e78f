// The CPU schedules: loops over the elements of one tensor that call a cell. No arithmetic on data
// here.
#ifndef ISOBIT_ENGINE_SCHEDULES_HPP
#define ISOBIT_ENGINE_SCHEDULES_HPP

#include <utility>

#include "bind_args.hpp"

// Where speed counts, all that a kernel calls is inlined, so that whatever depends on formats only
// leaves its loop. The oracles and the proof do without, and so does a build with sanitizers: it
// would cost minutes of compilation.
#if defined(ISOBIT_REGISTER_BYTES) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ISOBIT_FLATTEN __attribute__((flatten))
#else
#define ISOBIT_FLATTEN
#endif

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// What a schedule does with neighbouring elements: `elementwise` ones may go over several at once.
enum class schedule_kind { elementwise, matrix, other };

// The kernel of a schedule: one group of samples after the other.
template <class P, class Schedule>
void run_groups(const engine::op_args& all) {
  engine::op_args a = all;
  for (a.group = 0; a.group < a.groups; ++a.group) Schedule::template run<P>(a);
}

template <class Cell, class P, std::size_t... C, std::size_t... T, std::size_t... F>
void map_with(const engine::op_args& a, std::index_sequence<C...>, std::index_sequence<T...>,
              std::index_sequence<F...>) {
  const auto x = bind<P>(a.inputs[0], a.group);
  const auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i)
    y.put(i, Cell::apply(x[i], bind<P>(a.constants[C])[i]..., bind<P>(a.tables[T])...,
                         bind(a.formats[F])..., y.format()));
}

// One input, element by element.
template <class Cell>
struct map {
  static constexpr schedule_kind kind = schedule_kind::elementwise;

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    map_with<Cell, P>(a, std::make_index_sequence<Cell::constants>(),
                      std::make_index_sequence<Cell::tables>(),
                      std::make_index_sequence<Cell::formats>());
  }
};

template <class Cell, class P, std::size_t... C>
void zip_with(const engine::op_args& a, std::index_sequence<C...>) {
  const auto y = bind<P>(a.output, a.group);
  for (int i = 0; i < a.output_size; ++i) {
    num<P, dyn> all = bind<P>(a.inputs[0], a.group)[i];
    for (int k = 1; k < a.n_inputs; ++k) all = Cell::combine(all, bind<P>(a.inputs[k], a.group)[i]);
    y.put(i, Cell::finish(all, bind<P>(a.constants[C])[i]..., y.format()));
  }
}

// Any number of inputs of one size, element by element.
template <class Cell>
struct zip {
  static constexpr schedule_kind kind = schedule_kind::elementwise;

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    zip_with<Cell, P>(a, std::make_index_sequence<Cell::constants>());
  }
};

// Output element i is element ints[2i+1] of input ints[2i].
template <class Cell>
struct gather {
  static constexpr schedule_kind kind = schedule_kind::other;

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const auto y = bind<P>(a.output, a.group);
    for (int i = 0; i < a.output_size; ++i) {
      const auto x = bind<P>(a.inputs[a.ints[2 * i]], a.group);
      y.put(i, Cell::apply(x[static_cast<std::ptrdiff_t>(a.ints[2 * i + 1])], y.format()));
    }
  }
};

// Rows of `ints[1]` inputs to rows of `ints[2]` outputs through a weight matrix in C order, in
// tiles of neurons that share each load of an input. Packed weights: packed_schedules.hpp.
template <class Cell>
struct matrix {
  static constexpr schedule_kind kind = schedule_kind::matrix;

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

// Rows of `ints[1]` elements, with two tables and room for one row of intermediate values.
template <class Cell>
struct rows_with_tables {
  static constexpr schedule_kind kind = schedule_kind::other;

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    const auto first = bind<P>(a.tables[0]);
    const view<P, dyn> scratch(first.entry, static_cast<raw_of<P>*>(a.scratch));
    for (int row = 0; row < rows; ++row)
      Cell::row(n, bind<P>(a.inputs[0], a.group).from(row * n), first, bind<P>(a.tables[1]),
                scratch, bind<P>(a.output, a.group).from(row * n));
  }
};

// Rows of `ints[1]` elements to one element each.
template <class Cell>
struct reduce {
  static constexpr schedule_kind kind = schedule_kind::other;

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
