// interval: what a computation can reach, and how wide an integer must be to carry it.
//
// A raw is a range [low, high] that holds every reachable value, with two bit counts. `exact_bits`
// is what a two's complement word needs if this value must be right as an integer. But add, sub,
// mul, shl are right modulo 2^n in an n-bit word even when they overflow, and a later `wrap` keeps
// only low bits; so exactness is demanded (and moves into `needed_bits`) only by operations that
// look at the whole value: less, min, max, lut. `lost` counts bits shifted out to the right, which
// a wrapped word no longer has at its top. The two invariants, for a word of T bits:
//   T >= needed_bits                     the word is right modulo 2^(T - lost);
//   T >= max(needed_bits, exact_bits)    the word is right.
#ifndef ISOBIT_POLICY_INTERVAL_HPP
#define ISOBIT_POLICY_INTERVAL_HPP

#include <cstdint>
#include <stdexcept>

#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

struct range {
  int128 low = 0, high = 0;
  int needed_bits = 1;
  int exact_bits = 1;
  int lost = 0;
  int frac = 0;        // of the format that the last operation gave it
  int reach_bits = 1;  // of the largest value met on the way here: what doubles must hold (f64)

  int word_bits() const { return needed_bits > exact_bits ? needed_bits : exact_bits; }
};

namespace detail {

// Bits of the narrowest two's complement word that holds n.
inline int signed_bits(int128 n) {
  const uint128 m = static_cast<uint128>(n < 0 ? ~n : n);
  const auto upper = static_cast<std::uint64_t>(m >> 64), lower = static_cast<std::uint64_t>(m);
  if (upper != 0) return 129 - __builtin_clzll(upper);
  return lower != 0 ? 65 - __builtin_clzll(lower) : 1;
}
inline int signed_bits(int128 low, int128 high) { return max(signed_bits(low), signed_bits(high)); }

}  // namespace detail

struct interval : derived<interval> {
  template <class F>
  using raw = range;
  template <class F>
  using uniform = int128;
  // What a comparison can give, and what it needs to be right.
  struct mask {
    bool can_be_true, can_be_false;
    int needed_bits, reach_bits;
  };

