"""Channels-first models: the transpositions around their layers cancel, and the bits are those without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

import isobit
from frontends.onnx.build import model, node, read
from isobit.ir import Graph, GraphBuilder
from isobit.passes import DEFAULT, move_transposes, run_passes

RNG = np.random.default_rng(0)
KERNELS = {"w1": (4, 2, 3, 3), "w2": (4, 4, 3, 3), "w3": (4, 4, 1, 1)}
CONSTANTS = {
    **{name: RNG.normal(size=shape).astype(np.float32) / 4 for name, shape in KERNELS.items()},
    "scale": RNG.uniform(0.5, 1.5, size=(1, 4, 1, 1)).astype(np.float32),
    "fc": RNG.normal(size=(64, 3)).astype(np.float32) / 8,
    "head": RNG.normal(size=(4, 3)).astype(np.float32) / 2,
    "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
}


def network(head: str) -> onnx.ModelProto:
    """A residual network on images of 2 x 8 x 8 with one of several heads."""
    same = {"pads": [1, 1, 1, 1]}
    nodes = [
        node("Conv", ["x", "w1"], ["a"], name="conv1", **same),
        node("Relu", ["a"], ["b"], name="relu1"),
        node("Conv", ["b", "w2"], ["c"], name="conv2", **same),
        node("Add", ["c", "b"], ["d"], name="residual"),
        node("Mul", ["d", "scale"], ["e"], name="scaled"),
        node("Clip", ["e", "", ""], ["f"], name="clip"),
        node("Pad", ["f", "pads"], ["g"], name="pad"),
        node("MaxPool", ["g"], ["h"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Concat", ["h", "h"], ["i"], name="both", axis=1),
        node("Slice", ["i", "begin", "end", "axes"], ["j"], name="half"),
        node("Conv", ["j", "w3"], ["k"], name="conv3"),
    ]
    heads = {
        "flat": [
            node("Slice", ["k", "zero", "four", "spatial"], ["l"], name="cut"),
            node("Flatten", ["l"], ["m"], name="flatten"),
            node("MatMul", ["m", "fc"], ["y"], name="fc"),
        ],
        "global": [
            node("GlobalAveragePool", ["k"], ["l"], name="mean"),
            node("Flatten", ["l"], ["m"], name="flatten"),
            node("MatMul", ["m", "head"], ["n"], name="fc"),
            node("Softmax", ["n"], ["y"], name="softmax"),
        ],
        "image": [node("Softmax", ["k"], ["y"], name="softmax", axis=1)],
    }
    cuts = {"begin": [2], "end": [6], "axes": [1], "zero": [0, 0], "four": [4, 4], "spatial": [2, 3]}
    return model([*nodes, *heads[head]], {"x": ["n", 2, 8, 8]}, constants={**CONSTANTS, **cuts})


def both(head: str, folder: Path) -> tuple[Graph, Graph]:
    """The graph after the passes, without and with the one that moves transpositions."""
    graph = read(network(head), folder)
    return run_passes(graph, [step for step in DEFAULT if step is not move_transposes]), run_passes(graph)


@pytest.mark.parametrize(("head", "left"), [("flat", 1), ("global", 1), ("image", 2)])
def test_only_those_of_inputs_and_outputs_are_left(head: str, left: int, tmp_path: Path) -> None:
    before, after = both(head, tmp_path)
    assert [node.op for node in before].count("transpose") >= 8
    assert [node.op for node in after].count("transpose") == left
    kept = {node.name for node in before if node.op not in ("transpose", "reshape")}
    assert kept <= {node.name for node in after}


@pytest.mark.parametrize("head", ["flat", "global", "image"])
def test_the_bits_are_the_same(head: str, tmp_path: Path) -> None:
    before, after = (isobit.Model(graph) for graph in both(head, tmp_path))
    x = np.random.default_rng(1).normal(size=(9, 2, 8, 8))
    np.testing.assert_allclose(before.predict(x), after.predict(x), rtol=1e-9, atol=1e-12)
    for config in ("fixed<16,6>", "fixed<9,4>"):
        np.testing.assert_array_equal(before.quantize(config).predict(x), after.quantize(config).predict(x))


def test_channels_last_models_have_the_same_bits(tmp_path: Path) -> None:
    nodes = [
        node("Conv", ["x", "w1"], ["a"], name="conv1"),
        node("Relu", ["a"], ["b"], name="relu1"),
        node("MaxPool", ["b"], ["y"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
    ]
    first = isobit.Model(run_passes(read(model(nodes, {"x": ["n", 2, 8, 8]}, constants=CONSTANTS), tmp_path)))
    builder = GraphBuilder("last")
    x = builder.input("x", (8, 8, 2))
    weight = np.moveaxis(CONSTANTS["w1"].astype(np.float64), (0, 1), (-1, -2))
    conv = builder.add("conv", [x], "conv1", constants={"weight": weight})
    relu = builder.add("relu", [conv], "relu1")
    pool = builder.add("max_pool", [relu], "pool", {"pool_size": (2, 2), "strides": (2, 2)})
    builder.output("y", pool)
    last = isobit.Model(builder.build())
    data = np.random.default_rng(2).normal(size=(5, 2, 8, 8))
    for config in ("fixed<16,6>", "fixed<8,3>"):
        expected = last.quantize(config).predict(data.transpose(0, 2, 3, 1))
        np.testing.assert_array_equal(first.quantize(config).predict(data), expected.transpose(0, 3, 1, 2))
