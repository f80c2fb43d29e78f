// Matrices that both depend on the data.
#ifndef ISOBIT_ENGINE_SCHEDULES_CONTRACTION_HPP
#define ISOBIT_ENGINE_SCHEDULES_CONTRACTION_HPP

#include "engine/schedules/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Pairs of matrices, n x k by k x m, to their products, one behind the other. Ints: pairs, n, k, m;
// then for each pair where its matrices begin in the two inputs, in C order.
template <class Cell>
struct contraction : schedule {
  static constexpr const char* name = "contraction";
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints < 6) return "wants pairs, rows, inner and columns, and where matrices begin";
    const std::int64_t pairs = s.ints[0], n = s.ints[1], k = s.ints[2], m = s.ints[3];
    if (pairs < 1 || pairs > s.output || !are_rows(s.output / pairs, n, m) ||
        s.output % pairs != 0 || s.n_ints != 4 + 2 * pairs)
      return "wants pairs x rows x columns outputs, and two beginnings for each pair";
    if (k < 1 || k > s.inputs[0] || k > s.inputs[1])
      return "wants matrices that its inputs have room for";
    for (std::int64_t p = 0; p < pairs; ++p) {
      const std::int64_t left = s.ints[4 + 2 * p], right = s.ints[5 + 2 * p];
      if (left < 0 || left > s.inputs[0] - n * k || right < 0 || right > s.inputs[1] - k * m)
        return "wants matrices inside of its inputs";
    }
    return nullptr;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[0] * s.ints[1] * s.ints[2] * s.ints[3]);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int pairs = static_cast<int>(a.ints[0]), n = static_cast<int>(a.ints[1]);
    const int k = static_cast<int>(a.ints[2]), m = static_cast<int>(a.ints[3]);
    for (int p = 0; p < pairs; ++p)
      for (int row = 0; row < n; ++row) {
        const auto left = static_cast<std::ptrdiff_t>(a.ints[4 + 2 * p]) + row * k;
        const auto right = static_cast<std::ptrdiff_t>(a.ints[5 + 2 * p]);
        const std::ptrdiff_t to = (static_cast<std::ptrdiff_t>(p) * n + row) * m;
        int column = 0;
        for (; column + 4 <= m; column += 4) tile<4, P>(a, left, right + column, k, m, to + column);
        for (; column < m; ++column) tile<1, P>(a, left, right + column, k, m, to + column);
      }
  }

 private:
  template <int R, class P>
  ISOBIT_FLATTEN static void tile(const engine::op_args& a, std::ptrdiff_t left,
                                  std::ptrdiff_t right, int k, int m, std::ptrdiff_t to) {
    Cell::template columns<R>(k, bind<P>(a.inputs[0], a.group).from(left),
                              bind<P>(a.inputs[1], a.group).from(right), m, bind(a.formats[0]),
                              bind<P>(a.output, a.group).from(to));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
