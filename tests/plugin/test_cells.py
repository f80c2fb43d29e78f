"""Every layer, as its own test draws it: the bits of the oracle from a plugin.

A layer that subclasses `CellSuite` is found here without a word.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import drawing
import oracle
from cells import suite
from isobit.ops import REGISTRY
from plugin import joined

SAMPLES = 12


def drawn(kind, count):
    """Descriptions of quantized layers, each with samples."""
    layers = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def draw(data):
        spec = suite.description(kind().quantized(data.draw))
        layers.append((spec, drawing.samples(spec, SAMPLES)))

    draw()
    return layers


def compare(kinds, count, folder, isa="native"):
    layers = [layer for kind in kinds for layer in drawn(kind, count)]
    spec = joined.join([spec for spec, _ in layers])
    samples = [[raws for _, rows in layers for raws in rows[i % len(rows)]] for i in range(SAMPLES)]
    joined.check(joined.compiled(spec, folder, isa), spec, samples, oracle.run)
    return len(layers)


def test_the_suites_are_found():
    rewritten = {"batch_norm", "dropout", "identity"}  # by the passes, into others
    assert set(suite.suites()) == set(REGISTRY) - rewritten


@pytest.mark.slow
@pytest.mark.parametrize("isa", ["native", "generic"])
@pytest.mark.parametrize("part", range(4))
def test_each_layer(part, isa, tmp_path, compiler):
    kinds = list(suite.suites().values())[part::4]
    assert compare(kinds, 10, tmp_path, isa) >= 5 * len(kinds)
