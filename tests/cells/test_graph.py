"""Rows by index, and segments."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes


class TestKnnIndices(CellSuite):
    op = "knn_indices"
    widest = 6  # so that distances are often equal

    def layer(self, draw):
        loop = draw(st.booleans())
        nodes = draw(st.integers(1 if loop else 2, 5))
        masks = [(nodes,)] * draw(st.integers(0, 1))
        k = draw(st.integers(1, nodes if loop else nodes - 1))
        return Layer([(nodes, draw(st.integers(1, 3))), *masks], {"k": k, "loop": loop})


class TestGatherRows(CellSuite):
    op = "gather_rows"

    def layer(self, draw):
        return Layer([draw(shapes(longest=4)), (draw(st.integers(1, 6)),)])


class TestGather(CellSuite):
    op = "gather"

    def layer(self, draw):
        source = draw(shapes(longest=4))
        axis = draw(st.sampled_from(range(len(source))))
        return Layer([source, draw(shapes(dimensions=(1, 2), longest=3))], {"axis": axis})


class _Segments(CellSuite):
    def layer(self, draw):
        rows = draw(shapes(longest=4))
        masks = [rows[:1]] * draw(st.integers(0, 1))
        return Layer([rows, rows[:1], *masks], {"segments": draw(st.integers(1, 5))})


class TestSegmentSum(_Segments):
    op = "segment_sum"


class TestSegmentMean(_Segments):
    op = "segment_mean"


class TestSegmentMax(_Segments):
    op = "segment_max"
