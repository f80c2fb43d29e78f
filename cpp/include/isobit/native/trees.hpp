// Decision trees for one sample: the path through each tree, by the cell, whose node takes the
// numbers of its children for their values; and forests as tables over bins.
#ifndef ISOBIT_NATIVE_TREES_HPP
#define ISOBIT_NATIVE_TREES_HPP

#include "isobit/native/flatten.hpp"
#include "isobit/native/tensor.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// A child is a node of the same tree, or as many nodes as it has + the number of a leaf.
template <class T>
struct tree_node {
  T threshold;
  std::int32_t feature, children[2];
};
struct tree_sizes {
  std::int32_t nodes, leaves, depth;
};

// Value v of tree t is element t * Values + v. D supplies `nodes()`, `sizes()`, the number of
// `trees` and their `threshold_format`; leaves lie tree by tree, value by value.
template <class P, class Cell, class X, class Y, class D, class Leaves, int Values>
struct trees {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using child = fmt<32, 0, true>;
    using threshold = typename D::threshold_format;
    using leaf = typename Leaves::format_type;
    auto* nodes = D::nodes();
    auto* leaves = Leaves::data();
    for (int t = 0; t < D::trees; ++t) {
      const tree_sizes size = D::sizes()[t];
      std::int32_t at = 0;
      for (int level = 0; level < size.depth; ++level) {
        const auto& n = nodes[at < size.nodes ? at : 0];
        const auto next = Cell::below(
            X::template at<P>(w, n.feature), num<P, threshold>(threshold(), n.threshold),
            num<P, child>(child(), n.children[0]), num<P, child>(child(), n.children[1]));
        at = at < size.nodes ? static_cast<std::int32_t>(next.raw) : at;
      }
      for (int v = 0; v < Values; ++v) {
        const num<P, leaf> value(leaf(), leaves[v * size.leaves + at - size.nodes]);
        Y::template put<P>(w, t * Values + v, Cell::finish(value, typename Y::format_type()));
      }
      nodes += size.nodes;
      leaves += Values * size.leaves;
    }
  }
};

// D supplies `features()`, one for each of Count thresholds.
template <class P, class Cell, int Outputs, int Bins, int Count, class X, class Y, class Thresholds,
          class Steps, class Sums, class D>
struct bins {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    const auto sums = Sums::template at<P>(0);
    auto address = literal<P>(sums.index, 0);
    for (int i = 0; i < Count; ++i)
      address = Cell::step(address, X::template at<P>(w, D::features()[i]),
                           Thresholds::template at<P>(i), Steps::template at<P>(i));
    for (int o = 0; o < Outputs; ++o)
      Y::template put<P>(w, o, Cell::finish(address, o * Bins, sums, typename Y::format_type()));
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
