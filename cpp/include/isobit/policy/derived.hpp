// What every policy gets for free from its primitives. A policy inherits `derived<itself>` and may
// hide any of these with a version of its own that gives the same bits.
//
// The primitives a policy supplies (f: format of the result; raws in, raws out; none of them
// rounds):
//   raw<F>, uniform<F>, mask     carriers of data, of constants, of comparisons (never a bool)
//   lit(f, n)                    the integer n
//   splat(f, u)                  a constant, in every lane
//   add sub mul (f, a, b)        exact: the caller proves that f holds the result
//   shl(f, a, n) shr(f, a, n)    times 2^n; floor-divided by 2^n; n >= 0 comes from formats, never
//   from data less(a, b)                   mask select(f, m, a, b) min max   choice without control
//   flow wrap(f, a)                   a modulo 2^width, in the range of f lut(t, i) entry i of a
//   table
#ifndef ISOBIT_POLICY_DERIVED_HPP
#define ISOBIT_POLICY_DERIVED_HPP

#include "isobit/cast.hpp"
#include "isobit/table.hpp"
#include "isobit/view.hpp"
#include "isobit/window.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// The exact format of `n` products plus a bias.
template <class N, class X, class W, class B>
constexpr auto affine_format(const N& n, const X& x, const W& w, const B& b)
    -> decltype(sum(sum_of(n, product(x, w)), b)) {
  return sum(sum_of(n, product(x, w)), b);
}

// A product of the format `exact`, rounded to the fractional bits of an accumulator in its way. It
// keeps its place in front of the point, so that nothing overflows.
template <class X, class A, class = std::enable_if_t<detail::is_static<X>::value>>
constexpr auto rounded_to(X, A)
    -> fmt<detail::max(detail::magnitude_bits(X()) + detail::min(X::frac(), A::frac()), 0) + 2,
           detail::min(X::frac(), A::frac()), X::is_signed(), A::rounds()> {
  return {};
}
constexpr dyn rounded_to(const dyn& exact, const dyn& accumulator) {
  const int frac =
      accumulator.is_exact() ? exact.frac() : detail::min(exact.frac(), accumulator.frac());
  return dyn(detail::max(detail::magnitude_bits(exact) + frac, 0) + 2, frac, exact.is_signed(),
             accumulator.rounds());
}

template <class P>
struct derived {
  template <class From, class To>
  static num<P, To> cast(const num<P, From>& v, const To& to) {
    return detail::integer_cast(v, to);
  }
  template <class From>
  static num<P, dyn> cast(const num<P, From>& v, const dyn& to) {
    return detail::run_time_cast(v, to);
  }

  template <class F, class Raw>
  static auto square(const F& f, const Raw& a) {
    return P::mul(f, a, a);
  }

  // The value rounded to an integer, as the integer format `to` says (see integers_of).
  template <class From, class To>
  static num<P, To> to_integer(const num<P, From>& v, const To& to) {
    return isobit::cast(v, to);
  }

  template <class F, class Index, class Entry>
  static num<P, Entry> look_up(const num<P, F>& x, const table<P, Index, Entry>& t) {
    auto address = isobit::cast(x, t.index);
    auto position = difference(t.index, t.index);
    return num<P, Entry>(t.entry,
                         P::lut(t, P::sub(position, address.raw, P::lit(position, t.low))));
  }

  // Outputs[r] = sum_i x[i] * w[i][r] + b[r] for R neighbouring neurons at once, exact. Row i of
  // the weights begins `row_stride` constants after row i-1. The one hot primitive of dense
  // networks.
  template <int R, class N, class FX, class FW, class FB, class A, class Raw>
  static void affine(const N& n, const view<P, FX>& x, const constants<P, FW>& w,
                     std::ptrdiff_t row_stride, const constants<P, FB>& b, const A& total,
                     Raw (&out)[R]) {
    const int here = 0;
    affine_window<R>(window<N, N, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b, total,
                     out);
  }

  // The same over a window: tap t reads the rows of weights from t * n on.
  template <int R, class All, class N, class Index, class FX, class FW, class FB, class A,
            class Raw>
  static void affine_window(const window<All, N, Index>& from, const view<P, FX>& x,
                            const constants<P, FW>& w, std::ptrdiff_t row_stride,
                            const constants<P, FB>& b, const A& total, Raw (&out)[R]) {
    auto fp = product(x.format(), w.format());
    auto fs = sum_of(from.all, fp);
    typename P::template raw<std::decay_t<decltype(fs)>> acc[R];
    for (int r = 0; r < R; ++r) acc[r] = P::lit(fs, 0);
    for (int t = 0; t < from.taps; ++t) {
      if (from.at[t] < 0) continue;
      const auto* xs = x.data + from.at[t] * from.next * x.stride;
      const auto* row = w.data + static_cast<std::ptrdiff_t>(t) * from.n * row_stride;
      for (int i = 0; i < from.n; ++i, row += row_stride)
        for (int r = 0; r < R; ++r)
          acc[r] = P::add(fs, acc[r],
                          P::mul(fp, xs[i * x.stride], P::splat(w.format(), row[r * w.stride])));
    }
    for (int r = 0; r < R; ++r) {
      auto bias = P::splat(b.format(), b.data[r * b.stride]);
      out[r] = P::add(total, P::shl(total, acc[r], total.frac() - fs.frac()),
                      P::shl(total, bias, total.frac() - b.format().frac()));
    }
  }

