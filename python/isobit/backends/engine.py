"""A graph on the prebuilt engine: lowered once, then run on batches with names instead of tensor numbers."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.layer import LayerLowering
from isobit.backends.program import PLACEHOLDER, ProgramBuilder
from isobit.backends.stored import KnownIntegers, StoredConstant, StoredTable
from isobit.errors import InputError, IsobitError, ProofError, UnsupportedError
from isobit.ir import Graph, Shape
from isobit.ops import REGISTRY
from isobit.ops.base import size
from isobit.quantization.precision import Precision

Arrays = list[npt.NDArray[Any]]


WORK_PER_THREAD = 2**23
"""Multiplications that pay for one more thread: about a quarter of a millisecond of work."""


MOST_TRACED = 2**24
"""Multiplications of one sample whose data flow is recorded: about half a gigabyte."""

NODES_OF_A_STEP = 10
"""How many of them a product that is rounded or added by itself takes the place of, about."""


class Engine:
    """The executable form of a graph.

    Parameters
    ----------
    graph : Graph
    precision : Precision, optional
        Without it only :meth:`run_real` gives meaningful numbers.
    known : mapping, optional
        Constants and tables from a model file.
    warn : bool
        Whether constants that do not fit in their format are reported.

    Raises
    ------
    ProofError
        When some arithmetic does not provably fit in the engine's widest integer.
    """

    def __init__(
        self,
        graph: Graph,
        precision: Precision | None = None,
        known: Mapping[str, KnownIntegers] | None = None,
        warn: bool = True,
    ) -> None:
        from isobit import _core

        try:
            _core.isas()
        except ValueError as error:
            raise IsobitError(f"environment variable {error}") from None
        builder = ProgramBuilder(known, warn)
        self.ids = lower(graph, precision, builder)
        self.inputs: tuple[str, ...] = tuple(graph.inputs)
        self.shapes: dict[str, Shape] = graph.shapes
        self.layers: tuple[str, ...] = tuple(builder.layers)
        self.results: Mapping[str, int] = builder.results
        self.internals: Mapping[tuple[str, str], Sequence[int]] = builder.internals
        self.stored: Mapping[str, StoredConstant | StoredTable] = builder.stored
        self._stepwise_work = _stepwise_work(builder.ops)
        spec = {
            "tensors": builder.tensors,
            "inputs": [self.ids[name] for name in graph.inputs],
            "outputs": [self.ids[tensor] for tensor in graph.outputs.values()],
            "ops": builder.ops,
        }
        try:
            self.program = _core.Program(spec)
        except _core.ProofFailed as error:
            raise ProofError(_with_layer(str(error), self.layers)) from None

    def run(
        self,
        arrays: Arrays,
        names: Sequence[str],
        n_threads: int | None,
        lane: str = "auto",
        isa: str = "auto",
        out: Arrays | None = None,
    ) -> Arrays:
        """Values from values, in fixed point; into the arrays ``out`` of shape (n, size) if given.

        Raises
        ------
        isobit._core.NotFinite
            For NaN and infinities; ``out`` is then partly written.
        """
        workers = self._threads(n_threads, len(arrays[0]))
        results = self.program.run(arrays, self._ids(names), workers, lane, isa, out=out)
        return self._shaped(results, names)

    def plain_call(self, names: Sequence[str]) -> Callable[[Any], Any] | None:
        """:meth:`run` with the checks of its input and new results, as one step for the most frequent call.

        Parameters
        ----------
        names : sequence of str
            The tensors that are returned.

        Returns
        -------
        callable or None
            Takes an array of shape (n, *input shape). If that is a C-contiguous ``numpy.ndarray`` of
            float32 or float64 with finite values, and the work is not worth two threads, returns an array
            of shape (n, *shape), or a list of them for several names; else None, and then the general way
            has to be gone. There is no such callable for several inputs, or for a name given twice.
        """
        if len(self.inputs) != 1 or len(set(names)) != len(names):
            return None
        shapes = [self.shapes[name] for name in names]
        return self.program.plain_call(
            self.shapes[self.inputs[0]], self._ids(names), shapes, 2.0 * WORK_PER_THREAD
        )

    def run_raw(
        self,
        arrays: Arrays,
        names: Sequence[str],
        n_threads: int | None,
        lane: str = "auto",
        isa: str = "auto",
        layout: str = "auto",
    ) -> Arrays:
        """Integers from integers."""
        workers = self._threads(n_threads, len(arrays[0]))
        results = self.program.run_raw(arrays, self._ids(names), workers, lane, isa, layout)
        return self._shaped(results, names)

    def run_real(self, arrays: Arrays, names: Sequence[str], n_threads: int | None) -> Arrays:
        """Float64 arithmetic with the trained values."""
        doubles = [array.astype(np.float64, copy=False) for array in arrays]
        return self._shaped(self.program.run_real(doubles, self._ids(names), threads(n_threads)), names)

    def internal_ranges(self, arrays: Arrays) -> dict[tuple[str, str], tuple[float, float]]:
        """Smallest and largest value of the tensors inside of layers, by layer and role, in float64."""
        doubles = [array.reshape(len(array), -1).astype(np.float64, copy=False) for array in arrays]
        ranges: dict[tuple[str, str], tuple[float, float]] = {}
        for key, tensors in self.internals.items():
            values = self.program.run_real(doubles, list(tensors), threads(None))
            ranges[key] = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
        return ranges

    def run_f64(self, arrays: Arrays, names: Sequence[str]) -> Arrays:
        """Integers from integers, computed with doubles that hold integers."""
        return self._shaped(self.program.run_f64(arrays, self._ids(names)), names)

    @property
    def is_traceable(self) -> bool:
        """Whether the data flow of one sample is small enough to be recorded."""
        return bool(self.program.work + self._stepwise_work <= MOST_TRACED)

    def replay(self, arrays: Arrays, names: Sequence[str]) -> Arrays:
        """Integers from integers, by replaying the recorded data-flow graph.

        Raises
        ------
        UnsupportedError
            When the graph would be too large.
        """
        self._check_traceable()
        return self._shaped(self.program.replay(arrays, self._ids(names)), names)

    def _threads(self, n_threads: int | None, count: int) -> int:
        """As many as asked for; by default all cores, or fewer where the work would not pay for them."""
        if n_threads is not None:
            return threads(n_threads)
        worthwhile = int(count * self.program.work / WORK_PER_THREAD)
        return min(threads(None), worthwhile) if worthwhile > 1 else 1

    def operation_counts(self) -> dict[str, dict[str, int]]:
        """Counts of the traced data flow by layer, added up over the cells of each.

        Raises
        ------
        UnsupportedError
            When the data flow is too large to be recorded.
        """
        counts: dict[str, dict[str, int]] = {}
        for layer, cell in zip(self.layers, self.cell_counts(), strict=True):
            total = counts.setdefault(layer, dict.fromkeys(cell, 0))
            for kind, number in cell.items():
                total[kind] += number
        return counts

    def cell_counts(self) -> list[dict[str, int]]:
        """The same of each operation of the program.

        Raises
        ------
        UnsupportedError
            When the data flow is too large to be recorded.
        """
        self._check_traceable()
        counts: list[dict[str, int]] = self.program.trace()["ops"]
        return counts

    def _check_traceable(self) -> None:
        if not self.is_traceable:
            raise UnsupportedError(
                f"the data flow of this network has {self.program.work:.3g} products in a sample, and "
                "no more "
                f"than {MOST_TRACED:.3g} are recorded; predict, predict_raw and trace work without it"
            )

    def _ids(self, names: Sequence[str]) -> list[int]:
        return [self.ids[name] for name in names]

    def _shaped(self, results: Arrays, names: Sequence[str]) -> Arrays:
        pairs = zip(results, names, strict=True)
        return [array.reshape(len(array), *self.shapes[name]) for array, name in pairs]


def _stepwise_work(ops: Sequence[Mapping[str, Any]]) -> int:
    """Further multiplications that would take as much of a data flow as products that are cast one by one."""
    more = 0
    for op in ops:
        if op["cell"].startswith(("rounded_", "ascending_")):
            sizes = op["ints"][:3] if op["cell"].endswith("dense") else op["ints"][:5]
            more += NODES_OF_A_STEP * math.prod(int(size) for size in sizes)
    return more


def _with_layer(message: str, layers: Sequence[str]) -> str:
    """The engine's message with the name of the layer that its operation belongs to."""
    found = re.match(r"operation (\d+)", message)
    where = f"layer {layers[int(found.group(1))]!r}: " if found else ""
    return f"{where}{message}. Give the layer narrower formats, or fewer inputs"


def lower(graph: Graph, precision: Precision | None, builder: ProgramBuilder) -> dict[str, int]:
    """Append a graph to a program; returns the number of the tensor of every input and layer."""
    ids: dict[str, int] = {}
    for name, shape in graph.inputs.items():
        ids[name] = builder.temporary(
            size(shape), PLACEHOLDER if precision is None else precision.inputs[name]
        )
    shapes = graph.shapes
    for node in graph.nodes:
        fmt = PLACEHOLDER if precision is None else precision.tensor(node.name)
        ids[node.name] = builder.temporary(size(node.shape), fmt)
        layer = LayerLowering(
            builder,
            node,
            [ids[name] for name in node.inputs],
            [shapes[name] for name in node.inputs],
            ids[node.name],
            None if precision is None else precision.layers[node.name],
        )
        REGISTRY[node.op].lower(layer)
    return ids


def threads(n_threads: int | None) -> int:
    """The number of threads: what was asked for, or the cores that this process may use."""
    if n_threads is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if isinstance(n_threads, bool) or not isinstance(n_threads, int | np.integer) or n_threads < 1:
        raise InputError(f"n_threads must be a positive integer or None (all cores), not {n_threads!r}")
    return int(n_threads)
