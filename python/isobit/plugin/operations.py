"""Every operation of a network as a typed schedule of ``isobit/native``, with its constants as data."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from isobit.backends.cells import schedule_of
from isobit.cxx.network import Network
from isobit.errors import CompileError
from isobit.plugin.convolution import convolution
from isobit.plugin.dense import dense
from isobit.plugin.fusion import Step, fused
from isobit.plugin.graphs import rows_by_index, segments
from isobit.plugin.isa import InstructionSet
from isobit.plugin.parts import Call, Parts


@dataclass
class Program:
    """The calls in order, and what they want of tensors.

    Attributes
    ----------
    calls : list of Call
    least_bytes : dict of int to int
        Tensors that are kept in wider integers than their values need.
    skipped : set of int
        Tensors that stay in registers.
    """

    calls: list[Call] = field(default_factory=list)
    least_bytes: dict[int, int] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)


LEAST_NEIGHBOURS = 4
"""Neighbouring results for which registers pay."""


def program_of(network: Network, isa: InstructionSet) -> Program:
    """The schedules of a network for an instruction set."""
    program = Program()
    declared: dict[str, str] = {}
    for step in fused(network):
        cell = network.operations[step.number]["cell"]
        build = SCHEDULES.get(schedule_of(cell))
        if build is None:
            raise CompileError(
                f"operation {step.number} is a cell {cell!r}, for which plugins have no schedule; predict "
                "works without a plugin"
            )
        for call in build(Parts(network, step.number, isa, declared=declared), step):
            program.calls.append(call)
            for tensor, size in call.least_bytes.items():
                program.least_bytes[tensor] = max(size, program.least_bytes.get(tensor, 1))
        program.skipped.update(step.inner)
    return program


def _map(parts: Parts, step: Step) -> Iterator[Call]:
    yield parts.call("map", parts.vectors(), parts.cell, *parts.inputs, parts.output, *parts.arguments())


def _zip(parts: Parts, step: Step) -> Iterator[Call]:
    inputs = f"native::inputs<{', '.join(parts.inputs)}>"
    constants = f"native::with_constants<{', '.join(parts.arguments())}>"
    yield parts.call("zip", parts.vectors(), parts.cell, inputs, parts.output, constants)


def _gather(parts: Parts, step: Step) -> Iterator[Call]:
    pairs = parts.op["ints"].reshape(-1, 2)
    for number, name in enumerate(parts.inputs):
        targets = np.flatnonzero(pairs[:, 0] == number)
        if targets.size:
            moves = list(_moves(pairs[targets, 1], targets))
            part = parts.again()
            runs = part.runs(number, moves)
            yield part.call("gather", part.scalar, "cells::linear", name, part.output, runs, len(moves))


def _moves(sources: Any, targets: Any) -> Iterator[tuple[int, int, int]]:
    """Neighbours that stay neighbours: (first source, first target, count)."""
    breaks = np.flatnonzero((np.diff(sources) != 1) | (np.diff(targets) != 1)) + 1
    edges = [0, *breaks.tolist(), len(sources)]
    for first, last in itertools.pairwise(edges):
        yield int(sources[first]), int(targets[first]), last - first


def _pointwise(parts: Parts, step: Step) -> Iterator[Call]:
    inputs = f"native::inputs<{', '.join(parts.inputs)}>"
    constants = f"native::with_constants<{', '.join(parts.arguments())}>"
    yield parts.call("pointwise", parts.vectors(), parts.cell, inputs, parts.output, constants)


def _fill(parts: Parts, step: Step) -> Iterator[Call]:
    yield parts.call("fill", parts.vectors(), "cells::linear", *parts.arguments(), parts.output)


def _windows(parts: Parts, step: Step) -> Iterator[Call]:
    run, positions, longest, *rest = (int(number) for number in parts.op["ints"])
    places = parts.indices(begins=rest[: positions + 1], bases=rest[positions + 1 :])
    policy = parts.vectors() if run >= LEAST_NEIGHBOURS else parts.scalar
    constants = f"native::with_constants<{', '.join(parts.arguments())}>"
    yield parts.call(
        "windows", policy, parts.cell, run, positions, longest, *parts.inputs, parts.output, places, constants
    )


def _trees(parts: Parts, step: Step) -> Iterator[Call]:
    nodes = parts.tree_nodes()
    leaves = parts.constant(1, parts.word)
    yield parts.call(
        "trees",
        parts.scalar,
        parts.cell,
        *parts.inputs,
        parts.output,
        nodes,
        leaves,
        int(parts.op["ints"][1]),
    )


def _bins(parts: Parts, step: Step) -> Iterator[Call]:
    outputs, bins, count, *features = (int(number) for number in parts.op["ints"])
    constants = [parts.constant(i) for i in range(2)]
    yield parts.call(
        "bins", parts.scalar, parts.cell, outputs, bins, count, *parts.inputs, parts.output, *constants,
        parts.table(0), parts.indices(features=features),
    )  # fmt: skip


def _thresholds(parts: Parts, step: Step) -> Iterator[Call]:
    channels, n = (int(number) for number in parts.op["ints"])
    yield parts.call(
        "thresholds", parts.scalar, parts.cell, channels, n, *parts.inputs, parts.output, *parts.arguments()
    )


def _contraction(parts: Parts, step: Step) -> Iterator[Call]:
    pairs, n, k, m, *begins = (int(number) for number in parts.op["ints"])
    policy = parts.vectors() if m >= LEAST_NEIGHBOURS else parts.scalar
    yield parts.call(
        "contraction", policy, parts.cell, pairs, n, k, m, *parts.inputs, parts.output, *parts.formats(),
        parts.indices(begins=begins), "@scratch@", scratch_bytes=2 * k * parts.isa.vector_bytes,
    )  # fmt: skip


def _rows(parts: Parts, step: Step) -> Iterator[Call]:
    rows, n = parts.rows()
    yield parts.call(
        "rows", parts.scalar, parts.cell, rows, n, *parts.inputs, parts.output, "@scratch@",
        scratch_bytes=2 * n * parts.bits // 8,
    )  # fmt: skip


def _exchange(parts: Parts, step: Step) -> Iterator[Call]:
    rows, n, k, count, *pairs = (int(number) for number in parts.op["ints"])
    yield parts.call(
        "exchange", parts.scalar, parts.cell, rows, n, k, count, *parts.inputs, parts.output,
        parts.indices(pairs=pairs or [0]), "@scratch@", scratch_bytes=4 * n * parts.bits // 8,
    )  # fmt: skip


def _slices(parts: Parts, step: Step) -> Iterator[Call]:
    ints = parts.op["ints"].reshape(-1, 2)
    taken = [
        f"native::slice<{name}, {first}, {step_by}>"
        for name, (first, step_by) in zip(parts.inputs, ints.tolist(), strict=True)
    ]
    inputs = f"native::inputs<{', '.join(taken)}>"
    yield parts.call("slices", parts.vectors(), parts.cell, inputs, parts.output, *parts.arguments())


def _rows_with_tables(parts: Parts, step: Step) -> Iterator[Call]:
    rows, n = parts.rows()
    tables = [parts.table(0), parts.table(1)]
    yield parts.call(
        "rows_with_tables", parts.scalar, parts.cell, rows, n, *parts.inputs, *tables, parts.output,
        "@scratch@", scratch_bytes=3 * n * parts.bits // 8,
    )  # fmt: skip


def _reduce(parts: Parts, step: Step) -> Iterator[Call]:
    rows, n = parts.rows()
    yield parts.call(
        "reduce", parts.scalar, parts.cell, rows, n, *parts.inputs, parts.output, "@scratch@",
        scratch_bytes=n * parts.bits // 8,
    )  # fmt: skip


SCHEDULES: Mapping[str, Callable[[Parts, Step], Iterator[Call]]] = {
    "map": _map,
    "zip": _zip,
    "pointwise": _pointwise,
    "fill": _fill,
    "gather": _gather,
    "windows": _windows,
    "thresholds": _thresholds,
    "contraction": _contraction,
    "trees": _trees,
    "bins": _bins,
    "rows": _rows,
    "exchange": _exchange,
    "slices": _slices,
    "matrix": dense,
    "convolution": convolution,
    "rows_with_tables": _rows_with_tables,
    "reduce": _reduce,
    "rows_by_index": rows_by_index,
    "segments": segments,
}
"""How each schedule of the engine is called; a new one adds a line here."""
