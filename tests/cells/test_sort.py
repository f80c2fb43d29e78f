"""Sorting networks, indices of extremes, one-hot vectors and embeddings."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes, trained


class TestTopKValues(CellSuite):
    op = "top_k_values"
    widest = 6

    def layer(self, draw):
        shape = draw(shapes(longest=7))
        axis = draw(st.sampled_from([None, *range(len(shape))]))
        k = draw(st.integers(1, shape[-1 if axis is None else axis]))
        return Layer([shape], {"k": k, "axis": axis, "largest": draw(st.booleans())})


class TestTopKIndices(TestTopKValues):
    op = "top_k_indices"
    widest = 3


class TestArgmin(CellSuite):
    op = "argmin"
    widest = 4

    def layer(self, draw):
        shape = draw(shapes())
        attrs = {
            "axis": draw(st.sampled_from([None, *range(len(shape))])),
            "keepdims": draw(st.booleans()),
            "last": draw(st.booleans()),
        }
        return Layer([shape], attrs)


class TestOneHot(CellSuite):
    op = "one_hot"
    widest = 4

    def layer(self, draw):
        shape = draw(shapes())
        axis = draw(st.sampled_from([None, *range(len(shape) + 1)]))
        return Layer([shape], {"depth": draw(st.integers(1, 6)), "axis": axis})


class TestEmbedding(CellSuite):
    op = "embedding"
    widest = 12

    def layer(self, draw):
        weight = trained(draw, (draw(st.integers(1, 8)), draw(st.integers(1, 5))))
        return Layer([draw(shapes(dimensions=(1, 2)))], constants={"weight": weight})
