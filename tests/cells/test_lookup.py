"""Activations that are read from a table."""

from __future__ import annotations

from hypothesis import strategies as st

import oracle
from cells.suite import CellSuite, Layer, PositionwiseSuite, shapes


class TestSigmoid(PositionwiseSuite):
    op = "sigmoid"


class TestTanh(PositionwiseSuite):
    op = "tanh"


class TestSoftsign(PositionwiseSuite):
    op = "softsign"


class TestExp(PositionwiseSuite):
    op = "exp"
    table_overflows = (oracle.SAT, oracle.SAT_SYM)  # what else grows beyond all bounds is refused


class TestSoftplus(PositionwiseSuite):
    op = "softplus"


class TestSilu(PositionwiseSuite):
    op = "silu"


class TestGelu(CellSuite):
    op = "gelu"

    def layer(self, draw):
        return Layer([draw(shapes())], {"approximate": draw(st.sampled_from(["none", "tanh"]))})


class TestElu(CellSuite):
    op = "elu"

    def layer(self, draw):
        return Layer([draw(shapes())], {"alpha": draw(st.floats(-2, 2))})


class TestSelu(PositionwiseSuite):
    op = "selu"
