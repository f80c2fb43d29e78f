"""Multi-thresholds: one list or one for each channel, rising and falling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

import isobit
from cells.suite import CellSuite, Layer, shapes, trained
from isobit.formats import PM1
from isobit.ir import GraphBuilder


class TestMultiThreshold(CellSuite):
    op = "multi_threshold"

    def layer(self, draw):
        shape = draw(shapes())
        k = draw(st.integers(1, 4))
        constants = {"thresholds": trained(draw, (shape[-1], k) if draw(st.booleans()) else (k,))}
        if draw(st.booleans()):
            bits = draw(st.lists(st.integers(0, 1), min_size=shape[-1], max_size=shape[-1]))
            constants["falling"] = np.array(bits, dtype=float)
        attrs = draw(
            st.sampled_from(
                [{}, {"out_scale": 2.0, "out_bias": -1.0}, {"out_scale": -0.25}, {"out_scale": 0.3}]
            )
        )
        return Layer([shape], attrs, constants)


def model(thresholds, shape=(3,), falling=None, **attrs):
    builder = GraphBuilder("thresholds")
    x = builder.input("x", shape)
    constants = {"thresholds": np.asarray(thresholds, dtype=float)}
    if falling is not None:
        constants["falling"] = np.asarray(falling, dtype=float)
    builder.output("y", builder.add("multi_threshold", [x], "act", attrs, constants))
    return isobit.Model(builder.build())


def test_a_threshold_between_two_numbers_is_the_upper_one():
    q = model([0.3, 1e9, -1e9]).quantize("fixed<6,3>")
    X = np.array([[0.25, 0.375, 3.875]])
    assert q.predict(X).tolist() == [[1, 2, 2]]
    assert str(q.formats["act"]) == "ufixed<2,2>"


@pytest.mark.parametrize(
    "fmt", ["fixed<63,40>", "ufixed<63,63>", "fixed<63,63,RND,SAT_SYM>", "pm1", "ufixed<1,1>"]
)
def test_thresholds_beyond_every_format(fmt):
    q = model([-1e300, -1.0, 0.0, 1.0, 1e300]).quantize({"default": "int<8>", "x": fmt})
    fmt = q.formats["x"]
    raws = np.array([[fmt.min_raw, fmt.max_raw, fmt.max_raw if fmt.is_pm1 else 0]])
    values = [[float(np.ldexp(float(raw), -fmt.frac)) for raw in raws[0]]]
    expected = (np.array(values)[..., None] >= [-1e300, -1, 0, 1, 1e300]).sum(-1)
    np.testing.assert_array_equal(q.predict_raw(raws), expected)
    q.verify()


def test_signs_are_pm1():
    q = model([[0.5], [-1.0], [0.0]], falling=[0, 1, 0], out_scale=2, out_bias=-1).quantize("fixed<8,4>")
    assert q.formats["act"] == PM1
    assert q.predict(np.array([[0.5, -1.0, -0.0625], [0.4375, -1.0625, 0.0]])).tolist() == [
        [1, -1, -1],
        [-1, 1, 1],
    ]


def test_refusals():
    with pytest.raises(isobit.GraphError, match="layer 'act': thresholds are for 2 channels"):
        model([[1.0], [2.0]])
    with pytest.raises(isobit.GraphError, match="layer 'act': thresholds must have shape"):
        model([[[1.0]]])
    with pytest.raises(isobit.GraphError, match="layer 'act': falling must hold a 0 or 1"):
        model([1.0], falling=[0, 2, 1])
    with pytest.raises(isobit.ConfigError, match=r"layer 'act': .*63 bits"):
        model([1.0]).quantize({"default": "fixed<16,6>", "x": "fixed<64,32>"})
