"""Every layer of tests/cells with static formats: the vendor's integers (ap_int) and plain ones."""

from __future__ import annotations

import numpy as np
import pytest

import cxx
from cells import suite
from models.test_random_networks import SAMPLES, compile_and_run, expected_output
from plugin.test_cells import drawn

LAYERS = 6
"""Drawn of each kind."""
WIDEST = 63
"""What the files of raws hold."""


def narrow(spec):
    return all(tensor["format"][0] <= WIDEST for tensor in spec["tensors"])


@pytest.mark.slow
@pytest.mark.parametrize("op", sorted(suite.suites()))
def test_with_ap_fixed(op, tmp_path):
    vendor = cxx.vendor_include()
    cxx.compiler()
    layers = [(spec, samples) for spec, samples in drawn(suite.suites()[op], LAYERS) if narrow(spec)]
    specs = [spec for spec, _ in layers]
    inputs = [samples[:SAMPLES] for _, samples in layers]
    result = compile_and_run(tmp_path / op, specs, inputs, vendor)
    np.testing.assert_array_equal(result, expected_output(specs, inputs))
