"""Sorting networks, indices of extremes, one-hot vectors and embeddings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import isobit
import oracle
from cells.suite import FEW, CellSuite, Layer, shapes, trained
from isobit.ir import GraphBuilder
from isobit.ops.argmax import index_format
from isobit.ops.sort import sorting_network
from oracle_layers import code


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
    """The inputs are indices, whose format follows from the weight, of which they are all rows."""

    op = "embedding"
    widest = 12

    def layer(self, draw):
        weight = trained(draw, (draw(st.sampled_from([2, 4, 8])), draw(st.integers(1, 5))))
        return Layer([draw(shapes(dimensions=(1, 2)))], constants={"weight": weight})

    def quantized(self, draw):
        model = self.model(draw)
        rows = len(model.layers[0].constants["weight"])
        quantized = self.quantize(model, {"layer": self.formats(draw, self.op)})
        assert quantized.formats["x0"] == index_format(rows)
        return quantized

    def indices(self, data, model):
        rows = len(model.layers[0].constants["weight"])
        shape = model.inputs["x0"]
        size = int(np.prod(shape))
        drawn = data.draw(st.lists(st.integers(0, rows - 1), min_size=3 * size, max_size=3 * size))
        return np.reshape(drawn, (3, *shape))

    @FEW
    @given(data=st.data())
    def test_values_in_and_out(self, data):
        quantized = self.quantized(data.draw)
        x = self.indices(data, quantized)
        weight = quantized.tensors["layer.weight"].value
        fmt = quantized.formats["layer"]
        cast = np.vectorize(lambda v: float(oracle.value_of(oracle.from_float(v, code(fmt)), code(fmt))))
        np.testing.assert_array_equal(quantized.predict(x), cast(weight[x]))

    @FEW
    @given(data=st.data())
    def test_float_model_is_the_definition(self, data):
        model = self.model(data.draw)
        x = self.indices(data, model)
        np.testing.assert_array_equal(model.predict(x), model.layers[0].constants["weight"][x])


def embedding(rows=5):
    builder = GraphBuilder("words")
    builder.input("x", (2, 3))
    builder.add("reshape", ["x"], "flat", {"shape": (6,)})
    weight = np.arange(2.0 * rows).reshape(rows, 2) / 4
    builder.output("y", builder.add("embedding", ["flat"], "rows", constants={"weight": weight}))
    return isobit.Model(builder.build())


@pytest.mark.parametrize("wrong", [5, -1, 0.5])
def test_what_is_no_row_is_refused(wrong):
    model = embedding()
    quantized = model.quantize("fixed<16,6>")
    x = np.ones((2, 2, 3))
    assert quantized.predict(x).tolist() == [[[0.5, 0.75]] * 6] * 2
    x[1, 0, 2] = wrong
    message = rf"input 'x': sample 1, element \(0, 2\) is {float(wrong)}, .* an integer from 0 to 4"
    for predict in (model.predict, quantized.predict):
        with pytest.raises(isobit.InputError, match=message):
            predict(x)


@pytest.mark.parametrize("n", range(1, 12))
def test_the_network_sorts_whatever_is_zero_or_one(n):
    """Which suffices (Knuth, The Art of Computer Programming 3, 5.3.4)."""
    for k in range(1, n + 1):
        pairs = sorting_network(n, k)
        assert all(i < j for i, j in pairs)
        for number in range(2**n):
            bits = [number >> i & 1 for i in range(n)]
            wanted = sorted(bits)[:k]
            for i, j in pairs:
                bits[i], bits[j] = min(bits[i], bits[j]), max(bits[i], bits[j])
            assert bits[:k] == wanted
    assert len(sorting_network(16, 16)) == 63  # Batcher's count
