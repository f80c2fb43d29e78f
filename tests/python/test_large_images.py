"""A network whose tensors are too large for blocks of samples and for a recorded data flow."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from isobit.ir import GraphBuilder


@pytest.fixture(scope="module")
def quantized():
    rng = np.random.default_rng(2)
    builder = GraphBuilder("image")
    builder.input("x", (300, 220, 4))
    attrs = {"pads": [1, 1, 1, 1]}
    builder.add("conv", ["x"], "first", attrs, {"weight": rng.normal(0, 0.2, (3, 3, 4, 8))})
    builder.add("relu", ["first"], "positive")
    builder.add(
        "conv", ["positive"], "second", {"strides": [2, 2]}, {"weight": rng.normal(0, 0.2, (3, 3, 8, 4))}
    )
    builder.output("y", "second")
    return isobit.Model(builder.build()).quantize("fixed<8,4,RND,SAT>")


def test_predict_gives_the_bits_of_plain_integers(quantized):
    raws = np.random.default_rng(0).integers(-128, 128, (3, 300, 220, 4))
    found = quantized.predict_raw(raws)
    expected = quantized.engine.run_raw([raws.reshape(3, -1)], ["second"], 1, "32", "generic")[0]
    np.testing.assert_array_equal(found, expected)


def test_what_is_proven_is_one_range_for_all_elements(quantized):
    low, high = quantized.proof.range("second")
    assert (low, high) == (-128, 127)
    assert (
        quantized.proof.layers["second"].exact_low < -128 < 127 < quantized.proof.layers["second"].exact_high
    )


def test_no_data_flow_is_recorded(quantized):
    with pytest.raises(isobit.UnsupportedError, match=r"no more than 1.68e\+07 are recorded; predict"):
        quantized.operation_counts  # noqa: B018
