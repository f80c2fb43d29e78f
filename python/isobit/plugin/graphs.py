"""Calls of the schedules of graphs."""

from __future__ import annotations

from collections.abc import Iterator

from isobit.plugin.fusion import Step
from isobit.plugin.parts import Call, Parts


def rows_by_index(parts: Parts, step: Step) -> Iterator[Call]:
    """Rows that indices name."""
    matrices, rows, indices, run = parts.rows()
    yield parts.call(
        "rows_by_index", parts.scalar, parts.cell, matrices, rows, indices, run, *parts.inputs, parts.output,
        "@scratch@", scratch_bytes=(rows + 2) * run * parts.bits // 8,
    )  # fmt: skip


def segments(parts: Parts, step: Step) -> Iterator[Call]:
    """Rows added up by index."""
    n, edges, run = parts.rows()
    mask = [] if len(parts.inputs) == 3 else ["native::unmasked"]
    tables = [parts.table(number) for number in range(len(parts.op["tables"]))]
    yield parts.call(
        "segments", parts.scalar, parts.cell, n, edges, run, *parts.inputs, *mask, parts.output,
        "@scratch@", *tables, scratch_bytes=(n * (run + 1) + 2 * run) * parts.bits // 8,
    )  # fmt: skip
