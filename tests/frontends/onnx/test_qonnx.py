"""Operators of QONNX against their definitions in NumPy: thresholds and signs; others are refused."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import helper

from frontends.onnx.build import model, node, read
from isobit.errors import FileFormatError, GraphError, UnsupportedError
from isobit.model import Model
from isobit.passes import BINARY, DEFAULT, run_passes

DOMAIN = "qonnx.custom_op.general"
RNG = np.random.default_rng(11)


def qonnx(nodes, inputs, constants):
    made = model(nodes, inputs, constants=constants)
    made.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    return made


def thresholded(x, thresholds, scale=1.0, bias=0.0, axis=1):
    """The definition: steps reached by each element, whose channel is on ``axis``."""
    last = np.moveaxis(x, axis, -1)[..., None]
    return np.moveaxis(scale * (last >= thresholds).sum(-1) + bias, -1, axis)


def multi_threshold(**attributes):
    attributes = {"out_dtype": "INT4", **attributes}
    return node("MultiThreshold", ["x", "t"], ["y"], name="steps", domain=DOMAIN, **attributes)


def exactly(made, folder, x, expected):
    graph = read(made, folder)
    got = Model(run_passes(graph, DEFAULT)).predict(x)
    np.testing.assert_array_equal(got, expected)
    return graph


def half_integers(*shape):
    """Numbers that meet each other."""
    return RNG.integers(-6, 7, shape).astype(np.float32) / 2


@pytest.mark.parametrize("channels", [1, 5])
@pytest.mark.parametrize(
    ("shape", "layout", "axis"),
    [
        ((5,), None, 1),
        ((5,), "NHWC", 1),
        ((5, 3, 4), None, 1),
        ((5, 3, 4), "NCHW", 1),
        ((3, 4, 5), "NHWC", 3),
    ],
)
def test_thresholds(tmp_path, shape, layout, axis, channels):
    thresholds = np.sort(half_integers(channels, 7))
    x = half_integers(40, *shape)
    attributes = {} if layout is None else {"data_layout": layout}
    for scale, bias in ((1.0, 0.0), (0.5, -1.75)):
        made = qonnx(
            [multi_threshold(out_scale=scale, out_bias=bias, **attributes)],
            {"x": ["n", *shape]},
            {"t": thresholds},
        )
        exactly(made, tmp_path, x, thresholded(x, thresholds, scale, bias, axis))


def test_one_list_of_thresholds_for_any_number_of_axes(tmp_path):
    thresholds, x = np.sort(half_integers(1, 3)), half_integers(20, 6, 2)
    made = qonnx([multi_threshold()], {"x": ["n", 6, 2]}, {"t": thresholds})
    exactly(made, tmp_path, x, thresholded(x, thresholds))


def test_without_a_batch_axis(tmp_path):
    import isobit

    thresholds, x = np.sort(half_integers(5, 3)), half_integers(4, 2, 5, 3, 2)
    path = tmp_path / "m.onnx"
    made = qonnx([multi_threshold()], {"x": [2, 5, 3, 2]}, {"t": thresholds})
    path.write_bytes(made.SerializeToString())
    expected = [thresholded(one, thresholds) for one in x]
    np.testing.assert_array_equal(isobit.load(path, batch=False).predict(x), expected)


@pytest.mark.parametrize("scale", [1.0, 0.25, np.array([[1.0, 0.5, 2.0]], np.float32)])
def test_signs_of_data(tmp_path, scale):
    x = half_integers(50, 3)
    made = qonnx(
        [node("BipolarQuant", ["x", "s"], ["y"], name="sign", domain=DOMAIN)], {"x": ["n", 3]}, {"s": scale}
    )
    graph = exactly(made, tmp_path, x, np.where(x >= 0, 1.0, -1.0) * scale)
    assert graph.nodes[0].op == "binary_tanh"


def binary_network(weights, thresholds, scale):
    """A layer of binary weights and signs, as Brevitas and FINN write them."""
    return qonnx(
        [
            node("BipolarQuant", ["w", "s"], ["signs"], name="weight", domain=DOMAIN),
            node("MatMul", ["x", "signs"], ["sums"], name="fc"),
            node(
                "MultiThreshold", ["sums", "t"], ["y"], name="steps", domain=DOMAIN,
                out_dtype="BIPOLAR", out_scale=2.0, out_bias=-1.0,
            ),
        ],
        {"x": ["n", 6]},
        {"w": weights, "s": scale, "t": thresholds},
    )  # fmt: skip


@pytest.mark.parametrize("passes", [DEFAULT, (*DEFAULT, *BINARY)])
def test_signs_of_weights_and_two_steps(tmp_path, passes):
    weights, thresholds = half_integers(6, 4), half_integers(4, 1)
    weights[0, 0] = 0.0
    x = RNG.choice([-1.0, 1.0], (60, 6)).astype(np.float32)
    graph = run_passes(read(binary_network(weights, thresholds, 1.0), tmp_path), passes)
    expected = thresholded(x @ np.where(weights >= 0, 1.0, -1.0), thresholds, 2.0, -1.0)
    quantized = Model(graph).quantize({"default": "fixed<16,8>", "x": "pm1", "fc": {"weight": "pm1"}})
    np.testing.assert_array_equal(quantized.predict(x), expected)
    assert quantized.verify(samples=67).mismatches == 0


@pytest.mark.parametrize("op", ["Quant", "IntQuant", "Trunc", "FloatQuant", "XnorPopcountMatMul"])
def test_other_operators_are_refused_by_name(tmp_path, op):
    made = qonnx(
        [node(op, ["x", "s", "z", "b"], ["y"], name="q7", domain=DOMAIN, signed=1)],
        {"x": ["n", 3]},
        {"s": 1.0, "z": 0.0, "b": 4.0},
    )
    with pytest.raises(
        UnsupportedError, match=rf"'q7' \(operator {op}\).*supported: MultiThreshold, Bipolar"
    ):
        read(made, tmp_path)


REFUSED = {
    "layout": (
        {"data_layout": "NCW"},
        (5,),
        (5, 2),
        UnsupportedError,
        "data_layout is 'NCW'; supported: NCHW, NHWC",
    ),
    "attribute": ({"momentum": 1.0}, (5,), (5, 2), UnsupportedError, "'momentum'"),
    "axes": ({}, (5, 5), (5, 2), UnsupportedError, "thresholds for 5 channels of 'x', which has 3 axes"),
    "shape": ({}, (5,), (5,), FileFormatError, r"thresholds have shape \(5,\)"),
    "channels": ({}, (5,), (4, 2), GraphError, "'steps': thresholds are for 4 channels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_thresholds_that_do_not_fit(tmp_path, case):
    attributes, shape, thresholds, error, text = REFUSED[case]
    made = qonnx(
        [multi_threshold(**attributes)], {"x": ["n", *shape]}, {"t": np.zeros(thresholds, np.float32)}
    )
    with pytest.raises(error, match=text):
        read(made, tmp_path)


def test_three_inputs_and_weights_that_are_not_finite(tmp_path):
    x = {"x": ["n", 3]}
    made = qonnx([node("BipolarQuant", ["x", "s", "s"], ["y"], name="q", domain=DOMAIN)], x, {"s": 1.0})
    with pytest.raises(FileFormatError, match="3 inputs; it must have 2"):
        read(made, tmp_path)
    weights = half_integers(6, 4)
    weights[2, 1] = np.nan
    with pytest.raises(GraphError, match=r"'weight' \(operator BipolarQuant\).*not finite"):
        read(binary_network(weights, half_integers(4, 1), 1.0), tmp_path)
