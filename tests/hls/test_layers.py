"""Every layer, as its own test draws it, as HLS kernels: C simulation gives the engine's bits."""

from __future__ import annotations

import pytest

from cells import suite
from hls import simulation
from plugin.joined import join
from plugin.test_cells import drawn

PARTS = 8
SAMPLES = 10_000
BUILDS = {
    "parallel, ap": {},
    "reuse, ap": {"strategy": "resource", "factor": 3},
    "parallel, ac": {"ports": "ac", "factor": 4},
    "reuse, int": {"ports": "int", "strategy": "resource", "factor": 1000, "interface": "axi_stream"},
}


def layers(kinds, count):
    """Layers side by side in one description."""
    return join([spec for kind in kinds for spec, _ in drawn(kind, count)])


def test_a_layer_of_each_schedule(tmp_path):
    """One layer for each kind of kernel, in plain integers; all others are slow."""
    names = (
        "add", "affine", "argmax", "average_pool", "concatenate", "constant", "conv", "cumsum", "dense",
        "forest", "gather_rows", "gru", "knn_indices", "matmul", "max_pool", "multi_threshold",
        "segment_mean", "softmax", "sort", "where",
    )  # fmt: skip
    kinds = [kind for name, kind in suite.suites().items() if name in names]
    spec = layers(kinds, 1)
    for factor, strategy in ((1, "latency"), (4, "resource")):
        folder = tmp_path / strategy
        inputs = simulation.random_inputs(spec, 100)
        simulation.compare(spec, inputs, folder, ports="int", strategy=strategy, factor=factor)


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("part", range(PARTS))
def test_each_layer(part, build, tmp_path):
    spec = layers(list(suite.suites().values())[part::PARTS], 4)
    inputs = simulation.random_inputs(spec, SAMPLES)
    simulation.compare(spec, inputs, tmp_path, ("-std=c++14", "-O1"), **BUILDS[build])
