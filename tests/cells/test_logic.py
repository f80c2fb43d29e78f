"""Comparisons, logic and choice."""

from __future__ import annotations

from cells.suite import CellSuite, Layer, PositionwiseSuite, broadcastable, shapes


class Two(CellSuite):
    """Narrow formats, so that equal numbers and zeros are met."""

    widest = 6
    count = 2

    def layer(self, draw):
        shape = draw(shapes())
        return Layer([shape, *(broadcastable(draw, shape) or (1,) for _ in range(self.count - 1))])


class TestLess(Two):
    op = "less"


class TestLessEqual(Two):
    op = "less_equal"


class TestGreater(Two):
    op = "greater"


class TestGreaterEqual(Two):
    op = "greater_equal"


class TestEqual(Two):
    op = "equal"


class TestNotEqual(Two):
    op = "not_equal"


class TestLogicalAnd(Two):
    op = "logical_and"


class TestLogicalOr(Two):
    op = "logical_or"


class TestLogicalXor(Two):
    op = "logical_xor"


class TestLogicalNot(PositionwiseSuite):
    op = "logical_not"
    widest = 3


class TestWhere(Two):
    op = "where"
    count = 3
