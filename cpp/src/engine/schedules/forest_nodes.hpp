// How the integers of a `trees` operation describe a forest.
//
// Ints: trees, values of each leaf, 1 if every node has the form `x < threshold` (else 0); then for
// each tree its nodes, leaves and depth; then one word for each node. A child is a later node of
// the same tree, or `nodes` + the number of a leaf. A node whose children are one and the same
// compares nothing. A tree of 2^depth - 1 nodes lies in the order of a heap.
#ifndef ISOBIT_ENGINE_SCHEDULES_FOREST_NODES_HPP
#define ISOBIT_ENGINE_SCHEDULES_FOREST_NODES_HPP

#include "engine/schedules/schedule.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// A node packed in 63 bits: left child, right child, whether left is taken up to the threshold
// (else below it), feature.
struct tree_node {
  static constexpr int child_bits = 22, feature_bits = 18;

  std::int64_t word;

  int left() const { return static_cast<int>(word & child_mask); }
  int right() const { return static_cast<int>(word >> child_bits & child_mask); }
  bool up_to() const { return (word >> 2 * child_bits & 1) != 0; }
  int feature() const { return static_cast<int>(word >> (2 * child_bits + 1)); }

 private:
  static constexpr std::int64_t child_mask = (std::int64_t{1} << child_bits) - 1;
};

// One tree of a forest, and where its parts begin.
struct tree_nodes {
  int number, nodes, leaves, depth;
  const std::int64_t* words;
  std::int64_t first_node, first_leaf;

  tree_node operator[](int i) const { return {words[i]}; }
  bool is_complete() const { return depth < 22 && nodes == (1 << depth) - 1; }
};

inline std::int64_t values_of_forest(const std::int64_t* ints) { return ints[1]; }
inline bool is_strict(const std::int64_t* ints) { return ints[2] != 0; }

// Calls `each(tree)` for every tree in order.
template <class Each>
void for_each_tree(const std::int64_t* ints, const Each& each) {
  const int trees = static_cast<int>(ints[0]);
  const std::int64_t* heads = ints + 3;
  const std::int64_t* words = heads + 3 * static_cast<std::ptrdiff_t>(trees);
  std::int64_t first_node = 0, first_leaf = 0;
  for (int t = 0; t < trees; ++t) {
    const std::int64_t* head = heads + 3 * t;
    const tree_nodes tree{t,
                          static_cast<int>(head[0]),
                          static_cast<int>(head[1]),
                          static_cast<int>(head[2]),
                          words + first_node,
                          first_node,
                          first_leaf};
    each(tree);
    first_node += tree.nodes;
    first_leaf += tree.leaves;
  }
}

inline const char* wrong_tree(const tree_nodes& t, bool strict, std::int64_t features) {
  const bool complete = t.is_complete();
  const int first_of_last_level = (t.nodes - 1) / 2;
  for (int i = 0; i < t.nodes; ++i) {
    const tree_node n = t[i];
    if (n.word < 0 || n.feature() >= features) return "wants features that exist";
    if (strict && n.up_to()) return "wants one form of nodes where it says so";
    for (int child : {n.left(), n.right()})
      if (child <= i || child >= t.nodes + t.leaves) return "wants children behind their nodes";
    if (!complete) continue;
    const int first = i < first_of_last_level ? 2 * i + 1 : t.nodes + 2 * (i - first_of_last_level);
    if (n.left() != first || (n.right() != first + 1 && n.right() != first))
      return "wants complete trees in the order of a heap";
  }
  return nullptr;
}

// What `wrong` of the schedule says.
inline const char* wrong_forest(const engine::operation_sizes& s) {
  if (s.n_ints < 3 || s.ints[0] < 1 || s.ints[1] < 1 || s.ints[0] > s.output ||
      s.ints[1] > s.output || s.ints[0] * s.ints[1] != s.output)
    return "wants trees x values outputs";
  const std::int64_t trees = s.ints[0];
  if (s.n_ints < 3 + 3 * trees) return "wants nodes, leaves and depth of every tree";
  constexpr std::int64_t most = std::int64_t{1} << (tree_node::child_bits - 1);
  std::int64_t nodes = 0, leaves = 0;
  for (std::int64_t t = 0; t < trees; ++t) {
    const std::int64_t* head = s.ints + 3 + 3 * t;
    if (head[0] < 0 || head[0] >= most || head[1] < 1 || head[1] >= most || head[2] < 0 ||
        head[2] > head[0] || (head[2] == 0) != (head[0] == 0))
      return "wants trees with leaves, no deeper than they have nodes";
    nodes += head[0];
    leaves += head[1];
  }
  if (s.n_ints != 3 + 3 * trees + nodes) return "wants a word for every node";
  if (s.constants[0] != (nodes > 0 ? nodes : 1) || s.constants[1] != leaves * s.ints[1])
    return "wants a threshold for every node and a constant for every value of a leaf";
  const char* wrong = nullptr;
  for_each_tree(s.ints, [&](const tree_nodes& t) {
    if (!wrong) wrong = wrong_tree(t, is_strict(s.ints), s.inputs[0]);
  });
  return wrong;
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
