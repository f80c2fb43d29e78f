"""Softmax, log-softmax and argmax."""

from __future__ import annotations

from hypothesis import strategies as st

import oracle
from cells.suite import CellSuite, Layer, shapes


class OverAxis(CellSuite):
    widest = 12
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def layer(self, draw):
        shape = draw(shapes())
        return Layer([shape], {"axis": draw(st.sampled_from([None, *range(len(shape))]))})

    def table_format(self, draw, role):
        """The table of exp must hold exp(0) = 1, if only by saturating."""
        if role != "exp_table":
            return super().table_format(draw, role)
        frac = draw(st.integers(0, 12))
        return self.format(draw, 14, min_width=2, frac=st.just(frac), overflows=(oracle.SAT,))


class TestSoftmax(OverAxis):
    op = "softmax"


class TestLogSoftmax(OverAxis):
    op = "log_softmax"


class TestArgmax(OverAxis):
    op = "argmax"

    def layer(self, draw):
        layer = super().layer(draw)
        layer.attrs["keepdims"] = draw(st.booleans())
        return layer
