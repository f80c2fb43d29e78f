"""Every layer, as its own test draws it, as HLS kernels: C simulation gives the engine's bits."""

from __future__ import annotations

import pytest

from cells import suite
from hls import simulation
from plugin.joined import join
from plugin.test_cells import SAMPLES, drawn

PARTS = 8


def layers(kinds, count):
    """Layers side by side in one description, and samples for it."""
    pairs = [layer for kind in kinds for layer in drawn(kind, count)]
    samples = [[raws for _, rows in pairs for raws in rows[i % len(rows)]] for i in range(SAMPLES)]
    return join([spec for spec, _ in pairs]), samples


BUILDS = {
    "parallel, ap": {},
    "reuse, ap": {"strategy": "resource", "factor": 3},
    "parallel, ac": {"ports": "ac", "strategy": "latency", "factor": 4},
    "reuse, int": {"ports": "int", "strategy": "resource", "factor": 1000},
}


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("part", range(PARTS))
def test_each_layer(part, build, tmp_path):
    spec, samples = layers(list(suite.suites().values())[part::PARTS], 4)
    simulation.compare(spec, samples, tmp_path, **BUILDS[build])
