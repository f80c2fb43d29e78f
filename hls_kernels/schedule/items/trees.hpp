// Decision trees, all nodes of which are computed; and forests as tables over bins.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_TREES_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_TREES_HPP

#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Value v of tree t is element t * Values + v. Nodes and leaves lie tree by tree; a child is a
// later node of the same tree, or as many nodes as that has + the number of a leaf. D supplies
//   Trees + 1 `first_nodes()` and `first_leaves()` (of one value),
//   for each node `left()`, `right()` (the same one where nothing is compared) and `feature()`,
// and the largest numbers of nodes and leaves of one tree, `most_nodes` and `most_leaves`.
template <class P, class Cell, int Trees, int Values, class X, class Y, class Thresholds,
          class Leaves, class D>
struct trees : items<trees<P, Cell, Trees, Values, X, Y, Thresholds, Leaves, D>> {
  static constexpr int outer() { return Trees; }
  static constexpr int inner() { return Values; }

  static void at(int t, int v, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    using all = tensor<typename Leaves::format_type, D::most_nodes + D::most_leaves>;
    const int first = D::first_nodes()[t], nodes = D::first_nodes()[t + 1] - first;
    const int first_leaf = D::first_leaves()[t], leaves = D::first_leaves()[t + 1] - first_leaf;
    array<P, all> values;
    ISOBIT_HLS_REGISTERS(values)
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < D::most_leaves; ++i) {
      ISOBIT_HLS_UNROLL
      if (i < leaves)
        all::template put<P>(values, nodes + i,
                             Leaves::template at<P>(first_leaf * Values + v * leaves + i));
    }
    // children before parents
    ISOBIT_HLS_UNROLL_NEXT
    for (int back = 0; back < D::most_nodes; ++back) {
      ISOBIT_HLS_UNROLL
      const int i = nodes - 1 - back;
      if (i >= 0) node<all>(values, i, first + i, x);
    }
    Y::template put<P>(y, t * Values + v,
                       Cell::finish(all::template at<P>(values, 0), typename Y::format_type()));
  }

 private:
  template <class All>
  static void node(array<P, All>& values, int i, int number, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    const auto left = All::template at<P>(values, D::left()[number]);
    const auto right = All::template at<P>(values, D::right()[number]);
    const auto feature = X::template at<P>(x, D::feature()[number]);
    const auto threshold = Thresholds::template at<P>(number);
    if (D::left()[number] == D::right()[number])
      All::template put<P>(values, i, left);
    else
      All::template put<P>(values, i, Cell::below(feature, threshold, left, right));
  }
};

// D supplies `features()`, one for each of Count thresholds.
template <class P, class Cell, int Outputs, int Bins, int Count, class X, class Y, class Thresholds,
          class Steps, class Sums, class D>
struct bins : items<bins<P, Cell, Outputs, Bins, Count, X, Y, Thresholds, Steps, Sums, D>> {
  static constexpr int inner() { return 1; }

  static void at(int, int, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    const auto sums = Sums::template at<P>(0);
    auto address = literal<P>(sums.index, 0);
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < Count; ++i) {
      ISOBIT_HLS_UNROLL
      address = Cell::step(address, X::template at<P>(x, D::features()[i]),
                           Thresholds::template at<P>(i), Steps::template at<P>(i));
    }
    ISOBIT_HLS_UNROLL_NEXT
    for (int o = 0; o < Outputs; ++o) {
      ISOBIT_HLS_UNROLL
      Y::template put<P>(y, o, Cell::finish(address, o * Bins, sums, typename Y::format_type()));
    }
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
