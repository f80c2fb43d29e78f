"""The nodes of a forest, arranged as the engine takes them (``schedules/forest_nodes.hpp``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.ir import FloatArray
from isobit.rounding import scale

Ints = npt.NDArray[np.int64]

MAX_NODES = 2**20
MAX_FEATURES = 2**18
_CHILD_BITS = 22
_DEEPEST_HEAP = 6


@dataclass(frozen=True, eq=False)
class Trees:
    """The arrays of a forest, as :class:`isobit.ops.forest.Forest` describes them.

    ``raw`` holds the thresholds as integers of an input format, all compared with ``<``, once it is known.
    """

    feature: Ints
    threshold: FloatArray
    inclusive: npt.NDArray[np.bool_]
    left: Ints
    right: Ints
    root: Ints
    raw: npt.NDArray[Any] | None = None

    @classmethod
    def of(cls, constants: Mapping[str, FloatArray]) -> Trees:
        """From the constants of a node."""
        whole = {key: constants[key].astype(np.int64) for key in ("feature", "left", "right", "root")}
        return cls(threshold=constants["threshold"], inclusive=constants["inclusive"] != 0, **whole)

    def in_format(self, fmt: Format) -> Trees:
        """The same decisions on raws of a format; nodes that it decides beforehand are passed over.

        ``x < t`` is ``raw < ceil(t * 2**frac)`` and ``x <= t`` is ``raw < floor(t * 2**frac) + 1``, exactly.
        """
        scaled = scale(self.threshold, fmt.frac)
        whole = np.where(self.inclusive, np.floor(scaled), np.ceil(scaled))
        low, high = float(fmt.min_raw), float(fmt.max_raw)
        # beyond the ends by more than one it is all the same
        clipped = np.clip(whole, low - 2, high + 2)
        raw = np.array([int(value) for value in clipped], dtype=object) + self.inclusive.astype(int)
        always_left = raw > fmt.max_raw
        always_right = raw <= fmt.min_raw
        goes = np.arange(len(raw))
        left, right = self.left.copy(), self.right.copy()
        for i in range(len(raw) - 1, -1, -1):
            left[i] = left[i] if left[i] < 0 else goes[left[i]]
            right[i] = right[i] if right[i] < 0 else goes[right[i]]
            if always_left[i] or always_right[i]:
                goes[i] = left[i] if always_left[i] else right[i]
        root = np.array([r if r < 0 else goes[r] for r in self.root], dtype=np.int64)
        strict = np.zeros(len(raw), dtype=bool)
        return replace(self, left=left, right=right, root=root, raw=raw, inclusive=strict)

    def thresholds_in_format(self) -> npt.NDArray[Any]:
        """The thresholds as integers.

        Raises
        ------
        ValueError
            Before :meth:`in_format`.
        """
        if self.raw is None:
            raise ValueError("the trees are not in a format yet")
        return self.raw

    def reachable(self, root: int) -> list[int]:
        """The nodes of a tree level by level, each behind all of its parents."""
        found = [root] if root >= 0 else []
        seen = set(found)
        for node in found:
            for child in (int(self.left[node]), int(self.right[node])):
                if child >= 0 and child not in seen:
                    seen.add(child)
                    found.append(child)
        level = dict.fromkeys(found, 0)
        for node in sorted(found):
            for child in (int(self.left[node]), int(self.right[node])):
                if child >= 0:
                    level[child] = max(level[child], level[node] + 1)
        return sorted(found, key=level.__getitem__)

    def depth(self, order: list[int]) -> int:
        """Comparisons on the longest path through the nodes of a tree."""
        longest: dict[int, int] = {}
        for node in reversed(order):
            children = (int(self.left[node]), int(self.right[node]))
            longest[node] = 1 + max(longest.get(child, 0) for child in children)
        return longest[order[0]] if order else 0


@dataclass
class _Tree:
    """One tree: its nodes (None for one that only fills up a heap), children by position, leaf rows."""

    nodes: list[int | None]
    left: list[int]
    right: list[int]
    leaves: list[int]
    depth: int


@dataclass(frozen=True, eq=False)
class Arranged:
    """A forest in the order of the engine.

    Attributes
    ----------
    thresholds : object array
        Of all nodes, as integers; placeholders without a format.
    """

    trees: Trees
    arranged: list[_Tree]
    thresholds: npt.NDArray[Any]

    @classmethod
    def of(cls, trees: Trees, fmt: Format | None) -> Arranged:
        """Arrange; trees are filled up to heaps where that costs little, if there is a format."""
        made = [_arranged(trees, int(root), fill=fmt is not None) for root in trees.root]
        nodes = [node for tree in made for node in tree.nodes]
        filler = 0 if fmt is None else fmt.min_raw
        raw = trees.raw
        thresholds = [filler if node is None or raw is None else raw[node] for node in nodes]
        return cls(trees, made, np.array(thresholds or [filler], dtype=object))

    def trained_thresholds(self) -> FloatArray:
        """Of all nodes, as they were trained."""
        nodes = [node for tree in self.arranged for node in tree.nodes]
        return np.array([0.0 if node is None else self.trees.threshold[node] for node in nodes] or [0.0])

    def leaf_positions(self, values: int) -> Ints:
        """Positions in the flattened ``leaf`` array, in the order (tree, value, leaf)."""
        rows = [np.array(tree.leaves, dtype=np.int64) for tree in self.arranged]
        return _concatenated([(row[None, :] * values + np.arange(values)[:, None]).ravel() for row in rows])

    def ints(self, values: int) -> Ints:
        """What the engine reads: sizes of every tree, and a word for every node."""
        heads = [(len(tree.nodes), len(tree.leaves), tree.depth) for tree in self.arranged]
        nodes = np.array(
            [-1 if node is None else node for tree in self.arranged for node in tree.nodes], dtype=np.int64
        )
        left = _concatenated([np.array(tree.left, dtype=np.int64) for tree in self.arranged])
        right = _concatenated([np.array(tree.right, dtype=np.int64) for tree in self.arranged])
        real = nodes >= 0
        feature = np.where(real, self.trees.feature[nodes], 0) if nodes.size else nodes
        up_to = np.where(real, self.trees.inclusive[nodes], False) if nodes.size else nodes
        words = left | right << _CHILD_BITS | up_to.astype(np.int64) << 2 * _CHILD_BITS
        words |= feature << (2 * _CHILD_BITS + 1)
        strict = int(not np.any(up_to))
        return np.concatenate([[len(heads), values, strict], np.ravel(heads), words]).astype(np.int64)


def trees_of(ints: Ints) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Back from the engine's integers: (nodes, leaves, depth) of trees, (left, right, feature) of nodes.

    Raises
    ------
    ValueError
        For nodes that are inclusive, which only a model without formats has.
    """
    if not ints[2]:
        raise ValueError("inclusive nodes have no integers")
    heads = ints[3 : 3 + 3 * ints[0]].reshape(-1, 3)
    words, mask = ints[3 + 3 * ints[0] :], (1 << _CHILD_BITS) - 1
    columns = (words & mask, words >> _CHILD_BITS & mask, words >> (2 * _CHILD_BITS + 1))
    nodes = list(zip(*(column.tolist() for column in columns), strict=True))
    return [(n, leaves, depth) for n, leaves, depth in heads.tolist()], nodes


