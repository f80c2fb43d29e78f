// argmax, argmin: the index of an extreme element of a row.
#ifndef ISOBIT_CELLS_ARGMAX_HPP
#define ISOBIT_CELLS_ARGMAX_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

// Of the largest or smallest element; the first of equal ones, or the last.
template <bool Largest, bool Last>
struct index_of_extreme {
  template <class P, class N, class FX, class FY>
  static void row(const N& n, const view<P, FX>& x, const view<P, FY>& y) {
    auto best = x[0];
    auto index = literal<P>(integer_like<32, false>(y.format()), 0);
    for (int i = 1; i < n; ++i) {
      auto xi = x[i];
      auto above = best < xi, below = xi < best;
      auto here = P::lit(index.format(), i);
      index.raw = Last ? P::select(index.format(), Largest ? below : above, index.raw, here)
                       : P::select(index.format(), Largest ? above : below, here, index.raw);
      best.raw = Largest ? P::max(best.format(), best.raw, xi.raw)
                         : P::min(best.format(), best.raw, xi.raw);
    }
    y.put(0, cast(index, y.format()));
  }
};

}  // namespace detail

struct argmax : detail::index_of_extreme<true, false> {};
struct argmin : detail::index_of_extreme<false, false> {};
struct argmax_last : detail::index_of_extreme<true, true> {};
struct argmin_last : detail::index_of_extreme<false, true> {};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