  template <class F>
  static range lit(const F& f, std::int64_t n) {
    return point(f, n);
  }
  template <class F>
  static range splat(const F& f, int128 u) {
    return point(f, u);
  }
  template <class F>
  static range add(const F& f, const range& a, const range& b) {
    return ring(f, a, b, {plus(a.low, b.low), plus(a.high, b.high)});
  }
  template <class F>
  static range sub(const F& f, const range& a, const range& b) {
    return ring(f, a, b, {plus(a.low, -b.high), plus(a.high, -b.low)});
  }
  template <class F>
  static range mul(const F& f, const range& a, const range& b) {
    const int128 c[4] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low),
                         times(a.high, b.high)};
    hull h = {c[0], c[0]};
    for (int128 v : c) h = {v < h.low ? v : h.low, v > h.high ? v : h.high};
    return ring(f, a, b, h);
  }
  template <class F>
  static range square(const F& f, const range& a) {
    const int128 low = times(a.low, a.low), high = times(a.high, a.high);
    const bool holds_zero = a.low <= 0 && a.high >= 0;
    return ring(f, a, a, {holds_zero ? 0 : low < high ? low : high, low < high ? high : low});
  }
  template <class F>
  static range shl(const F& f, const range& a, int n) {
    if (n == 0) return formatted(f, a);
    if (n > limit) overflow_error();
    const int128 factor = static_cast<int128>(1) << n;
    range r = ring(f, a, a, {times(a.low, factor), times(a.high, factor)});
    r.needed_bits =
        detail::max(r.needed_bits, n + 1);  // a word can only shift by less than its width
    return r;
  }
  template <class F>
  static range shr(const F& f, const range& a, int n) {
    range r = formatted(f, a);
    if (n == 0) return r;
    if (n > limit) overflow_error();
    r.low >>= n;
    r.high >>= n;
    r.lost += n;
    r.needed_bits = detail::max(r.needed_bits, n + 1);
    return r;  // exact_bits stay: the word still has to hold what was there before
  }
  static mask less(const range& a, const range& b) {
    return {a.low < b.high, a.high >= b.low, detail::max(a.word_bits(), b.word_bits()),
            detail::max(a.reach_bits, b.reach_bits)};
  }
  template <class F>
  static range select(const F& f, const mask& m, const range& a, const range& b) {
    hull h = {a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
    if (!m.can_be_false) h = {a.low, a.high};
    if (!m.can_be_true) h = {b.low, b.high};
    range r = ring(f, a, b, h);
    r.exact_bits = detail::max(a.exact_bits, b.exact_bits);
    r.needed_bits = detail::max(r.needed_bits, m.needed_bits);
    r.reach_bits = detail::max(r.reach_bits, m.reach_bits);
    return r;
  }
  template <class F>
  static range min(const F& f, const range& a, const range& b) {
    return compared(f, a, b, {a.low < b.low ? a.low : b.low, a.high < b.high ? a.high : b.high});
  }
  template <class F>
  static range max(const F& f, const range& a, const range& b) {
    return compared(f, a, b, {a.low > b.low ? a.low : b.low, a.high > b.high ? a.high : b.high});
  }
  template <class F>
  static range wrap(const F& f, const range& a) {
    const int128 one = 1;
    const int128 low = f.is_signed() ? -(one << (f.width() - 1)) : 0;
    const int128 high = low + ((one << f.width()) - 1);
    const int kept = f.width() + (f.is_signed() ? 0 : 1);
    // The result is right when the word was right, or when this format can be cut out of it.
    const int cut = detail::max(kept, f.width() + a.lost);
    const bool fits = a.low >= low && a.high <= high;
    const int demand = a.exact_bits < cut ? a.exact_bits : cut;
    range r;
    r.frac = f.frac();
    r.low = fits ? a.low : low;
    r.high = fits ? a.high : high;
    r.exact_bits = detail::signed_bits(r.low, r.high);
    r.needed_bits = detail::max(a.needed_bits, fits ? demand : detail::max(kept, demand));
    r.reach_bits =
        detail::max(a.reach_bits, f.width() + 1);  // doubles wrap by adding half the modulus
    return r;
  }
  // What no rounding or overflow mode exceeds. A select between a value and its replacement (as in
  // SAT_ZERO) knows only the hull of both.
  template <class From, class To>
  static num<interval, To> cast(const num<interval, From>& v, const To& to) {
    num<interval, To> r = detail::integer_cast(v, to);
    const int128 one = 1;
    const int128 lowest_raw = to.is_signed() ? -(one << (to.width() - 1)) : 0;
    const int128 highest_raw = (one << (to.width() - (to.is_signed() ? 1 : 0))) - 1;
    if (r.raw.low >= lowest_raw && r.raw.high <= highest_raw) return r;
    r.raw.needed_bits = r.raw.word_bits();
    r.raw.low = r.raw.low < lowest_raw ? lowest_raw : r.raw.low;
    r.raw.high = r.raw.high > highest_raw ? highest_raw : r.raw.high;
    r.raw.exact_bits = detail::signed_bits(r.raw.low, r.raw.high);
    return r;
  }
  template <class Index, class Entry>
  static range lut(const table<interval, Index, Entry>& t, const range& i) {
    if (i.low < 0 || i.high >= t.size)
      throw std::out_of_range("a table is addressed outside of its entries");
    hull h = {t.entries[static_cast<std::ptrdiff_t>(i.low)],
              t.entries[static_cast<std::ptrdiff_t>(i.low)]};
    for (std::ptrdiff_t k = static_cast<std::ptrdiff_t>(i.low); k <= i.high; ++k) {
      if (t.entries[k] < h.low) h.low = t.entries[k];
      if (t.entries[k] > h.high) h.high = t.entries[k];
    }
    return compared(t.entry, i, i, h);
  }

  // What is one of both, of one format.
  static range either(const range& a, const range& b) {
    range r = a;
    r.low = a.low < b.low ? a.low : b.low;
    r.high = a.high > b.high ? a.high : b.high;
    r.needed_bits = detail::max(a.needed_bits, b.needed_bits);
    r.exact_bits = detail::max(a.exact_bits, b.exact_bits);
    r.lost = detail::max(a.lost, b.lost);
    r.reach_bits = detail::max(a.reach_bits, b.reach_bits);
    return r;
  }

  // As the generic form, in one step for each weight. Partial sums of any order lie between the
  // sums of all negative and of all positive terms.
  template <int R, class N, class FX, class FW, class FB, class A>
  static void affine(const N& n, const view<interval, FX>& x, const constants<interval, FW>& w,
                     std::ptrdiff_t row_stride, const constants<interval, FB>& b, const A& total,
                     range (&out)[R]) {
    const int here = 0;
    affine_window<R>(window<N, N, int>{n, n, 1, &here, 0, nullptr}, x, w, row_stride, b, total,
                     out);
  }
  template <int R, class All, class N, class Index, class FX, class FW, class FB, class A>
  static void affine_window(const window<All, N, Index>& from, const view<interval, FX>& x,
                            const constants<interval, FW>& w, std::ptrdiff_t row_stride,
                            const constants<interval, FB>& b, const A& total, range (&out)[R]) {
    const auto fp = product(x.format(), w.format());
    const auto fs = sum_of(from.all, fp);
    for (int r = 0; r < R; ++r) {
      range all = point(fs, 0);
      hull partial = {0, 0};
      for (int t = 0; t < from.taps; ++t) {
        if (from.at[t] < 0) continue;
        const range* xs = x.data + from.at[t] * from.next * x.stride;
        const int128* weights =
            w.data + static_cast<std::ptrdiff_t>(t) * from.n * row_stride + r * w.stride;
        for (int i = 0; i < from.n; ++i) {
          const range& xi = xs[i * x.stride];
          const int128 weight = weights[i * row_stride];
          const int128 low = times(weight, weight < 0 ? xi.high : xi.low);
          const int128 high = times(weight, weight < 0 ? xi.low : xi.high);
          all.low = plus(all.low, low);
          all.high = plus(all.high, high);
          if (low < 0) partial.low = plus(partial.low, low);
          if (high > 0) partial.high = plus(partial.high, high);
          all.needed_bits = detail::max(all.needed_bits, xi.needed_bits);
          all.lost = detail::max(all.lost, xi.lost);
          all.exact_bits = detail::max(all.exact_bits, xi.exact_bits);
          all.reach_bits = detail::max(all.reach_bits, xi.reach_bits);
        }
      }
      const int exact = detail::signed_bits(all.low, all.high);
      all.exact_bits = all.lost > 0 ? detail::max(exact, all.exact_bits) : exact;
      all.reach_bits = detail::max(all.reach_bits, detail::signed_bits(partial.low, partial.high));
      const range bias = splat(b.format(), b.data[r * b.stride]);
      out[r] = add(total, shl(total, all, total.frac() - fs.frac()),
                   shl(total, bias, total.frac() - b.format().frac()));
    }
  }

 private:
  static constexpr int limit = 126;  // the widest word there is keeps one bit in reserve
  struct hull {
    int128 low, high;
  };

  [[noreturn]] static void overflow_error() {
    throw std::overflow_error("a value needs more than 127 bits");
  }
  static int128 plus(int128 a, int128 b) {
    int128 r;
    if (__builtin_add_overflow(a, b, &r) || r == lowest) overflow_error();
    return r;
  }
  static int128 times(int128 a, int128 b) {
    int128 r;
    if (__builtin_mul_overflow(a, b, &r) || r == lowest) overflow_error();
    return r;
  }
  static constexpr int128 lowest = static_cast<int128>(static_cast<uint128>(1) << 127);

  template <class F>
  static range formatted(const F& f, range a) {
    a.frac = f.frac();
    return a;
  }
  template <class F>
  static range point(const F& f, int128 n) {
    range r;
    r.frac = f.frac();
    r.low = r.high = n;
    r.exact_bits = r.reach_bits = detail::signed_bits(n);
    return r;
  }
  // Right modulo 2^n whatever n: exactness is owed, not yet demanded.
  template <class F>
  static range ring(const F& f, const range& a, const range& b, hull h) {
    range r;
    r.frac = f.frac();
    r.low = h.low;
    r.high = h.high;
    r.needed_bits = detail::max(a.needed_bits, b.needed_bits);
    r.lost = detail::max(a.lost, b.lost);
    r.exact_bits = detail::signed_bits(h.low, h.high);
    r.reach_bits = detail::max(r.exact_bits, detail::max(a.reach_bits, b.reach_bits));
    if (r.lost >
        0)  // the top bits of the word are not to be trusted: it must have been right before
      r.exact_bits = detail::max(r.exact_bits, detail::max(a.exact_bits, b.exact_bits));
    return r;
  }
  // Looks at whole values: what was owed is now needed.
  template <class F>
  static range compared(const F& f, const range& a, const range& b, hull h) {
    range r;
    r.frac = f.frac();
    r.low = h.low;
    r.high = h.high;
    r.exact_bits = detail::signed_bits(h.low, h.high);
    r.reach_bits = detail::max(r.exact_bits, detail::max(a.reach_bits, b.reach_bits));
    r.needed_bits = detail::max(a.word_bits(), b.word_bits());
    return r;
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
