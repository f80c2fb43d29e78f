// argmax: the index of the first maximum of a row.
#ifndef ISOBIT_CELLS_ARGMAX_HPP
#define ISOBIT_CELLS_ARGMAX_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct argmax {
  template <class P, class N, class FX, class FY>
  static void row(const N& n, const view<P, FX>& x, const view<P, FY>& y) {
    auto best = x[0];
    auto index = literal<P>(integer_like<32, false>(y.format()), 0);
    for (int i = 1; i < n; ++i) {
      const auto better = best < x[i];
      index.raw = P::select(index.format(), better, P::lit(index.format(), i), index.raw);
      best.raw = P::max(best.format(), best.raw, x[i].raw);
    }
    y.put(0, cast(index, y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
