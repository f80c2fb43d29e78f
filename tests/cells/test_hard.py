"""Hard sigmoid, binary and ternary tanh."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, PositionwiseSuite, shapes


class TestHardSigmoid(CellSuite):
    op = "hard_sigmoid"

    def layer(self, draw):
        attrs = draw(st.sampled_from([{}, {"slope": 1 / 6}, {"slope": 0.25, "offset": -0.5}]))
        return Layer([draw(shapes())], attrs)


class TestBinaryTanh(PositionwiseSuite):
    op = "binary_tanh"


class TestTernaryTanh(PositionwiseSuite):
    op = "ternary_tanh"
