// The cells that the engine knows, each with its schedule. A new layer adds one line here.
#ifndef ISOBIT_ENGINE_CELL_TABLE_HPP
#define ISOBIT_ENGINE_CELL_TABLE_HPP

#include "isobit/cells.hpp"
#include "schedules/contraction.hpp"
#include "schedules/convolution.hpp"
#include "schedules/elementwise.hpp"
#include "schedules/exchange.hpp"
#include "schedules/graph.hpp"
#include "schedules/matrix.hpp"
#include "schedules/movement.hpp"
#include "schedules/rows.hpp"
#include "schedules/slices.hpp"
#include "schedules/thresholds.hpp"
#include "schedules/trees.hpp"
#include "schedules/windows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// What a cell takes. `inputs`: exactly so many; if negative, at least -inputs.
struct cell_entry {
  const char* name;
  int inputs, constants, tables, formats;
  const char* schedule;
  schedule_kind kind;
  const char* (*wrong)(const engine::operation_sizes&);
  std::int64_t (*scratch)(const engine::operation_sizes&);
  double (*work)(const engine::operation_sizes&);
  engine::kernel run;
};

// The policy that runs a schedule where the table is made for P: the same, or what P says by
// specializing this (isa_kernels_impl.hpp: registers of neighbouring elements are for elementwise
// schedules only).
template <class P, schedule_kind Kind>
struct policy_of {
  using type = P;
};

template <class P, class Schedule>
constexpr cell_entry entry(const char* name, int inputs, int constants, int tables, int formats) {
  return {name,
          inputs,
          constants,
          tables,
          formats,
          Schedule::name,
          Schedule::kind,
          &Schedule::wrong,
          &Schedule::scratch,
          &Schedule::work,
          &run_groups<typename policy_of<P, Schedule::kind>::type, Schedule>};
}

