// dense: y_o = cast(cast(sum_i x_i w_(i,o) + b_o, accumulator)). The sum is exact, so its order is
// free.
#ifndef ISOBIT_CELLS_DENSE_HPP
#define ISOBIT_CELLS_DENSE_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct dense {
  // R neighbouring neurons: the weights begin at their first column, rows lie `row_stride` apart.
  template <int R, class P, class N, class FX, class FW, class FB, class A, class FY>
  static void neurons(const N& n_in, const view<P, FX>& x, const constants<P, FW>& weight,
                      std::ptrdiff_t row_stride, const constants<P, FB>& bias, const A& accumulator,
                      const view<P, FY>& y) {
    const auto total = affine_format(n_in, x.format(), weight.format(), bias.format());
    using total_format = std::decay_t<decltype(total)>;
    typename P::template raw<total_format> sums[R];
    P::template affine<R>(n_in, x, weight, row_stride, bias, total, sums);
    for (int r = 0; r < R; ++r)
      y.put(r, cast(cast(num<P, total_format>(total, sums[r]), accumulator), y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
