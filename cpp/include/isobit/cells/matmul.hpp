// matmul: the product of two matrices that both vary. The sum is exact, so its order is free.
#ifndef ISOBIT_CELLS_MATMUL_HPP
#define ISOBIT_CELLS_MATMUL_HPP

#include "isobit/cast.hpp"
#include "isobit/view.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct matmul {
  // y_r = cast(cast(sum_i a_i b_(i,r), accumulator)) for R neighbouring columns of b, whose rows
  // are `row` elements long.
  template <int R, class P, class N, class FA, class FB, class A, class FY>
  static void columns(const N& n, const view<P, FA>& a, const view<P, FB>& b, std::ptrdiff_t row,
                      const A& accumulator, const view<P, FY>& y) {
    auto product_format = product(a.format(), b.format());
    auto f = sum_of(n, product_format);
    using sum_format = std::decay_t<decltype(f)>;
    typename P::template raw<sum_format> total[R];
    for (int r = 0; r < R; ++r) total[r] = P::lit(f, 0);
    for (int i = 0; i < n; ++i) {
      auto ai = a[i];
      for (int r = 0; r < R; ++r)
        total[r] = P::add(f, total[r], P::mul(product_format, ai.raw, b[i * row + r].raw));
    }
    for (int r = 0; r < R; ++r)
      y.put(r, cast(cast(num<P, sum_format>(f, total[r]), accumulator), y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
