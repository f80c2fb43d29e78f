"""A forest tree by tree, and the graph around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.ir import FloatArray, Graph, GraphBuilder
from isobit.ops.forest_nodes import MAX_NODES

Ints = npt.NDArray[np.int64]


class ForestBuilder:
    """Collects trees whose leaves have ``values`` numbers."""

    def __init__(self, values: int = 1) -> None:
        self._values = values
        self._nodes: list[tuple[Ints, FloatArray, npt.NDArray[np.bool_], Ints, Ints]] = []
        self._leaves: list[FloatArray] = []
        self._roots: list[int] = []
        self._targets: list[Sequence[int]] = []
        self._count = self._rows = 0

    def __len__(self) -> int:
        return len(self._roots)

    def tree(
        self,
        feature: Ints,
        threshold: FloatArray,
        inclusive: npt.NDArray[np.bool_],
        left: Ints,
        right: Ints,
        leaf: FloatArray,
        target: Sequence[int],
        root: int = 0,
        where: str = "",
    ) -> None:
        """Add a tree.

        Parameters
        ----------
        feature, threshold, inclusive, left, right : arrays of shape (n,)
            As of :class:`isobit.ops.forest.Forest`, with children as nodes of this tree in any order, or
            ``-1 - row`` for a row of ``leaf``.
        leaf : array of shape (rows, values)
        target : sequence of int
            The output of every value.
        root : int
            The first node, or ``-1 - row``.
        where : str
            What to call the tree in messages.

        Raises
        ------
        FileFormatError
            For children that do not exist, or nodes that lead back to themselves.
        """
        n, rows = len(feature), len(leaf)
        children = np.concatenate([left, right, [root]])
        if np.any(children >= n) or np.any(children < -rows):
            raise FileFormatError(f"{where}: a node leads to one that does not exist")
        if self._count + n > MAX_NODES:
            raise FileFormatError(f"{where}: more than {MAX_NODES} nodes in all")
        if not np.all(np.isfinite(threshold)):
            raise FileFormatError(f"{where}: a threshold is not finite")
        if not np.all(np.isfinite(leaf)):
            raise FileFormatError(f"{where}: the value of a leaf is not finite")
        order = _parents_first(left, right, root, where)
        place = np.full(n, -1, dtype=np.int64)
        place[order] = np.arange(len(order)) + self._count

        def moved(child: Ints) -> Ints:
            inner = child >= 0
            return np.where(inner, place[np.where(inner, child, 0)] if n else 0, child - self._rows)

        self._nodes.append(
            (feature[order], threshold[order], inclusive[order], moved(left)[order], moved(right)[order])
        )
        self._roots.append(int(moved(np.array([root]))[0]))
        self._leaves.append(np.asarray(leaf, dtype=np.float64).reshape(rows, self._values))
        self._targets.append(tuple(target))
        self._count += len(order)
        self._rows += rows

    def constant(self, target: Sequence[int], values: Sequence[float]) -> None:
        """Add a tree of one leaf."""
        nothing = np.zeros(0, dtype=np.int64)
        self.tree(
            nothing, np.zeros(0), nothing.astype(bool), nothing, nothing, np.array([values]), target, root=-1
        )

    def constants(self, outputs: int, bias: FloatArray) -> dict[str, npt.ArrayLike]:
        """What the operator takes; outputs without a tree get one of a leaf 0."""
        reached = {output for target in self._targets for output in target}
        for output in sorted(set(range(outputs)) - reached):
            self.constant([output] * self._values, [0.0] * self._values)
        names = ("feature", "threshold", "inclusive", "left", "right")
        columns = [np.concatenate([part[i] for part in self._nodes]) for i in range(len(names))]
        arrays: dict[str, npt.ArrayLike] = dict(zip(names, columns, strict=True))
        arrays["root"] = np.array(self._roots)
        arrays["leaf"] = np.concatenate(self._leaves)
        arrays["target"] = np.array(self._targets)
        if np.any(bias):
            arrays["bias"] = bias
        return arrays


def forest_graph(
    name: str,
    features: int,
    constants: Mapping[str, npt.ArrayLike],
    outputs: int,
    after: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> Graph:
    """A model of one forest: input ``features``, layer ``forest``, and layers with their options."""
    builder = GraphBuilder(name)
    last = builder.input("features", (features,))
    attrs = {"outputs": outputs, "missing": True}
    last = builder.add("forest", [last], "forest", attrs, constants)
    for op, options in after:
        given = ({}, options) if op == "affine" else (options, {})
        last = builder.add(op, [last], builder.unique(op), *given)
    builder.output(last, last)
    return builder.build()


def _parents_first(left: Ints, right: Ints, root: int, where: str) -> list[int]:
    """The nodes that the root reaches, each behind all of its parents.

    Raises
    ------
    FileFormatError
        When a node leads back to itself.
    """
    done: list[int] = []
    state = np.zeros(len(left), dtype=np.int8)  # 1: its children are under way, 2: done
    waiting = [root] if root >= 0 else []
    while waiting:
        node = waiting[-1]
        if state[node]:
            waiting.pop()
            if state[node] == 1:
                state[node] = 2
                done.append(node)
            continue
        state[node] = 1
        for child in (int(right[node]), int(left[node])):
            if child >= 0 and state[child] == 1:
                raise FileFormatError(f"{where}: node {child} leads back to itself")
            if child >= 0 and state[child] == 0:
                waiting.append(child)
    return done[::-1]
