// softmax and log_softmax over one row, with the maximum subtracted, so that the argument of the
// exponential is never positive and its table needs no more than (0, 1].
#ifndef ISOBIT_CELLS_SOFTMAX_HPP
#define ISOBIT_CELLS_SOFTMAX_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

template <class P, class N, class FX>
num<P, FX> largest_of(const N& n, const view<P, FX>& x) {
  num<P, FX> m = x[0];
  for (int i = 1; i < n; ++i) m.raw = P::max(x.format(), m.raw, x[i].raw);
  return m;
}

// e_i = exp_neg[max - x_i] into `scratch`; the exact sum of all e_i.
template <class P, class N, class FX, class I, class E>
auto exponentials(const N& n, const view<P, FX>& x, const table<P, I, E>& exp_neg,
                  const view<P, E>& scratch) {
  auto top = largest_of(n, x);
  auto f = sum_of(n, exp_neg.entry);
  auto total = literal<P>(f, 0);
  for (int i = 0; i < n; ++i) {
    auto e = look_up(top - x[i], exp_neg);
    scratch.put(i, e);
    total.raw = P::add(f, total.raw, e.raw);
  }
  return total;
}

}  // namespace detail

// y_i = cast(e_i * reciprocal[sum e]). `scratch` has room for one row of exponentials.
struct softmax {
  template <class P, class N, class FX, class I, class E, class J, class R, class FY>
  static void row(const N& n, const view<P, FX>& x, const table<P, I, E>& exp_neg,
                  const table<P, J, R>& reciprocal, const view<P, E>& scratch,
                  const view<P, FY>& y) {
    auto inverse = look_up(detail::exponentials(n, x, exp_neg, scratch), reciprocal);
    for (int i = 0; i < n; ++i) y.put(i, cast(scratch[i] * inverse, y.format()));
  }
};

// y_i = cast((x_i - max) - log[sum e])
struct log_softmax {
  template <class P, class N, class FX, class I, class E, class J, class L, class FY>
  static void row(const N& n, const view<P, FX>& x, const table<P, I, E>& exp_neg,
                  const table<P, J, L>& log, const view<P, E>& scratch, const view<P, FY>& y) {
    auto top = detail::largest_of(n, x);
    auto log_total = look_up(detail::exponentials(n, x, exp_neg, scratch), log);
    for (int i = 0; i < n; ++i) y.put(i, cast((x[i] - top) - log_total, y.format()));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