  // The same with every product rounded to the fractional bits of an accumulator before it is
  // added: sums are exact again, so their order is free.
  template <int R, class N, class FX, class FW, class FB, class Acc, class A, class Raw>
  static void affine_rounded(const N& n, const view<P, FX>& x, const constants<P, FW>& w,
                             std::ptrdiff_t row_stride, const constants<P, FB>& b,
                             const Acc& accumulator, const A& total, Raw (&out)[R]) {
    const int here = 0;
    affine_rounded_window<R>(window<N, N, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b,
                             accumulator, total, out);
  }

  template <int R, class All, class N, class Index, class FX, class FW, class FB, class Acc,
            class A, class Raw>
  static void affine_rounded_window(const window<All, N, Index>& from, const view<P, FX>& x,
                                    const constants<P, FW>& w, std::ptrdiff_t row_stride,
                                    const constants<P, FB>& b, const Acc& accumulator,
                                    const A& total, Raw (&out)[R]) {
    auto rounded = rounded_to(product(x.format(), w.format()), accumulator);
    auto fs = sum_of(from.all, rounded);
    typename P::template raw<std::decay_t<decltype(fs)>> acc[R];
    for (int r = 0; r < R; ++r) acc[r] = P::lit(fs, 0);
    for (int t = 0; t < from.taps; ++t) {
      if (from.at[t] < 0) continue;
      auto xs = x.from(from.at[t] * from.next);
      const auto* row = w.data + static_cast<std::ptrdiff_t>(t) * from.n * row_stride;
      for (int i = 0; i < from.n; ++i, row += row_stride)
        for (int r = 0; r < R; ++r) {
          num<P, FW> weight(w.format(), P::splat(w.format(), row[r * w.stride]));
          acc[r] = P::add(fs, acc[r], isobit::cast(xs[i] * weight, rounded).raw);
        }
    }
    for (int r = 0; r < R; ++r) {
      auto bias = P::splat(b.format(), b.data[r * b.stride]);
      out[r] = P::add(total, P::shl(total, acc[r], total.frac() - fs.frac()),
                      P::shl(total, bias, total.frac() - b.format().frac()));
    }
  }

  // Rows by an index that is data. `index` is an integer; a matrix has n rows of `run` elements,
  // one behind the other. An index that is not one of 0 to n-1 is nowhere: zeros are read from
  // there, and nothing is written. In plain terms every row is looked at.

  // to = row `index` of x, in a format with the same fractional bits that has a zero.
  template <class N, class F, class I, class T>
  static void read_row(const N& n, int run, const view<P, F>& x, const num<P, I>& index,
                       const view<P, T>& to) {
    auto zero = literal<P>(to.format(), 0);
    for (int c = 0; c < run; ++c) to.put(c, zero);
    for (int i = 0; i < n; ++i) {
      auto before = index < row_number(index, i);
      for (int c = 0; c < run; ++c)
        to.put(c, num<P, T>(to.format(),
                            P::select(to.format(), before, to[c].raw, x[i * run + c].raw)));
    }
    auto exists = index < row_number(index, n);
    for (int c = 0; c < run; ++c)
      to.put(c, num<P, T>(to.format(), P::select(to.format(), exists, to[c].raw, zero.raw)));
  }

  // Adds `values` to row `index` of `sums`, whose format has the same fractional bits.
  template <class N, class S, class I, class F>
  static void add_to_row(const N& n, int run, const view<P, S>& sums, const num<P, I>& index,
                         const view<P, F>& values) {
    for (int i = 0; i < n; ++i) {
      auto here = is_row(index, i);
      for (int c = 0; c < run; ++c) {
        auto term = P::select(values.format(), here, values[c].raw, P::lit(values.format(), 0));
        const std::ptrdiff_t at = i * run + c;
        sums.put(at, num<P, S>(sums.format(), P::add(sums.format(), sums[at].raw, term)));
      }
    }
  }

  // The larger of each of `values` and row `index` of `best`; the values themselves where counts[i]
  // says that the row holds nothing yet. Both have the same fractional bits.
  template <class N, class B, class C, class I, class F>
  static void raise_row(const N& n, int run, const view<P, B>& best, const view<P, C>& counts,
                        const num<P, I>& index, const view<P, F>& values) {
    const auto& f = best.format();
    for (int i = 0; i < n; ++i) {
      auto here = is_row(index, i);
      auto is_empty = counts[i] < literal<P>(counts.format(), 1);
      for (int c = 0; c < run; ++c) {
        const std::ptrdiff_t at = i * run + c;
        auto larger = P::max(f, best[at].raw, values[c].raw);
        auto raised = P::select(f, is_empty, values[c].raw, larger);
        best.put(at, num<P, B>(f, P::select(f, here, raised, best[at].raw)));
      }
    }
  }

 private:
  template <class I>
  static auto row_number(const num<P, I>& index, int i)
      -> decltype(literal<P>(integer_like<32, false>(index.format()), i)) {
    return literal<P>(integer_like<32, false>(index.format()), i);
  }
  template <class I>
  static auto is_row(const num<P, I>& index, int i) {
    auto flag = integer_like<1, false>(index.format());
    auto k = row_number(index, i);
    auto not_above = P::select(flag, k < index, P::lit(flag, 0), P::lit(flag, 1));
    return P::less(P::lit(flag, 0), P::select(flag, index < k, P::lit(flag, 0), not_above));
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
