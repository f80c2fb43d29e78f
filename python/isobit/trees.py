"""Exact inputs for forests in fixed point: every feature as its rank among the thresholds.

Features of very different ranges do not fit in one fixed-point format. But a forest only asks on which side
of its thresholds a feature lies, so the number of thresholds that it has passed says everything, in few
bits, missing values included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import GraphError
from isobit.formats import Format
from isobit.inputs import check_values
from isobit.ir import FloatArray, GraphBuilder, Node
from isobit.missing import missing_inputs, without_rule
from isobit.model import Model


@dataclass(frozen=True, eq=False)
class _Column:
    """The rank of one feature among some thresholds; NaN has the first or the last rank."""

    feature: int
    strict: FloatArray
    inclusive: FloatArray
    nan_last: bool

    @property
    def largest(self) -> int:
        """The last rank."""
        return len(self.strict) + len(self.inclusive)

    def ranks(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """How many comparisons with thresholds are false."""
        passed = np.searchsorted(self.strict, x, side="right")
        passed += np.searchsorted(self.inclusive, x, side="left")
        return np.where(np.isnan(x), self.largest if self.nan_last else 0, passed)


class Ranks:
    """A model whose input is the ranks of the features of another one, with the same decisions.

    Parameters
    ----------
    model : Model
        With one input, which only forests read.

    Attributes
    ----------
    model : Model
        Takes what :meth:`encode` makes.
    format : Format
        The unsigned integers that hold all ranks; for ``quantize({..., <input>: ranks.format})``.

    Raises
    ------
    GraphError
        When something else than a forest reads the input.
    """

    def __init__(self, model: Model) -> None:
        readers = [node for node in model.layers if set(node.inputs) & set(model.inputs)]
        if len(model.inputs) != 1 or any(node.op != "forest" for node in readers) or not readers:
            raise GraphError("ranks replace the input of a model with one input that only forests read")
        (self._input,) = model.inputs
        self._source, self._missing = model.inputs, missing_inputs(model.graph)
        self._without_rule = without_rule(model.graph)
        self._columns: list[_Column] = []
        builder = GraphBuilder(model.name)
        made = {node.name: self._ranked(node, self._input in self._missing) for node in readers}
        builder.input(self._input, (max(1, len(self._columns)),))
        for node in model.layers:
            constants: Mapping[str, npt.ArrayLike] = made.get(node.name, node.constants)
            attrs = {**node.attrs, "missing": False} if node.name in made else node.attrs
            builder.add(node.op, node.inputs, node.name, attrs, constants)
        for name, tensor in model.graph.outputs.items():
            builder.output(name, tensor)
        self.model = Model(builder.build())
        most = max((column.largest for column in self._columns), default=1)
        self.format = Format(max(1, most.bit_length()), 0, signed=False)

    def encode(self, X: Any) -> npt.NDArray[Any]:
        """The ranks of features.

        Parameters
        ----------
        X : array-like of shape (n, features)
            As for ``predict`` of the original model, NaN included where it takes them.

        Returns
        -------
        uint8 or uint16 array of shape (n, columns)
        """
        (values,) = check_values(X, self._source, missing=self._missing, without_rule=self._without_rule)
        ranks = np.zeros((len(values), max(1, len(self._columns))), dtype=_unsigned(self.format))
        for i, column in enumerate(self._columns):
            ranks[:, i] = column.ranks(values[:, column.feature])
        return ranks

    def _ranked(self, node: Node, missing: bool) -> dict[str, npt.ArrayLike]:
        """The constants of a forest on ranks, whose columns are appended."""
        constants: dict[str, npt.ArrayLike] = dict(node.constants)
        feature, threshold = node.constants["feature"].astype(np.int64), node.constants["threshold"]
        inclusive = node.constants["inclusive"] != 0
        place, rank = np.zeros(len(feature)), np.zeros(len(feature))
        for one in np.unique(feature):
            for kinds in ((False,), (True,)) if missing else ((False, True),):
                mine = (feature == one) & np.isin(inclusive, kinds)
                if np.any(mine):
                    place[mine] = len(self._columns)
                    rank[mine] = self._append(int(one), threshold[mine], inclusive[mine], True not in kinds)
        constants |= {"feature": place, "threshold": rank, "inclusive": np.zeros(len(feature))}
        return constants

    def _append(
        self, feature: int, threshold: FloatArray, inclusive: npt.NDArray[np.bool_], nan_last: bool
    ) -> FloatArray:
        """Add a column; returns the rank below which each node goes left."""
        strict, upper = np.unique(threshold[~inclusive]), np.unique(threshold[inclusive])
        self._columns.append(_Column(feature, strict, upper, nan_last))
        # Comparisons that are false before this one is; at one threshold the strict one comes first.
        before = np.searchsorted(strict, threshold) + np.searchsorted(upper, threshold)
        before += inclusive & np.isin(threshold, strict)
        return np.asarray(before + 1, dtype=np.float64)


def _unsigned(fmt: Format) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if fmt.width <= 8 else np.uint16 if fmt.width <= 16 else np.uint32
