"""The networks of examples/zoo as HLS projects: C simulation gives the engine's bits, unrolled and shared."""

from __future__ import annotations

import numpy as np
import pytest
from zoo import attention, binary, convolution, graphs, recurrent, trees

import isobit
from isobit import hls
from isobit.passes import BINARY, run_passes

SAMPLES = 10_000
FORMAT = "fixed<16,6,RND,SAT>"
LONG = ("pixel_seed_cnn", "topology classifier, GRU")
"""Their C simulation takes 1,000 samples."""


def quantized_binary(build):
    graph = run_passes(build(), BINARY)
    return isobit.Model(graph).quantize(binary.formats(graph))


def networks():
    """Functions that make quantized models, by name."""
    made = {}
    for models in (attention.SMALL, convolution.SMALL, graphs.ALL, recurrent.ZOO):
        for name, build in models.items():
            made[name] = lambda build=build: build().quantize(FORMAT)
    for build in (binary.jet_bnn, binary.jet_tnn, binary.mnist_bnn):
        made[build.__name__] = lambda build=build: quantized_binary(build)
    for build in (trees.jet_substructure, trees.track_quality):
        made[build.__name__] = lambda build=build: build().quantize(FORMAT)
    return made


NETWORKS = networks()


def nearest(model, wish):
    """For each layer the legal reuse factor that is next to a wish."""
    legal = hls.legal_reuse_factors(model)
    return {name: min(factors, key=lambda r: abs(r - wish)) for name, factors in legal.items()}


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["latency", "resource"])
@pytest.mark.parametrize("name", NETWORKS)
def test_network(name, strategy, tmp_path):
    model = NETWORKS[name]()
    folder = tmp_path / "prj"
    factors = nearest(model, 1 if strategy == "latency" else 16)
    model.export("hls", folder, ports="int", strategy=strategy, reuse_factor=factors)
    samples = SAMPLES if name not in LONG else 1000
    report = hls.simulate(folder, samples=samples)
    assert sum(output.values for output in report.outputs) == samples * sum(
        int(np.prod(shape)) for shape in model.outputs.values()
    )