template <class P>
const cell_entry* cell_table(int& size) {
  using namespace cells;
  static constexpr cell_entry table[] = {
      // name, inputs, constants, tables, formats
      entry<P, map<linear>>("linear", 1, 0, 0, 0),
      entry<P, map<relu>>("relu", 1, 0, 0, 0),
      entry<P, map<clip>>("clip", 1, 2, 0, 0),
      entry<P, map<leaky_relu>>("leaky_relu", 1, 1, 0, 0),
      entry<P, map<thresholded_relu>>("thresholded_relu", 1, 1, 0, 0),
      entry<P, map<affine>>("affine", 1, 2, 0, 1),
      entry<P, map<hard_sigmoid>>("hard_sigmoid", 1, 2, 0, 0),
      entry<P, map<binary_tanh>>("binary_tanh", 1, 0, 0, 0),
      entry<P, map<ternary_tanh>>("ternary_tanh", 1, 0, 0, 0),
      entry<P, map<lookup>>("lookup", 1, 0, 1, 0),
      entry<P, map<lookup_relu>>("lookup_relu", 1, 0, 1, 0),
      entry<P, map<lookup_ramp>>("lookup_ramp", 1, 0, 1, 0),
      entry<P, map<lookup_negative_ramp>>("lookup_negative_ramp", 1, 0, 1, 0),
      entry<P, map<elu>>("elu", 1, 1, 1, 0),
      entry<P, map<hard_swish>>("hard_swish", 1, 2, 0, 0),
      entry<P, map<absolute>>("absolute", 1, 0, 0, 0),
      entry<P, map<negative>>("negative", 1, 0, 0, 0),
      entry<P, map<sign>>("sign", 1, 0, 0, 0),
      entry<P, map<square>>("square", 1, 0, 0, 0),
      entry<P, map<floor>>("floor", 1, 0, 0, 0),
      entry<P, map<ceil>>("ceil", 1, 0, 0, 0),
      entry<P, map<round>>("round", 1, 0, 0, 0),
      entry<P, map<logical_not>>("logical_not", 1, 0, 0, 0),
      entry<P, pointwise<less, 2>>("less", 2, 0, 0, 0),
      entry<P, pointwise<less_equal, 2>>("less_equal", 2, 0, 0, 0),
      entry<P, pointwise<equal, 2>>("equal", 2, 0, 0, 0),
      entry<P, pointwise<not_equal, 2>>("not_equal", 2, 0, 0, 0),
      entry<P, pointwise<logical_and, 2>>("logical_and", 2, 0, 0, 0),
      entry<P, pointwise<logical_or, 2>>("logical_or", 2, 0, 0, 0),
      entry<P, pointwise<logical_xor, 2>>("logical_xor", 2, 0, 0, 0),
      entry<P, pointwise<where, 3>>("where", 3, 0, 0, 0),
      entry<P, pointwise<normalize, 2, 2>>("normalize", 2, 2, 0, 0),
      entry<P, zip<add>>("add", -1, 0, 0, 0),
      entry<P, zip<subtract>>("subtract", 2, 0, 0, 0),
      entry<P, zip<multiply>>("multiply", -1, 0, 0, 0),
      entry<P, zip<maximum>>("maximum", -1, 0, 0, 0),
      entry<P, zip<minimum>>("minimum", -1, 0, 0, 0),
      entry<P, zip<average>>("average", -1, 1, 0, 0),
      entry<P, fill<linear>>("constant", 0, 1, 0, 0),
      entry<P, gather<linear>>("gather", -1, 0, 0, 0),
      entry<P, rows_by_index<gather_rows>>("gather_rows", 2, 0, 0, 0),
      entry<P, segments<segment_sum>>("segment_sum", -2, 0, 0, 0),
      entry<P, segments<segment_mean>>("segment_mean", -2, 0, 1, 0),
      entry<P, segments<segment_max>>("segment_max", -2, 0, 0, 0),
      entry<P, windows<reduce_sum>>("reduce_sum", 1, 0, 0, 0),
      entry<P, windows<reduce_sum_abs>>("reduce_sum_abs", 1, 0, 0, 0),
      entry<P, windows<reduce_sum_square>>("reduce_sum_square", 1, 0, 0, 0),
      entry<P, windows<reduce_mean>>("reduce_mean", 1, 1, 0, 0),
      entry<P, windows<reduce_mean_square>>("reduce_mean_square", 1, 1, 0, 0),
      entry<P, windows<reduce_max>>("reduce_max", 1, 0, 0, 0),
      entry<P, windows<reduce_min>>("reduce_min", 1, 0, 0, 0),
      entry<P, thresholds<multi_threshold>>("multi_threshold", 1, 3, 0, 0),
      entry<P, matrix<dense>>("dense", 1, 2, 0, 1),
      entry<P, matrix<rounded_dense>>("rounded_dense", 1, 2, 0, 1),
      entry<P, matrix<ascending_dense, schedule_kind::other>>("ascending_dense", 1, 2, 0, 1),
      entry<P, slices<gate_linear>>("gate_linear", 2, 0, 0, 1),
      entry<P, slices<gate_relu>>("gate_relu", 2, 0, 0, 1),
      entry<P, slices<gate_lookup>>("gate_lookup", 2, 0, 1, 1),
      entry<P, slices<gate_hard_sigmoid>>("gate_hard_sigmoid", 2, 2, 0, 1),
      entry<P, slices<reset_gate_linear>>("reset_gate_linear", 3, 0, 0, 1),
      entry<P, slices<reset_gate_relu>>("reset_gate_relu", 3, 0, 0, 1),
      entry<P, slices<reset_gate_lookup>>("reset_gate_lookup", 3, 0, 1, 1),
      entry<P, slices<reset_gate_hard_sigmoid>>("reset_gate_hard_sigmoid", 3, 2, 0, 1),
      entry<P, slices<gated>>("gated", 2, 0, 0, 0),
      entry<P, slices<gated_lookup>>("gated_lookup", 2, 0, 1, 0),
      entry<P, slices<lstm_state>>("lstm_state", 4, 0, 0, 0),
      entry<P, slices<gru_state>>("gru_state", 3, 0, 0, 0),
      entry<P, slices<masked>>("masked", 3, 0, 0, 0),
      entry<P, slices<masked_to_zero>>("masked_to_zero", 2, 0, 0, 0),
      entry<P, slices<within_length>>("within_length", 1, 1, 0, 0),
      entry<P, convolution<dense>>("convolution", 1, 2, 0, 1),
      entry<P, convolution<rounded_dense>>("rounded_convolution", 1, 2, 0, 1),
      entry<P, convolution<ascending_dense>>("ascending_convolution", 1, 2, 0, 1),
      entry<P, contraction<matmul>>("matmul", 2, 0, 0, 1),
      entry<P, rows<cumsum>>("cumsum", 1, 0, 0, 0),
      entry<P, rows<cumsum_exclusive>>("cumsum_exclusive", 1, 0, 0, 0),
      entry<P, rows_with_tables<softmax>>("softmax", 1, 0, 2, 0),
      entry<P, rows_with_tables<log_softmax>>("log_softmax", 1, 0, 2, 0),
      entry<P, reduce<argmax>>("argmax", 1, 0, 0, 0),
      entry<P, reduce<argmin>>("argmin", 1, 0, 0, 0),
      entry<P, reduce<argmax_last>>("argmax_last", 1, 0, 0, 0),
      entry<P, reduce<argmin_last>>("argmin_last", 1, 0, 0, 0),
      entry<P, exchange<largest_values>>("largest_values", 1, 0, 0, 0),
      entry<P, exchange<smallest_values>>("smallest_values", 1, 0, 0, 0),
      entry<P, exchange<largest_indices>>("largest_indices", 1, 0, 0, 0),
      entry<P, exchange<smallest_indices>>("smallest_indices", 1, 0, 0, 0),
      entry<P, trees<tree>>("tree", 1, 2, 0, 0),
      entry<P, windows<sum_of_trees>>("sum_of_trees", 1, 1, 0, 0),
      entry<P, bins<binned>>("binned", 1, 2, 1, 0),
  };
  size = static_cast<int>(sizeof(table) / sizeof(table[0]));
  return table;
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
