"""The attention networks of the zoo: quantized, every path alike, and closer to the model with more bits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from zoo import attention


def particles(model, count):
    (shape,) = model.inputs.values()
    return np.random.default_rng(0).normal(size=(count, *shape))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "mlp_mixer_tagger" else pytest.mark.slow)
        for name in attention.SMALL
    ],
)
def test_the_networks_run_through(name, loaded):
    model = loaded(attention.SMALL[name]())
    X = particles(model, 40)
    quantized = model.quantize(calibration=X, width=16)
    y, exact = quantized.predict(X), model.predict(X)
    assert y.shape == (40, 5)
    # probabilities, after tables of 4096 entries
    assert np.max(np.abs(y - exact)) < 0.02
    assert quantized.verify(X[:2]).mismatches == 0


def test_a_small_transformer_and_its_heads():
    model = attention.transformer_tagger(particles=4, width=8, heads=2, blocks=1)
    X = particles(model, 40)
    quantized = model.quantize(calibration=X, width=14)
    assert np.max(np.abs(quantized.predict(X) - model.predict(X))) < 0.02
    assert quantized.verify(X[:3]).mismatches == 0


def errors(model, X, table_size):
    """Mean errors in front of softmax, at 8, 12, 16 and 20 bits."""
    logits = [node.name for node in model.layers if node.op == "dense"][-1]
    exact = model.trace(X)[logits]
    found = []
    for width in (8, 12, 16, 20):
        quantized = model.quantize({"default": {"table_size": table_size}}, calibration=X, width=width)
        found.append(float(np.mean(np.abs(quantized.trace(X)[logits] - exact))))
    return found


def test_the_error_of_a_mixer_falls_as_bits_grow():
    model = attention.mlp_mixer_tagger(particles=16)
    found = errors(model, particles(model, 40), 4096)
    assert all(later < earlier / 4 for earlier, later in itertools.pairwise(found)), found


def test_the_error_of_a_transformer_falls_as_bits_grow():
    model = attention.transformer_tagger(particles=4, width=8, heads=2, blocks=1)
    found = errors(model, particles(model, 40), 2**16)
    assert found[1] < found[0] / 4, found
    assert found[2] < found[1] / 4, found
    assert found[3] < found[2] / 1.5, found  # the addresses of the tables are what is left
