// What layers with a weight matrix have in common: rows of sums over rows of inputs.
#ifndef ISOBIT_ENGINE_SUM_SHAPE_HPP
#define ISOBIT_ENGINE_SUM_SHAPE_HPP

#include <cstring>

#include "sample_run.hpp"

namespace isobit::engine {

// `out_rows` rows of `n_out` sums, each over `taps` of the `in_rows` rows of `n_in` inputs. With
// groups, rows of one number modulo `groups` have weights of their own: columns g * n_out of the
// weight matrix and those behind.
struct sum_shape {
  int in_rows, n_in, taps, groups, out_rows, n_out;

  std::size_t columns() const {
    return static_cast<std::size_t>(groups) * static_cast<std::size_t>(n_out);
  }
  std::int64_t inputs() const { return static_cast<std::int64_t>(taps) * n_in; }
  // Words of `pack` elements that one sum goes over; each tap is padded to whole words.
  std::size_t words(int pack) const {
    return static_cast<std::size_t>(taps) * static_cast<std::size_t>(engine::words(n_in, pack));
  }
};

inline bool is_convolution(const operation& op) {
  return cell_of(op).kind == engine_kernels::schedule_kind::convolution;
}

// Whether products are rounded before they are added up (cells/rounded_dense.hpp).
inline bool is_rounded(const operation& op) {
  return std::strncmp(cell_of(op).name, "rounded_", 8) == 0;
}

// Of an operation whose schedule is a matrix or a convolution.
inline sum_shape shape_of_sums(const operation& op, const description& net) {
  const auto number = [&](std::size_t i) { return static_cast<int>(op.ints[i]); };
  if (!is_convolution(op)) return {number(0), number(1), 1, 1, number(0), number(2)};
  const int positions = number(0), groups = number(1), n_in = number(2);
  const int rows = net.tensors[static_cast<std::size_t>(op.inputs[0])].size / n_in;
  return {rows, n_in, number(4), groups, positions * groups, number(3)};
}

}  // namespace isobit::engine

#endif
