// Decision trees. A node's value is that of one of its two children; every node is computed, all of
// them at once where there is room, so that data decides no control flow. A leaf is a constant.
#ifndef ISOBIT_CELLS_FOREST_HPP
#define ISOBIT_CELLS_FOREST_HPP

#include "isobit/cells/reduce.hpp"
#include "isobit/table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

// One node, in two forms. On numbers they differ by where x = threshold goes; in the `real` policy
// also by where NaN goes, for which no comparison is true. x and its threshold have as many
// fractional bits, and both children have one format, so that nothing is aligned.
struct tree {
  // `left` where x < threshold; NaN goes right.
  template <class P, class X, class T, class V>
  static num<P, V> below(const num<P, X>& x, const num<P, T>& threshold, const num<P, V>& left,
                         const num<P, V>& right) {
    return choose(P::less(x.raw, threshold.raw), left, right);
  }
  // `left` where x <= threshold; NaN goes left.
  template <class P, class X, class T, class V>
  static num<P, V> up_to(const num<P, X>& x, const num<P, T>& threshold, const num<P, V>& left,
                         const num<P, V>& right) {
    return choose(P::less(threshold.raw, x.raw), right, left);
  }
  // The value of the root is that of the tree.
  template <class P, class V, class Y>
  static num<P, Y> finish(const num<P, V>& root, const Y& out) {
    return cast(root, out);
  }

 private:
  template <class P, class V>
  static num<P, V> choose(const typename P::mask& m, const num<P, V>& a, const num<P, V>& b) {
    return num<P, V>(a.format(), P::select(a.format(), m, a.raw, b.raw));
  }
};

// y = (sum of the trees' values) + bias
struct sum_of_trees : detail::sum_of_terms<detail::itself> {
  static constexpr int constants = 1;

  template <class P, class A, class B, class Y>
  static num<P, Y> finish(const num<P, A>& all, const num<P, B>& bias, const Y& out) {
    return cast(all + bias, out);
  }
};

// A whole forest as one look-up. The thresholds of a feature cut it into bins; bins of all features
// are counted in mixed radix, and the table holds the exact sum of the trees for each combination.
struct binned {
  // Adds `step` to the address where x is at or above a threshold of as many fractional bits.
  template <class P, class I, class X, class T, class S>
  static num<P, I> step(const num<P, I>& address, const num<P, X>& x, const num<P, T>& threshold,
                        const num<P, S>& step) {
    const auto& f = address.format();
    auto more = P::select(f, P::less(x.raw, threshold.raw), P::lit(f, 0), step.raw);
    return num<P, I>(f, P::add(f, address.raw, more));
  }
  // The table's entry `first` + address, cast into the output.
  template <class P, class I, class E, class Y>
  static num<P, Y> finish(const num<P, I>& address, std::int64_t first, const table<P, I, E>& sums,
                          const Y& out) {
    const auto& f = address.format();
    num<P, I> at(f, P::add(f, address.raw, P::lit(f, first)));
    return cast(look_up(at, sums), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
