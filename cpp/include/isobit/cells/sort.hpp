// The first elements of a sorted row, by a fixed network of compare-exchanges: pairs (i, j), after
// each of which the element that comes first in the order is at i. Of equal elements the one with
// the lower index comes first.
#ifndef ISOBIT_CELLS_SORT_HPP
#define ISOBIT_CELLS_SORT_HPP

#include "isobit/cells/logic.hpp"
#include "isobit/view.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

// Values only: equal ones need no order.
template <bool Largest>
struct sorted_values {
  template <class P, class N, class FX, class Pair, class I, class FY>
  static void row(const N& n, int kept, const Pair* pairs, int n_pairs, const view<P, FX>& x,
                  const view<P, FX>& values, const view<P, I>&, const view<P, FY>& y) {
    const FX& f = x.format();
    for (int i = 0; i < n; ++i) values.put(i, x[i]);
    for (int p = 0; p < n_pairs; ++p) {
      const auto first = static_cast<std::ptrdiff_t>(pairs[2 * p]);
      const auto second = static_cast<std::ptrdiff_t>(pairs[2 * p + 1]);
      auto a = values[first], b = values[second];
      num<P, FX> low(f, P::min(f, a.raw, b.raw)), high(f, P::max(f, a.raw, b.raw));
      values.put(first, Largest ? high : low);
      values.put(second, Largest ? low : high);
    }
    for (int i = 0; i < kept; ++i) y.put(i, cast(values[i], y.format()));
  }
};

// The indices that the elements had, which travel with them.
template <bool Largest>
struct sorted_indices {
  template <class P, class N, class FX, class Pair, class I, class FY>
  static void row(const N& n, int kept, const Pair* pairs, int n_pairs, const view<P, FX>& x,
                  const view<P, FX>& values, const view<P, I>& indices, const view<P, FY>& y) {
    for (int i = 0; i < n; ++i) {
      values.put(i, x[i]);
      indices.put(i, literal<P>(indices.format(), i));
    }
    for (int p = 0; p < n_pairs; ++p) {
      const auto first = static_cast<std::ptrdiff_t>(pairs[2 * p]);
      const auto second = static_cast<std::ptrdiff_t>(pairs[2 * p + 1]);
      auto a = values[first], b = values[second];
      auto ia = indices[first], ib = indices[second];
      auto wrong = Largest ? behind(a, b, ia, ib) : behind(b, a, ia, ib);
      auto turn = zero(wrong) < wrong;
      exchange(turn, values, first, second, a, b);
      exchange(turn, indices, first, second, ia, ib);
    }
    for (int i = 0; i < kept; ++i) y.put(i, cast(indices[i], y.format()));
  }

 private:
  // 1 where a < b, or where they are equal and the second index is lower
  template <class P, class F, class I>
  static auto behind(const num<P, F>& a, const num<P, F>& b, const num<P, I>& ia,
                     const num<P, I>& ib) {
    auto yes = one_bit<P>(1, ia.format()), no = one_bit<P>(0, ia.format());
    return select(a < b, yes, select(b < a, no, select(ib < ia, yes, no)));
  }
  template <class P, class F>
  static void exchange(const typename P::mask& turn, const view<P, F>& all, std::ptrdiff_t first,
                       std::ptrdiff_t second, const num<P, F>& a, const num<P, F>& b) {
    const F& f = all.format();
    all.put(first, num<P, F>(f, P::select(f, turn, b.raw, a.raw)));
    all.put(second, num<P, F>(f, P::select(f, turn, a.raw, b.raw)));
  }
};

}  // namespace detail

struct largest_values : detail::sorted_values<true> {};
struct smallest_values : detail::sorted_values<false> {};
struct largest_indices : detail::sorted_indices<true> {};
struct smallest_indices : detail::sorted_indices<false> {};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
