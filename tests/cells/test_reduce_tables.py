"""Reductions that end in a table, and products."""

from __future__ import annotations

from hypothesis import strategies as st

import oracle
from cells.suite import CellSuite, Layer, shapes


class _Reduction(CellSuite):
    widest = 10
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 2, 3), longest=3))
        axes = draw(st.none() | st.lists(st.sampled_from(range(len(shape))), min_size=1, unique=True))
        return Layer([shape], {"axes": axes, "keepdims": draw(st.booleans())})


class TestL2(_Reduction):
    op = "reduce_l2"


class TestLogSum(_Reduction):
    op = "reduce_log_sum"


class TestLogSumExp(_Reduction):
    op = "reduce_log_sum_exp"

    def table_format(self, draw, role):
        """The table of exp must hold exp(0) = 1, if only by saturating."""
        if role != "exp_table":
            return super().table_format(draw, role)
        frac = draw(st.integers(0, 12))
        return self.format(draw, 14, min_width=2, frac=st.just(frac), overflows=(oracle.SAT,))


class TestProd(_Reduction):
    op = "reduce_prod"
    widest = 4
