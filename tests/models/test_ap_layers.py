"""Every layer, as its own test draws it, with static formats: the oracle's bits from vendor integers."""

from __future__ import annotations

import numpy as np
import pytest

import cxx
from cells import suite
from models.test_random_networks import SAMPLES, compile_and_run, expected_output
from plugin.test_cells import drawn

PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_each_layer_with_vendor_integers(part, tmp_path):
    vendor = cxx.vendor_include()
    cxx.compiler()
    specs, inputs = [], []
    for kind in list(suite.suites().values())[part::PARTS]:
        for spec, samples in drawn(kind, 3):
            if max(tensor["format"][0] for tensor in spec["tensors"]) <= 64:  # the ports are int64
                specs.append(spec)
                inputs.append(samples[:SAMPLES])
    result = compile_and_run(tmp_path / "layers", specs, inputs, vendor)
    np.testing.assert_array_equal(result, expected_output(specs, inputs))
    assert len(specs) >= 10
