"""Arithmetic between tensors."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, broadcastable, shapes


class Merge(CellSuite):
    widest = 14
    most = 3

    def layer(self, draw):
        shape = draw(shapes())
        count = draw(st.integers(2, self.most))
        return Layer([shape, *(broadcastable(draw, shape) or (1,) for _ in range(count - 1))])


class TestAdd(Merge):
    op = "add"


class TestSubtract(Merge):
    op = "subtract"
    most = 2


class TestMultiply(Merge):
    op = "multiply"


class TestMaximum(Merge):
    op = "maximum"


class TestMinimum(Merge):
    op = "minimum"


class TestAverage(Merge):
    op = "average"
    most = 5
