"""Names, several inputs and outputs, the order of nodes, element types."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frontends.onnx.build import check, model, node, read
from isobit.errors import GraphError, UnsupportedError
from isobit.frontends.onnx import load


def chain(*names: str) -> list[onnx.NodeProto]:
    """Relu after Relu, the last of which makes ``y``."""
    tensors = ["x", *(f"t{i}" for i in range(len(names) - 1)), "y"]
    return [node("Relu", [a], [b], name=n) for a, b, n in zip(tensors[:-1], tensors[1:], names, strict=True)]


def test_names_are_those_of_nodes_or_else_of_tensors(tmp_path: Path) -> None:
    graph = read(model(chain("first", "", "third"), {"x": ["n", 2]}), tmp_path)
    assert [n.name for n in graph] == ["first", "t1", "third"]
    assert dict(graph.outputs) == {"y": "third"}


def test_names_are_made_unique(tmp_path: Path) -> None:
    graph = read(model(chain("same", "same", "x", "same_1"), {"x": ["n", 2]}), tmp_path)
    assert [n.name for n in graph] == ["same", "same_2", "x_1", "same_1"]


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    nodes = [
        node("Concat", ["a", "b"], ["ab"], axis=1),
        node("Relu", ["ab"], ["y1"]),
        node("Sub", ["a", "b"], ["y2"]),
    ]
    graph = check(model(nodes, {"a": ["n", 3], "b": ["n", 3]}, ["y1", "y2", "ab"]), tmp_path)
    assert list(graph.inputs) == ["a", "b"]
    assert list(graph.outputs) == ["y1", "y2", "ab"]


def test_output_that_is_an_input(tmp_path: Path) -> None:
    graph = check(model([node("Relu", ["x"], ["y"])], {"x": ["n", 2]}, ["y", "x"]), tmp_path)
    assert dict(graph.outputs) == {"y": "y", "x": "x"}


def test_model_without_nodes(tmp_path: Path) -> None:
    graph = read(model([], {"x": ["n", 2]}, ["x"]), tmp_path)
    assert dict(graph.outputs) == {"x": "x"}
    assert graph.nodes == ()


def test_order_of_nodes_in_the_file_does_not_matter(tmp_path: Path) -> None:
    graph = read(model(chain("a", "b", "c")[::-1], {"x": ["n", 2]}), tmp_path)
    assert [n.name for n in graph] == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "bfloat16"])
def test_weights_of_every_float_type_become_float64(kind: str, tmp_path: Path) -> None:
    made = model([node("Add", ["x", "c"], ["y"])], {"x": ["n", 4]}, constants={"c": np.ones(4, "f4")})
    values = [0.5, -1.25, 3.0, 100.0]  # exact in every one of the types
    if kind == "bfloat16":
        tensor = helper.make_tensor("c", TensorProto.BFLOAT16, [4], values)
    else:
        tensor = numpy_helper.from_array(np.array(values, kind), "c")
    made.graph.initializer[0].CopyFrom(tensor)
    bias = read(made, tmp_path).nodes[0].constants["bias"]
    assert bias.dtype == np.float64
    assert bias.tolist() == values


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_named(value: float, tmp_path: Path) -> None:
    w = np.ones((4, 3), "f4")
    w[2, 1] = value
    made = model([node("MatMul", ["x", "w"], ["y"], name="fc")], {"x": ["n", 4]}, constants={"w": w})
    with pytest.raises(GraphError, match=r"node 'fc'.*initializer 'w'.*\(-?(nan|inf) at \(2, 1\)\)"):
        read(made, tmp_path)


def test_division_by_zero_is_named(tmp_path: Path) -> None:
    made = model([node("Div", ["x", "c"], ["y"])], {"x": ["n", 2]}, constants={"c": np.array([1, 0], "f4")})
    with pytest.raises(GraphError, match=r"divides by 0.0 \('c' at \(1,\)\)"):
        read(made, tmp_path)


def test_integers_of_argmax_may_be_shown_moved_and_cast(tmp_path: Path) -> None:
    nodes = [
        node("ArgMax", ["x"], ["i"], axis=1, keepdims=1),
        node("Squeeze", ["i", "axes"], ["s"]),
        node("Cast", ["s"], ["f"], to=TensorProto.FLOAT),
        node("Mul", ["f", "half"], ["y"]),
    ]
    made = model(nodes, {"x": ["n", 4]}, constants={"axes": [1], "half": 0.5})
    assert [n.op for n in check(made, tmp_path)] == ["argmax", "reshape", "identity", "affine"]


def test_computing_with_integers_is_refused(tmp_path: Path) -> None:
    nodes = [node("ArgMax", ["x"], ["i"], axis=1), node("Div", ["i", "two"], ["y"])]
    with pytest.raises(UnsupportedError, match="integers"):
        read(model(nodes, {"x": ["n", 4]}, constants={"two": 2}), tmp_path)


def test_fixed_batch_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="isobit"):
        read(model([node("Relu", ["x"], ["y"])], {"x": [789444, 2]}), tmp_path)
    assert "fixed batch of 789444" in caplog.text


def test_unused_mask_of_dropout_is_no_problem(tmp_path: Path) -> None:
    graph = read(model([node("Dropout", ["x"], ["y", "mask"])], {"x": ["n", 3]}), tmp_path)
    assert [n.op for n in graph] == ["dropout"]


def test_path_may_be_text(tmp_path: Path) -> None:
    read(model([node("Relu", ["x"], ["y"])], {"x": ["n", 2]}), tmp_path)
    assert [n.op for n in load(str(tmp_path / "model.onnx"))] == ["relu"]  # type: ignore[arg-type]
