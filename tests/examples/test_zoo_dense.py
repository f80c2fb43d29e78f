"""The dense networks of the zoo: loaded, quantized, every path alike, and close to the float model."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from zoo import dense

SIZES = {
    # from the published structures
    "jet_mlp": (16, 64, 32, 32, 5),
    "jet_constituents_mlp": (24, 120, 60, 32, 64, 64, 64, 32, 44, 5),
    "topology_features": (14, 50, 20, 10, 3),
    "anomaly_autoencoder": (57, 32, 16, 3, 16, 32, 57),
    "mlperf_tiny_ad08": (64, 72, 72, 8, 72, 72, 64),
    "axol1tl": (57, 29, 10, 9, 6, 4, 6, 9, 10),
}


@pytest.mark.parametrize("name", dense.ALL)
def test_the_networks_run_through(name, loaded):
    model = loaded(dense.ALL[name]())
    pairs = list(itertools.pairwise(SIZES[name]))
    assert [node.constants["weight"].shape for node in model.layers if node.op == "dense"] == pairs
    X = np.random.default_rng(0).normal(size=(100, SIZES[name][0]))
    quantized = model.quantize(calibration=X, width=16)
    y, exact = quantized.predict(X), model.predict(X)
    # 16 bits of which a few are for the range
    assert np.max(np.abs(y - exact)) < 0.002 * max(1.0, np.max(np.abs(exact)))
    assert quantized.verify(X[:10]).mismatches == 0


@pytest.mark.parametrize("name", ["anomaly_autoencoder", "axol1tl"])
def test_the_error_falls_as_bits_grow(name):
    model = dense.ALL[name]()
    X = np.random.default_rng(0).normal(size=(200, SIZES[name][0]))
    exact = model.predict(X)
    errors = [
        float(np.mean(np.abs(model.quantize(calibration=X, width=width).predict(X) - exact)))
        for width in (8, 12, 16, 20)
    ]
    assert all(later < earlier / 4 for earlier, later in itertools.pairwise(errors)), errors
