"""Pooling over windows that slide, and over parts of the input."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from cells.suite import CellSuite, Layer
from isobit.errors import GraphError
from isobit.ir import GraphBuilder


class _Pooling(CellSuite):
    def layer(self, draw):
        rank = draw(st.sampled_from([1, 1, 2, 2, 3]))
        most = {1: 8, 2: 5, 3: 3}[rank]
        shape = (*(draw(st.integers(1, most)) for _ in range(rank)), draw(st.integers(1, 3)))
        number = lambda least, most: [draw(st.integers(least, most)) for _ in range(rank)]  # noqa: E731
        attrs = {"pool_size": number(1, 3), "ceil_mode": draw(st.booleans())}
        if draw(st.booleans()):
            attrs["strides"] = number(1, 3)
        if draw(st.booleans()):
            attrs["dilations"] = number(1, 2)
        if draw(st.booleans()):
            attrs["pads"] = number(0, 1) + number(0, 1)
        attrs |= self.more(draw)
        # The formula of the number of windows is compared elsewhere (frameworks); here any legal layer will
        # do.
        builder = GraphBuilder("trial")
        builder.input("x", shape)
        try:
            builder.add(self.op, ["x"], "trial", attrs)
        except GraphError:
            assume(False)
        return Layer([shape], attrs)

    def more(self, draw):
        return {}


class TestMaxPool(_Pooling):
    op = "max_pool"


class TestAveragePool(_Pooling):
    op = "average_pool"

    def more(self, draw):
        return {"count_include_pad": draw(st.booleans())}


class _Adaptive(CellSuite):
    def layer(self, draw):
        rank = draw(st.integers(1, 2))
        shape = (*(draw(st.integers(1, 6)) for _ in range(rank)), draw(st.integers(1, 3)))
        return Layer(
            [shape], {"output_size": [draw(st.integers(1, 7 if rank == 1 else 4)) for _ in range(rank)]}
        )


class TestAdaptiveMaxPool(_Adaptive):
    op = "adaptive_max_pool"


class TestAdaptiveAveragePool(_Adaptive):
    op = "adaptive_average_pool"
