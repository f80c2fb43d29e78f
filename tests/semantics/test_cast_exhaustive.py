"""Every raw of narrow formats through every rounding and overflow mode, on every path of the engine."""

from __future__ import annotations

import itertools

import pytest

import engine
import oracle
from isobit import _core as core

MODES = list(itertools.product(range(7), range(5)))
SOURCES = [(8, 4, True), (8, 4, False), (9, 7, True), (7, 0, True), (8, 9, True), (6, -1, False)]
TARGETS = [
    (4, 1, True), (4, 1, False), (5, 4, True), (6, 6, False), (3, 0, True), (2, -1, True), (12, 7, True),
    (1, 0, True), (1, 3, False), (8, 4, True),
]  # fmt: skip


def targets():
    for width, frac, signed in TARGETS:
        for rounding, overflow in MODES:
            if signed or overflow != oracle.WRAP_SM:
                yield (width, frac, signed, rounding, overflow)
    yield oracle.PM1


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_every_raw(source):
    formats = list(targets())
    source_format = (*source, oracle.TRN, oracle.WRAP)
    low, high = oracle.raw_range(source_format)
    spec = engine.network(
        [(1, source_format)] + [(1, fmt) for fmt in formats],
        [0],
        range(1, len(formats) + 1),
        [engine.operation("linear", [0], number) for number in range(1, len(formats) + 1)],
    )
    engine.check(core, spec, [[[raw]] for raw in range(low, high + 1)])


def test_number_of_cases():
    """The cases above are at least as many as the issue that asked for them wants."""
    raws = sum(2**width for width, _, _ in SOURCES)
    assert raws * len(list(targets())) >= 250_000
