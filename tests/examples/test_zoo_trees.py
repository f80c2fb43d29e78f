"""The forests of the zoo: built, quantized, predicted and verified."""

from __future__ import annotations

import numpy as np
import pytest
from zoo import trees

BUILDERS = {"jets": (trees.jet_substructure, 500, 16, 5), "tracks": (trees.track_quality, 60, 7, 1)}


@pytest.mark.parametrize("name", BUILDERS)
def test_sizes_bits_and_precision(name, loaded):
    build, count, features, classes = BUILDERS[name]
    model = loaded(build())
    node = model.graph.node("forest")
    assert (node.constants["root"].size, model.inputs["features"]) == (count, (features,))
    X = np.random.default_rng(5).normal(size=(200, features)).astype(np.float32)
    errors = []
    for width in (8, 12, 16, 20):
        quantized = model.quantize(calibration=X, width=width)
        errors.append(np.abs(quantized.predict(X) - model.predict(X)).max())
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[3] < 1e-3
    sixteen = model.quantize("fixed<16,6>")
    assert sixteen.predict(X).shape == (200, classes)
    assert sixteen.verify(X[:32]).mismatches == 0
