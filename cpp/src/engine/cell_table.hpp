// The cells that the engine knows, each with its schedule. A new layer adds one line here.
#ifndef ISOBIT_ENGINE_CELL_TABLE_HPP
#define ISOBIT_ENGINE_CELL_TABLE_HPP

#include "isobit/cells/affine.hpp"
#include "isobit/cells/argmax.hpp"
#include "isobit/cells/dense.hpp"
#include "isobit/cells/hard.hpp"
#include "isobit/cells/linear.hpp"
#include "isobit/cells/lookup.hpp"
#include "isobit/cells/merge.hpp"
#include "isobit/cells/relu.hpp"
#include "isobit/cells/softmax.hpp"
#include "schedules.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// What a cell takes. `inputs`: exactly so many; if negative, at least -inputs.
struct cell_entry {
  const char* name;
  int inputs, constants, tables, formats, ints;
  engine::kernel run;
};

constexpr int any_ints = -1;  // checked by the cell's own rule

template <class P, class Schedule>
constexpr engine::kernel of() {
  return &Schedule::template run<P>;
}

template <class P>
const cell_entry* cell_table(int& size) {
  using namespace cells;
  static constexpr cell_entry table[] = {
      // name, inputs, constants, tables, formats, ints, schedule
      {"linear", 1, 0, 0, 0, 0, of<P, map<linear>>()},
      {"relu", 1, 0, 0, 0, 0, of<P, map<relu>>()},
      {"clip", 1, 2, 0, 0, 0, of<P, map<clip>>()},
      {"leaky_relu", 1, 1, 0, 0, 0, of<P, map<leaky_relu>>()},
      {"thresholded_relu", 1, 1, 0, 0, 0, of<P, map<thresholded_relu>>()},
      {"affine", 1, 2, 0, 1, 0, of<P, map<affine>>()},
      {"hard_sigmoid", 1, 2, 0, 0, 0, of<P, map<hard_sigmoid>>()},
      {"binary_tanh", 1, 0, 0, 0, 0, of<P, map<binary_tanh>>()},
      {"ternary_tanh", 1, 0, 0, 0, 0, of<P, map<ternary_tanh>>()},
      {"lookup", 1, 0, 1, 0, 0, of<P, map<lookup>>()},
      {"lookup_relu", 1, 0, 1, 0, 0, of<P, map<lookup_relu>>()},
      {"elu", 1, 1, 1, 0, 0, of<P, map<elu>>()},
      {"add", -1, 0, 0, 0, 0, of<P, zip<add>>()},
      {"subtract", 2, 0, 0, 0, 0, of<P, zip<subtract>>()},
      {"multiply", -1, 0, 0, 0, 0, of<P, zip<multiply>>()},
      {"maximum", -1, 0, 0, 0, 0, of<P, zip<maximum>>()},
      {"minimum", -1, 0, 0, 0, 0, of<P, zip<minimum>>()},
      {"average", -1, 1, 0, 0, 0, of<P, zip<average>>()},
      {"gather", -1, 0, 0, 0, any_ints, of<P, gather<linear>>()},
      {"dense", 1, 2, 0, 1, 3, of<P, matrix<dense>>()},
      {"softmax", 1, 0, 2, 0, 2, of<P, rows_with_tables<softmax>>()},
      {"log_softmax", 1, 0, 2, 0, 2, of<P, rows_with_tables<log_softmax>>()},
      {"argmax", 1, 0, 0, 0, 2, of<P, reduce<argmax>>()},
  };
  size = static_cast<int>(sizeof(table) / sizeof(table[0]));
  return table;
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
