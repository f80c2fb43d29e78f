"""The nodes of ONNX's tree ensembles: seven comparisons, in terms of the two that a forest has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.trees.builder import ForestBuilder
from isobit.frontends.trees.comparisons import compared
from isobit.ir import FloatArray

MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER")
"""In the order of the codes of ``TreeEnsemble``."""


class Tree:
    """One tree; children are node numbers, or ``-1 - row`` for a row of leaves.

    Parameters
    ----------
    single : bool
        Whether features are rounded to float32 before they are compared.
    nodes : int
        How many nodes will be added; those that :meth:`add` makes of one node come behind them.
    """

    def __init__(self, single: bool, nodes: int) -> None:
        self._single = single
        self._feature, self._left, self._right = [0] * nodes, [-1] * nodes, [-1] * nodes
        self._threshold, self._closed, self._nan_left = [0.0] * nodes, [False] * nodes, [False] * nodes

    def add(
        self,
        node: int,
        mode: str,
        feature: int,
        values: Sequence[float],
        true: int,
        false: int,
        nan_is_true: bool,
    ) -> None:
        """Set a node. ``values``: its threshold, or the members of its set."""
        if mode in ("BRANCH_GTE", "BRANCH_GT"):
            self._set(node, feature, values[0], mode == "BRANCH_GT", false, true, not nan_is_true)
        elif mode in ("BRANCH_LEQ", "BRANCH_LT"):
            self._set(node, feature, values[0], mode == "BRANCH_LEQ", true, false, nan_is_true)
        elif mode == "BRANCH_NEQ":
            self._equal(node, feature, values, false, true, not nan_is_true)
        else:
            self._equal(node, feature, values, true, false, nan_is_true)

    def _equal(
        self, node: int, feature: int, values: Sequence[float], true: int, false: int, nan_is_true: bool
    ) -> None:
        """Below the first value false, up to it true, below the second false, ...; NaN goes all the way."""
        members = sorted(set(values))
        at = node
        for i, member in enumerate(members):
            last = i == len(members) - 1
            upper = self._new()
            self._set(at, feature, member, False, false, upper, False)
            after = false if last else self._new()
            self._set(upper, feature, member, True, true, after, last and nan_is_true)
            at = after

    def _new(self) -> int:
        for column in (self._feature, self._left, self._right):
            column.append(0)
        self._threshold.append(0.0)
        self._closed.append(False)
        self._nan_left.append(False)
        return len(self._feature) - 1

    def _set(
        self, node: int, feature: int, threshold: float, closed: bool, left: int, right: int, nan_left: bool
    ) -> None:
        self._feature[node], self._threshold[node] = feature, threshold
        self._left[node], self._right[node] = left, right
        self._closed[node], self._nan_left[node] = closed, nan_left

    def add_to(
        self,
        forest: ForestBuilder,
        leaf: FloatArray,
        target: Sequence[int],
        root: int,
        features: int,
        where: str,
    ) -> None:
        """Add the tree to a forest; errors as of :meth:`ForestBuilder.tree`."""
        feature = np.array(self._feature, dtype=np.int64)
        if np.any((feature < 0) | (feature >= features)):
            raise FileFormatError(f"{where}: a node reads a feature beyond the {features} of its input")
        threshold = np.array(self._threshold, dtype=np.float64)
        if not np.all(np.isfinite(threshold)):
            raise FileFormatError(f"{where}: a threshold is not finite")
        limits, inclusive = compared(
            threshold, np.array(self._closed, dtype=bool), np.array(self._nan_left, dtype=bool), self._single
        )
        left, right = np.array(self._left, dtype=np.int64), np.array(self._right, dtype=np.int64)
        forest.tree(feature, limits, inclusive, left, right, leaf, target, root=root, where=where)
