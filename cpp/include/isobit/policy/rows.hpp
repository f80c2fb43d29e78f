// Rows by index, overridden where memory can be addressed: the same bits as derived's plain forms,
// with one row looked at instead of all. ISOBIT_NO_OVERRIDES leaves the plain forms.
#ifndef ISOBIT_POLICY_ROWS_HPP
#define ISOBIT_POLICY_ROWS_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

#if defined(ISOBIT_NO_OVERRIDES)

template <class P>
struct rows_of_sample : derived<P> {};

#else

// For policies of one sample, whose raws are numbers of the language.
template <class P>
struct rows_of_sample : derived<P> {
  template <class N, class F, class I, class T>
  static void read_row(const N& n, int run, const view<P, F>& x, const num<P, I>& index,
                       const view<P, T>& to) {
    const bool exists = index.raw >= 0 && index.raw < static_cast<int>(n);
    const auto row = x.from(exists ? static_cast<std::ptrdiff_t>(index.raw) * run : 0);
    for (int c = 0; c < run; ++c)
      to.put(c, num<P, T>(to.format(), exists ? row[c].raw : P::lit(to.format(), 0)));
  }
  template <class N, class S, class I, class F>
  static void add_to_row(const N& n, int run, const view<P, S>& sums, const num<P, I>& index,
                         const view<P, F>& values) {
    if (index.raw < 0 || index.raw >= static_cast<int>(n)) return;
    const auto row = sums.from(static_cast<std::ptrdiff_t>(index.raw) * run);
    for (int c = 0; c < run; ++c)
      row.put(c, num<P, S>(sums.format(), P::add(sums.format(), row[c].raw, values[c].raw)));
  }
  template <class N, class B, class C, class I, class F>
  static void raise_row(const N& n, int run, const view<P, B>& best, const view<P, C>& counts,
                        const num<P, I>& index, const view<P, F>& values) {
    if (index.raw < 0 || index.raw >= static_cast<int>(n)) return;
    const auto i = static_cast<std::ptrdiff_t>(index.raw);
    const auto row = best.from(i * run);
    const auto& f = best.format();
    const bool is_empty = counts[i].raw < 1;
    for (int c = 0; c < run; ++c)
      row.put(c, num<P, B>(f, is_empty ? values[c].raw : P::max(f, row[c].raw, values[c].raw)));
  }
};

#endif

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
