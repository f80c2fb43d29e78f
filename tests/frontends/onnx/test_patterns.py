"""Groups of nodes that exporters write for one layer, and near misses that are not that layer."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from frontends.onnx.build import check, model, node

ROOT_HALF, ROOT_TWO = math.sqrt(0.5), math.sqrt(2)
TANH = math.sqrt(2 / math.pi)


def gelu_erf(variant: str) -> tuple[list[onnx.NodeProto], dict[str, object]]:
    """``x/2 * (1 + erf(x / sqrt(2)))`` as PyTorch, TensorFlow and others write it."""
    constants = {"half": 0.5, "one": 1.0, "root_two": ROOT_TWO, "root_half": ROOT_HALF}
    scaled = node("Div", ["x", "root_two"], ["u"])
    if variant in ("tensorflow", "distributed"):
        scaled = node("Mul", ["root_half", "x"], ["u"])
    nodes = [scaled, node("Erf", ["u"], ["e"])]
    if variant == "pytorch":
        nodes += [
            node("Add", ["e", "one"], ["a"]),
            node("Mul", ["x", "a"], ["m"]),
            node("Mul", ["m", "half"], ["y"]),
        ]
    elif variant == "tensorflow":
        nodes += [
            node("Add", ["one", "e"], ["a"]),
            node("Mul", ["a", "half"], ["h"]),
            node("Mul", ["h", "x"], ["y"]),
        ]
    elif variant == "halved_first":
        nodes += [
            node("Mul", ["x", "half"], ["h"]),
            node("Add", ["e", "one"], ["a"]),
            node("Mul", ["h", "a"], ["y"]),
        ]
    else:
        nodes += [
            node("Mul", ["x", "e"], ["a"]),
            node("Add", ["a", "x"], ["m"]),
            node("Mul", ["half", "m"], ["y"]),
        ]
    return nodes, constants


@pytest.mark.parametrize("variant", ["pytorch", "tensorflow", "halved_first", "distributed"])
def test_gelu_with_erf(variant: str, tmp_path: Path) -> None:
    nodes, constants = gelu_erf(variant)
    graph = check(model(nodes, {"x": ["n", 5]}, constants=constants), tmp_path)
    assert [(n.op, n.attrs["approximate"]) for n in graph] == [("gelu", "none")]


@pytest.mark.parametrize("variant", ["pow", "products", "factored"])
def test_gelu_with_tanh(variant: str, tmp_path: Path) -> None:
    nodes = {
        "pow": [
            node("Pow", ["x", "three"], ["cube"]),
            node("Mul", ["cube", "c"], ["cc"]),
            node("Add", ["x", "cc"], ["p"]),
            node("Mul", ["p", "root"], ["u"]),
        ],
        "products": [
            node("Mul", ["x", "x"], ["square"]),
            node("Mul", ["x", "square"], ["cube"]),
            node("Mul", ["c", "cube"], ["cc"]),
            node("Add", ["x", "cc"], ["p"]),
            node("Mul", ["root", "p"], ["u"]),
        ],
        "factored": [
            node("Mul", ["x", "x"], ["square"]),
            node("Mul", ["square", "c"], ["cc"]),
            node("Add", ["cc", "one"], ["f"]),
            node("Mul", ["x", "root"], ["xr"]),
            node("Mul", ["xr", "f"], ["u"]),
        ],
    }[variant]
    nodes += [
        node("Tanh", ["u"], ["t"]),
        node("Add", ["one", "t"], ["a"]),
        node("Mul", ["x", "a"], ["m"]),
        node("Mul", ["half", "m"], ["y"], name="gelu"),
    ]
    constants = {"three": 3.0, "c": 0.044715, "root": TANH, "one": 1.0, "half": 0.5}
    graph = check(model(nodes, {"x": ["n", 2, 3]}, constants=constants), tmp_path)
    assert [(n.name, n.op, n.attrs["approximate"]) for n in graph] == [("gelu", "gelu", "tanh")]


def test_erf_that_is_no_gelu_stays_as_written(tmp_path: Path) -> None:
    nodes, constants = gelu_erf("pytorch")
    constants["root_two"] = 1.4
    graph = check(model(nodes, {"x": ["n", 5]}, constants=constants), tmp_path)
    assert "erf" in [n.op for n in graph]


def test_gelu_whose_inside_is_used_stays_as_written(tmp_path: Path) -> None:
    nodes, constants = gelu_erf("pytorch")
    graph = check(model(nodes, {"x": ["n", 5]}, ["y", "e"], constants=constants), tmp_path)
    assert "erf" in [n.op for n in graph]


def test_tanh_with_other_coefficients_stays_as_written(tmp_path: Path) -> None:
    nodes = [
        node("Mul", ["x", "k"], ["u"]),
        node("Tanh", ["u"], ["t"]),
        node("Add", ["one", "t"], ["a"]),
        node("Mul", ["x", "a"], ["m"]),
        node("Mul", ["half", "m"], ["y"]),
    ]
    graph = check(model(nodes, {"x": ["n", 4]}, constants={"k": 0.8, "one": 1.0, "half": 0.5}), tmp_path)
    assert [n.op for n in graph] == ["affine", "tanh", "affine", "multiply", "affine"]


@pytest.mark.parametrize("order", [["x", "s"], ["s", "x"]])
def test_silu(order: list[str], tmp_path: Path) -> None:
    nodes = [node("Sigmoid", ["x"], ["s"]), node("Mul", order, ["y"])]
    assert [n.op for n in check(model(nodes, {"x": ["n", 4]}), tmp_path)] == ["silu"]


def test_sigmoid_used_twice_is_kept(tmp_path: Path) -> None:
    nodes = [node("Sigmoid", ["x"], ["s"]), node("Mul", ["x", "s"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, ["y", "s"]), tmp_path)
    assert [n.op for n in graph] == ["sigmoid", "multiply"]


def test_gated_by_another_tensor_is_kept(tmp_path: Path) -> None:
    nodes = [node("Sigmoid", ["x"], ["s"]), node("Mul", ["z", "s"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4], "z": ["n", 4]}), tmp_path)
    assert [n.op for n in graph] == ["sigmoid", "multiply"]


def test_two_silus_in_a_row(tmp_path: Path) -> None:
    nodes = [
        node("Sigmoid", ["x"], ["s"]),
        node("Mul", ["x", "s"], ["z"]),
        node("Sigmoid", ["z"], ["t"]),
        node("Mul", ["z", "t"], ["y"]),
    ]
    assert [n.op for n in check(model(nodes, {"x": ["n", 4]}), tmp_path)] == ["silu", "silu"]


def test_softsign(tmp_path: Path) -> None:
    nodes = [node("Abs", ["x"], ["m"]), node("Add", ["m", "one"], ["d"]), node("Div", ["x", "d"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, constants={"one": 1.0}), tmp_path)
    assert [n.op for n in graph] == ["softsign"]


def test_division_by_another_softsign_denominator_stays_as_written(tmp_path: Path) -> None:
    nodes = [node("Abs", ["x"], ["m"]), node("Add", ["m", "two"], ["d"]), node("Div", ["x", "d"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, constants={"two": 2.0}), tmp_path)
    assert [n.op for n in graph] == ["abs", "affine", "divide"]


def test_threshold(tmp_path: Path) -> None:
    nodes = [node("LessOrEqual", ["x", "theta"], ["low"]), node("Where", ["low", "zero", "x"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, constants={"theta": 0.5, "zero": 0.0}), tmp_path)
    assert [(n.op, n.attrs["theta"]) for n in graph] == [("thresholded_relu", 0.5)]


def test_threshold_with_another_value_stays_as_written(tmp_path: Path) -> None:
    nodes = [node("LessOrEqual", ["x", "theta"], ["low"]), node("Where", ["low", "two", "x"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, constants={"theta": 0.5, "two": 2.0}), tmp_path)
    assert [n.op for n in graph] == ["constant", "less_equal", "constant", "where"]


@pytest.mark.parametrize("scale", [2.0, 40.0])
def test_softplus_with_threshold(scale: float, tmp_path: Path) -> None:
    nodes = [
        node("Softplus", ["x"], ["s"]),
        node("Greater", ["x", "bound"], ["high"]),
        node("Where", ["high", "x", "s"], ["y"]),
    ]
    graph = check(model(nodes, {"x": ["n", 9]}, constants={"bound": 20.0}), tmp_path, scale=scale)
    assert [n.op for n in graph] == ["softplus"]


def test_softplus_with_beta_and_threshold(tmp_path: Path) -> None:
    nodes = [
        node("Mul", ["x", "beta"], ["u"]),
        node("Softplus", ["u"], ["s"]),
        node("Div", ["s", "beta"], ["v"]),
        node("Greater", ["u", "bound"], ["high"]),
        node("Where", ["high", "x", "v"], ["y"], name="softplus"),
    ]
    constants = {"bound": 20.0, "beta": 2.0}
    graph = check(model(nodes, {"x": ["n", 9]}, constants=constants), tmp_path, scale=20.0)
    assert [n.op for n in graph] == ["affine", "softplus", "affine"]
    assert graph.nodes[-1].name == "softplus"


def test_softplus_with_a_low_threshold_stays_as_written(tmp_path: Path) -> None:
    nodes = [
        node("Softplus", ["x"], ["s"]),
        node("Greater", ["x", "bound"], ["high"]),
        node("Where", ["high", "x", "s"], ["y"]),
    ]
    graph = check(model(nodes, {"x": ["n", 9]}, constants={"bound": 5.0}), tmp_path)
    assert [n.op for n in graph] == ["softplus", "constant", "greater", "where"]


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1,), ()])
def test_matmul_and_add_are_one_dense_layer(shape: tuple[int, ...], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    constants = {"w": rng.normal(size=(4, 3)).astype("f4"), "b": rng.normal(size=shape).astype("f4")}
    nodes = [node("MatMul", ["x", "w"], ["m"], name="fc1"), node("Add", ["b", "m"], ["y"], name="bias")]
    graph = check(model(nodes, {"x": ["n", 4]}, constants=constants), tmp_path)
    assert [(n.name, n.op, set(n.constants)) for n in graph] == [("fc1", "dense", {"weight", "bias"})]


def test_matmul_whose_product_is_shown_keeps_its_add(tmp_path: Path) -> None:
    constants = {"w": np.ones((4, 3), "f4"), "b": np.ones(3, "f4")}
    nodes = [node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 4]}, ["y", "m"], constants=constants), tmp_path)
    assert [n.op for n in graph] == ["dense", "affine"]


def test_matmul_with_a_bias_per_row_keeps_its_add(tmp_path: Path) -> None:
    constants = {"w": np.ones((4, 3), "f4"), "b": np.arange(6, dtype="f4").reshape(2, 3)}
    nodes = [node("MatMul", ["x", "w"], ["m"]), node("Add", ["m", "b"], ["y"])]
    graph = check(model(nodes, {"x": ["n", 2, 4]}, constants=constants), tmp_path)
    assert [n.op for n in graph] == ["dense", "affine"]
