"""Division, products of matrices and running sums."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, broadcastable, shapes


class TestDivide(CellSuite):
    op = "divide"
    widest = 14

    def layer(self, draw):
        shape = draw(shapes())
        pair = [shape, broadcastable(draw, shape) or (1,)]
        return Layer(draw(st.permutations(pair)))


class TestMatmul(CellSuite):
    op = "matmul"
    widest = 14

    def layer(self, draw):
        n, k, m = (draw(st.sampled_from([1, 2, 3, 5])) for _ in range(3))
        leading = draw(st.sampled_from([(), (), (2,), (2, 3)]))
        left, right = broadcastable(draw, leading), broadcastable(draw, leading)
        a = draw(st.sampled_from([(*left, n, k), (k,)]))
        b = draw(st.sampled_from([(*right, k, m), (k,)]))
        return Layer([a, b])


class TestCumsum(CellSuite):
    op = "cumsum"

    def layer(self, draw):
        shape = draw(shapes())
        attrs = {
            "axis": draw(st.sampled_from([None, *range(len(shape))])),
            "exclusive": draw(st.booleans()),
            "reverse": draw(st.booleans()),
        }
        return Layer([shape], attrs)
