"""The convolutional networks of the zoo: quantized, every path alike, and close to the float model."""

from __future__ import annotations

import itertools
import resource
import time

import numpy as np
import pytest
from zoo import convolution

import isobit

WEIGHTS = {
    # counted by hand from the published sizes, biases included
    "svhn_cnn": 3 * 9 * 16
    + 16
    + 16 * 9 * 16
    + 16
    + 16 * 9 * 24
    + 24
    + 96 * 42
    + 42
    + 42 * 64
    + 64
    + 64 * 10
    + 10,
    "cicada": 27 + 3 + 144 * 20 + 20 + 20 + 1,
    "toollip": 13 * 10 + 10 + 10 * 10 + 10 + 10 * 10 + 10 + 10 + 1,
    "econ_t_encoder": 2288,
}


def weights(model):
    return sum(array.size for node in model.graph for array in node.constants.values())


SLOW = ("pixel_seed_cnn", "mlperf_tiny_rn07")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in convolution.SMALL],
)
def test_the_networks_run_through(name, loaded):
    model = loaded(convolution.SMALL[name]())
    assert weights(model) == WEIGHTS.get(name, weights(model))
    (shape,) = model.inputs.values()
    X = np.random.default_rng(0).uniform(-1, 1, (40, *shape))
    quantized = model.quantize(calibration=X, width=16)
    y, exact = quantized.predict(X), model.predict(X)
    # 16 bits of which a few are for the range: far below a percent of the largest value
    assert np.max(np.abs(y - exact)) < 0.005 * max(1.0, np.max(np.abs(exact)))
    assert quantized.verify(X[:6]).mismatches == 0


@pytest.mark.parametrize("name", ["svhn_cnn", "cnn_1d"])
def test_the_error_falls_as_bits_grow(name):
    model = convolution.SMALL[name]()
    (shape,) = model.inputs.values()
    X = np.random.default_rng(0).uniform(-1, 1, (30, *shape))
    # in front of softmax, whose tables have an error of their own
    logits = [node.name for node in model.layers if node.op == "dense"][-1]
    exact = model.trace(X)[logits]
    errors = [
        float(np.mean(np.abs(model.quantize(calibration=X, width=width).trace(X)[logits] - exact)))
        for width in (8, 12, 16, 20)
    ]
    assert all(later < earlier / 4 for earlier, later in itertools.pairwise(errors)), errors


@pytest.mark.slow
def test_resnet_50_runs_with_flat_memory():
    model = convolution.resnet50()
    assert 25.4e6 < weights(model) < 25.6e6
    X = np.random.default_rng(0).uniform(-1, 1, (2, 224, 224, 3))
    before = time.perf_counter()
    quantized = model.quantize("fixed<16,6,RND,SAT>")
    loading = time.perf_counter() - before
    first = quantized.predict(X)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = quantized.predict(np.concatenate([X] * 4))
    np.testing.assert_array_equal(many, np.concatenate([first] * 4))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert grown < 64 * 1024, f"{grown} kB more for four times as many samples"  # the inputs themselves
    # few paths, one sample: each takes seconds
    raws = isobit.rounding.to_raw(X[:1], quantized.formats["x"])
    names = list(quantized.graph.outputs.values())
    (plain,) = quantized.engine.run_raw([raws.reshape(1, -1)], names, 1, "64", "generic")
    np.testing.assert_array_equal(quantized.predict_raw(raws), plain)
    with pytest.raises(isobit.UnsupportedError, match="no more than"):
        quantized.operation_counts  # noqa: B018
    assert loading < 120
