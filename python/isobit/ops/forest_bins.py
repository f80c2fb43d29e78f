"""A forest as one table over binned features (V. Gligorov and M. Williams, arXiv:1210.6861).

The thresholds of a feature cut its values into bins, within which nothing changes: the sum of all trees is a
function of the bins, and where there are few combinations of them it is tabulated, exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.program import code, decode
from isobit.formats import Format
from isobit.ops.forest_nodes import Ints, Trees

MAX_ENTRIES = 2**16
_SAFE_BITS = 60


@dataclass(frozen=True, eq=False)
class Bins:
    """The bins of a forest.

    Attributes
    ----------
    thresholds : array
        Raws of the input's format, ascending by feature.
    features, steps : int64 arrays
        Of each threshold: its feature, and what it adds to the address of a sample at or above it.
    ranks : int64 array
        Of each node: how many thresholds of its feature are below its own.
    used, levels : tuple of int
        The features that are compared, and how many bins each has.
    """

    thresholds: npt.NDArray[Any]
    features: Ints
    steps: Ints
    ranks: Ints
    used: tuple[int, ...]
    levels: tuple[int, ...]
    outputs: int

    @classmethod
    def of(cls, trees: Trees, outputs: int, source: Format) -> Bins:
        """The bins of trees in a format (:meth:`Trees.in_format`)."""
        raw = trees.thresholds_in_format()
        reached = sorted({node for root in trees.root for node in trees.reachable(int(root))})
        cuts: dict[int, list[int]] = {}
        for node in reached:
            cuts.setdefault(int(trees.feature[node]), []).append(int(raw[node]))
        ordered = {feature: sorted(set(values)) for feature, values in sorted(cuts.items())}
        ranks = np.zeros(len(trees.feature), dtype=np.int64)
        for node in reached:
            ranks[node] = ordered[int(trees.feature[node])].index(int(raw[node]))
        levels = tuple(len(values) + 1 for values in ordered.values())
        strides = [math.prod(levels[i + 1 :]) for i in range(len(levels))]
        pairs = list(zip(ordered.items(), strides, strict=True))
        small = math.prod(levels) * outputs <= MAX_ENTRIES
        return cls(
            np.array([t for values in ordered.values() for t in values] or [source.min_raw], dtype=object),
            np.array([f for f, values in ordered.items() for _ in values] or [0], dtype=np.int64),
            np.array([s for (_, values), s in pairs for _ in values] or [0])
            if small
            else np.zeros(0, np.int64),
            ranks,
            tuple(ordered),
            levels,
            outputs,
        )

    @property
    def count(self) -> int:
        """Combinations of bins."""
        return math.prod(self.levels)

    @property
    def entries(self) -> int:
        """Of a table for all outputs."""
        return self.count * self.outputs

    @property
    def index(self) -> Format:
        """The format of an address."""
        return Format(max(1, (self.entries - 1).bit_length()), 0, signed=False)

    def table(
        self, trees: Trees, leaf: dict[str, Any], bias: dict[str, Any], target: Ints
    ) -> dict[str, Any] | None:
        """The exact sums as the engine takes tables; None where they could need more than 60 bits."""
        leaf_format, bias_format = decode(leaf["format"]), decode(bias["format"])
        frac = max(leaf_format.frac, bias_format.frac)
        widest = max(leaf_format.width + frac - leaf_format.frac, bias_format.width + frac - bias_format.frac)
        if widest + target.size.bit_length() + 1 > _SAFE_BITS:
            return None
        rows = leaf["raw"].reshape(-1, target.shape[1]) << (frac - leaf_format.frac)
        total = np.repeat(bias["raw"][:, None] << (frac - bias_format.frac), self.count, axis=1)
        reached = self._rows_reached(trees)
        for tree, outputs in zip(reached, target, strict=True):
            for value, output in enumerate(outputs):
                total[output] += rows[tree, value]
        low, high = int(total.min()), int(total.max())
        signed = low < 0
        bits = max((-low - 1).bit_length() if signed else 0, max(high, 0).bit_length(), 1) + int(signed)
        return {
            "index": code(self.index),
            "low": 0,
            "entries": np.ascontiguousarray(total.ravel()),
            "format": code(Format(bits, frac, signed)),
            "function": "given",
            "parameter": 0.0,
        }

    def _rows_reached(self, trees: Trees) -> list[Ints]:
        """The row of ``leaf`` that each tree reaches in every combination of bins."""
        grid = np.indices(self.levels or (1,)).reshape(max(1, len(self.levels)), -1)
        axis = {feature: i for i, feature in enumerate(self.used)}
        found = []
        for root in trees.root:
            rows: dict[int, Ints] = {}

            def value(child: int, rows: dict[int, Ints] = rows) -> Any:
                return rows[child] if child >= 0 else -1 - child

            for node in reversed(trees.reachable(int(root))):
                below = grid[axis[int(trees.feature[node])]] <= self.ranks[node]
                rows[node] = np.where(below, value(int(trees.left[node])), value(int(trees.right[node])))
            found.append(np.broadcast_to(np.asarray(value(int(root)), dtype=np.int64), (self.count,)))
        return found
