"""Piecewise linear activations."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, PositionwiseSuite, broadcastable, shapes, trained

NUMBERS = st.floats(-4, 4) | st.integers(-8, 8).map(lambda n: n / 2)


class TestLinear(PositionwiseSuite):
    op = "linear"


class TestRelu(PositionwiseSuite):
    op = "relu"


class TestClip(CellSuite):
    op = "clip"

    def layer(self, draw):
        low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
        missing = draw(st.sampled_from(["none", "low", "high"]))
        attrs = {
            "low": None if missing == "low" else low,
            "high": None if missing == "high" else high,
        }
        return Layer([draw(shapes())], attrs)


class TestLeakyRelu(CellSuite):
    op = "leaky_relu"

    def layer(self, draw):
        return Layer([draw(shapes())], {"alpha": draw(NUMBERS)})


class TestPrelu(CellSuite):
    op = "prelu"

    def layer(self, draw):
        shape = draw(shapes())
        return Layer([shape], constants={"alpha": trained(draw, broadcastable(draw, shape))})


class TestThresholdedRelu(CellSuite):
    op = "thresholded_relu"

    def layer(self, draw):
        return Layer([draw(shapes())], {"theta": draw(NUMBERS)})
