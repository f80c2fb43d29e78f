"""The graph networks of the zoo: quantized, every path alike, and close to the float model."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from zoo import graphs

import cxx

SLOW = {
    "jedi_net",
    "jedi_net_summed",
    "jet_interaction_network_32",
    "garnet_calorimeter_3",
    "puppi_ggnn",
    "jet_deep_sets_32",
}


def inputs(model, count):
    """Random graphs; some of the edges, and of the nodes with a mask, are padding."""
    rng = np.random.default_rng(0)
    arrays = {}
    for name, shape in model.inputs.items():
        if name in model.index_ranges:
            arrays[name] = rng.integers(0, model.index_ranges[name].count, (count, *shape))
        elif name == "mask":
            arrays[name] = (np.arange(shape[0]) < rng.integers(1, shape[0], (count, 1))).astype(float)
        else:
            arrays[name] = rng.uniform(-1, 1, (count, *shape))
    return arrays


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in graphs.ALL]
)
def test_the_networks_run_through(name, loaded):
    model = loaded(graphs.ALL[name]())
    X = inputs(model, 30)
    quantized = model.quantize(calibration=X, width=16)
    y, exact = quantized.predict(X), model.predict(X)
    # 16 bits of which a few are for the range: below a percent of the largest value
    assert np.max(np.abs(y - exact)) < 0.01 * max(1.0, np.max(np.abs(exact)))
    assert quantized.verify({key: array[:4] for key, array in X.items()}).mismatches == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tracking_gnn", "particle_cloud"])
def test_plugins_give_the_same_bits(name, tmp_path):
    cxx.compiler()
    model = graphs.ALL[name]()
    X = inputs(model, 30)
    quantized = model.quantize(calibration=X, width=16)
    np.testing.assert_array_equal(quantized.compile(tmp_path).predict(X), quantized.predict(X))


def test_the_error_falls_as_bits_grow():
    model = graphs.tracking_gnn()
    X = inputs(model, 200)
    exact = model.trace(X)["r2_dense_3"]
    errors = [
        float(np.mean(np.abs(model.quantize(calibration=X, width=width).trace(X)["r2_dense_3"] - exact)))
        for width in (8, 12, 16, 20)
    ]
    assert all(later < earlier / 4 for earlier, later in itertools.pairwise(errors)), errors
