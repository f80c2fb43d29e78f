// Running sums of a row: each is exact and cast by itself.
#ifndef ISOBIT_CELLS_CUMSUM_HPP
#define ISOBIT_CELLS_CUMSUM_HPP

#include "isobit/cast.hpp"
#include "isobit/view.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// y_i = x_0 + ... + x_i
struct cumsum {
  template <class P, class N, class FX, class FY>
  static void row(const N& n, const view<P, FX>& x, const view<P, FY>& y) {
    auto total = literal<P>(sum_of(n, x.format()), 0);
    for (int i = 0; i < n; ++i) {
      total.raw = P::add(total.format(), total.raw, x[i].raw);
      y.put(i, cast(total, y.format()));
    }
  }
};

// y_i = x_0 + ... + x_(i-1), and y_0 = 0
struct cumsum_exclusive {
  template <class P, class N, class FX, class FY>
  static void row(const N& n, const view<P, FX>& x, const view<P, FY>& y) {
    auto total = literal<P>(sum_of(n, x.format()), 0);
    for (int i = 0; i < n; ++i) {
      y.put(i, cast(total, y.format()));
      total.raw = P::add(total.format(), total.raw, x[i].raw);
    }
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
