"""Reductions over axes."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes


class _Reduction(CellSuite):
    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 2, 3), longest=4))
        axes = draw(st.none() | st.lists(st.sampled_from(range(len(shape))), min_size=1, unique=True))
        return Layer([shape], {"axes": axes, "keepdims": draw(st.booleans())})


class TestSum(_Reduction):
    op = "reduce_sum"


class TestSumAbs(_Reduction):
    op = "reduce_sum_abs"


class TestSumSquare(_Reduction):
    op = "reduce_sum_square"


class TestMax(_Reduction):
    op = "reduce_max"


class TestMin(_Reduction):
    op = "reduce_min"


class TestMean(_Reduction):
    op = "reduce_mean"