def _concatenated(arrays: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays])


def _arranged(trees: Trees, root: int, fill: bool) -> _Tree:
    order = trees.reachable(root)
    depth = trees.depth(order)
    full = 2**depth - 1
    if fill and depth <= _DEEPEST_HEAP and full <= 2 * len(order) + 1:
        return _heap(trees, root, depth)
    position = {node: i for i, node in enumerate(order)}
    tree = _Tree(list(order), [], [], [], depth)
    for node in order:
        for children, child in ((tree.left, int(trees.left[node])), (tree.right, int(trees.right[node]))):
            if child >= 0:
                children.append(position[child])
            else:
                children.append(len(order) + len(tree.leaves))
                tree.leaves.append(-1 - child)
    if not order:
        tree.leaves.append(-1 - root)
    return tree


def _heap(trees: Trees, root: int, depth: int) -> _Tree:
    """A complete tree: below a leaf that is not on the last level, all leaves are this one."""
    size = 2**depth - 1
    entries = [root]
    tree = _Tree([], [], [], [], depth)
    for i in range(size):
        node = entries[i]
        leaf = node < 0
        tree.nodes.append(None if leaf else node)
        tree.left.append(2 * i + 1)
        tree.right.append(2 * i + 1 if leaf else 2 * i + 2)
        entries += [node, node] if leaf else [int(trees.left[node]), int(trees.right[node])]
    tree.leaves = [-1 - entry for entry in entries[size:]]
    return tree
