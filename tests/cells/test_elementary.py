"""Exact functions of one number, and elementary functions read from a table."""

from __future__ import annotations

from hypothesis import strategies as st

import oracle
from cells.suite import CellSuite, Layer, PositionwiseSuite, shapes


class TestAbs(PositionwiseSuite):
    op = "abs"


class TestNeg(PositionwiseSuite):
    op = "neg"


class TestSign(PositionwiseSuite):
    op = "sign"


class TestSquare(PositionwiseSuite):
    op = "square"


class TestFloor(PositionwiseSuite):
    op = "floor"


class TestCeil(PositionwiseSuite):
    op = "ceil"


class TestRound(PositionwiseSuite):
    op = "round"


class Unbounded(PositionwiseSuite):
    table_overflows = (oracle.SAT, oracle.SAT_SYM)  # what else grows beyond all bounds is refused


class TestLog(PositionwiseSuite):
    op = "log"


class TestLog1p(PositionwiseSuite):
    op = "log1p"


class TestSqrt(PositionwiseSuite):
    op = "sqrt"


class TestReciprocal(PositionwiseSuite):
    op = "reciprocal"


class TestErf(PositionwiseSuite):
    op = "erf"


class TestSin(PositionwiseSuite):
    op = "sin"


class TestCos(PositionwiseSuite):
    op = "cos"


class TestTan(Unbounded):
    op = "tan"


class TestAsin(PositionwiseSuite):
    op = "asin"


class TestAcos(PositionwiseSuite):
    op = "acos"


class TestAtan(PositionwiseSuite):
    op = "atan"


class TestSinh(Unbounded):
    op = "sinh"


class TestCosh(Unbounded):
    op = "cosh"


class TestAsinh(PositionwiseSuite):
    op = "asinh"


class TestAcosh(PositionwiseSuite):
    op = "acosh"


class TestAtanh(PositionwiseSuite):
    op = "atanh"


class TestRsqrt(CellSuite):
    op = "rsqrt"

    def layer(self, draw):
        return Layer([draw(shapes())], {"epsilon": draw(st.sampled_from([0.0, 1e-3, 0.25]))})


class TestPower(CellSuite):
    op = "power"
    widest = 16
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def layer(self, draw):
        exponent = draw(st.sampled_from([1, 2, 3, 4, 5, 0, -1, -2, 0.5, -0.5, 1.5, 0.3, 2.7]))
        return Layer([draw(shapes())], {"exponent": exponent})


class TestMish(PositionwiseSuite):
    op = "mish"


class TestLogSigmoid(PositionwiseSuite):
    op = "logsigmoid"


class TestCelu(CellSuite):
    op = "celu"

    def layer(self, draw):
        return Layer([draw(shapes())], {"alpha": draw(st.floats(0.125, 4))})


class TestHardSwish(CellSuite):
    op = "hard_swish"

    def layer(self, draw):
        attrs = draw(st.sampled_from([{}, {"slope": 0.25, "offset": -0.5}]))
        return Layer([draw(shapes())], attrs)
