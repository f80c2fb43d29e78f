"""The batch axis: what keeps it, what would touch it, and the chains in which exporters write shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from frontends.onnx.build import check, model, node, read
from isobit.errors import FileFormatError, UnsupportedError


def reshaped(target: list[int], shape: list[int | str], **attrs: Any) -> onnx.ModelProto:
    return model([node("Reshape", ["x", "t"], ["y"], **attrs)], {"x": shape}, constants={"t": target})


@pytest.mark.parametrize(
    ("target", "shape", "result"),
    [
        ([0, -1], ["n", 2, 3], (6,)),
        ([-1, 6], ["n", 2, 3], (6,)),
        ([-1, 3, 2], ["n", 6], (3, 2)),
        ([0, 0, 3, 1], ["n", 2, 3], (2, 3, 1)),
        ([0, 3, -1], ["n", 2, 3], (3, 2)),
        ([1, 6], ["n", 2, 3], (6,)),
        ([1, -1], [1, 2, 3], (6,)),
        ([5, -1], [5, 2, 3], (6,)),
        ([5, 3, 2], [5, 2, 3], (3, 2)),
        ([-1], ["n", 1], ()),
    ],
)
def test_reshape_keeps_the_batch(
    target: list[int], shape: list[int | str], result: tuple[int, ...], tmp_path: Path
) -> None:
    fixed = shape[0] if isinstance(shape[0], int) else target[0]
    graph = check(reshaped(target, shape), tmp_path, batch=fixed if fixed > 0 else 4)
    assert graph.nodes[0].shape == result


@pytest.mark.parametrize(
    ("target", "shape"),
    [
        ([1, -1], ["n", 2, 3]),  # would put the whole batch in one row
        ([-1, 3], ["n", 2, 3]),
        ([2, 3], ["n", 2, 3]),
        ([6], [1, 2, 3]),
        ([-1], ["n", 2, 3]),
        ([2, -1], [1, 2, 3]),
        ([4, 6], [5, 2, 3]),
        ([3, 0, -1], ["n", 2, 3]),
    ],
)
def test_reshape_that_moves_the_batch_is_refused(
    target: list[int], shape: list[int | str], tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedError, match=r"Reshape.*batch axis"):
        read(reshaped(target, shape), tmp_path)


def test_allowzero_makes_zeros_real(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="Reshape"):
        read(reshaped([0, 6], ["n", 2, 3], allowzero=1), tmp_path)


def test_reshape_to_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="does not keep the batch"):
        read(reshaped([0, 5], ["n", 2, 3]), tmp_path)


def view_chain(opset: int) -> list[onnx.NodeProto]:
    """``x.view(x.size(0), x.size(1) * x.size(2))`` as PyTorch writes it; the product is of known sizes."""
    lead = [
        node("Shape", ["x"], ["s0"]),
        node("Gather", ["s0", "i0"], ["n"], axis=0),
        node("Shape", ["x"], ["s1"]),
        node("Gather", ["s1", "i1"], ["a"], axis=0),
        node("Gather", ["s1", "i2"], ["b"], axis=0),
        node("Mul", ["a", "b"], ["ab"]),
    ]
    if opset < 13:
        lead += [node("Unsqueeze", ["n"], ["n1"], axes=[0]), node("Unsqueeze", ["ab"], ["ab1"], axes=[0])]
    else:
        lead += [node("Unsqueeze", ["n", "first"], ["n1"]), node("Unsqueeze", ["ab", "first"], ["ab1"])]
    return [*lead, node("Concat", ["n1", "ab1"], ["t"], axis=0), node("Reshape", ["x", "t"], ["y"])]


@pytest.mark.parametrize("opset", [9, 11, 13, 17])
@pytest.mark.parametrize("batch", ["n", 1, 3])
def test_chain_of_pytorch(opset: int, batch: int | str, tmp_path: Path) -> None:
    constants = {"i0": 0, "i1": 1, "i2": 2} | ({"first": [0]} if opset >= 13 else {})
    made = model(view_chain(opset), {"x": [batch, 2, 3]}, constants=constants, opset=opset)
    graph = check(made, tmp_path, batch=batch if isinstance(batch, int) else 4)
    assert [(n.op, n.shape) for n in graph] == [("reshape", (6,))]


def test_chain_of_tensorflow(tmp_path: Path) -> None:
    """``Shape -> Cast -> Slice -> Concat -> Cast -> Reshape``."""
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Cast", ["s"], ["f"], to=onnx.TensorProto.FLOAT),
        node("Slice", ["f", "zero", "one", "zero"], ["n"]),
        node("Concat", ["n", "rest"], ["c"], axis=0),
        node("Cast", ["c"], ["t"], to=onnx.TensorProto.INT64),
        node("Reshape", ["x", "t"], ["y"]),
    ]
    constants = {"zero": [0], "one": [1], "rest": np.array([3, 2], "f4")}
    graph = check(model(nodes, {"x": ["n", 6]}, constants=constants), tmp_path)
    assert graph.nodes[0].shape == (3, 2)


@pytest.mark.parametrize("start", [0, 1, -1])
def test_part_of_a_shape(start: int, tmp_path: Path) -> None:
    nodes = [
        node("Shape", ["x"], ["s"], start=start, end=start + 1 if start != -1 else 99),
        node("Concat", [*(["s"] if start == 0 else ["all"]), "minus"], ["t"], axis=0),
        node("Reshape", ["x", "t"], ["y"]),
    ]
    made = model(nodes, {"x": ["n", 2, 3]}, constants={"minus": [-1], "all": [0]})
    assert check(made, tmp_path).nodes[0].shape == (6,)


def test_arithmetic_with_the_batch_is_refused(tmp_path: Path) -> None:
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "i"], ["n"], axis=0),
        node("Mul", ["n", "two"], ["m"], name="double"),
        node("Concat", ["m", "minus"], ["t"], axis=0),
        node("Reshape", ["x", "t"], ["y"]),
    ]
    made = model(nodes, {"x": ["n", 6]}, constants={"i": [0], "two": [2], "minus": [-1]})
    with pytest.raises(UnsupportedError, match=r"'double' \(operator Mul\).*size of the batch"):
        read(made, tmp_path)


def test_batch_in_another_place_is_refused(tmp_path: Path) -> None:
    nodes = [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "i"], ["t"], axis=0),
        node("Reshape", ["x", "t"], ["y"]),
    ]
    with pytest.raises(UnsupportedError, match=r"\[3, 2, batch\]"):
        read(model(nodes, {"x": ["n", 2, 3]}, constants={"i": [2, 1, 0]}), tmp_path)


def test_folded_weights(tmp_path: Path) -> None:
    """Constants that are computed: a scale from ConstantOfShape, Sqrt and Div, a transposed weight."""
    nodes = [
        node("Shape", ["w"], ["s"]),
        node("Slice", ["s", "zero", "one"], ["s0"]),
        node("ConstantOfShape", ["s0"], ["fill"], value=onnx.helper.make_tensor("v", 1, [1], [2.0])),
        node("Sqrt", ["fill"], ["root"]),
        node("Div", ["fill", "root"], ["scale"]),
        node("Transpose", ["w"], ["wt"]),
        node("MatMul", ["x", "wt"], ["m"]),
        node("Mul", ["m", "scale"], ["y"]),
    ]
    w = np.random.default_rng(1).normal(size=(4, 3)).astype("f4")
    graph = check(model(nodes, {"x": ["n", 3]}, constants={"w": w, "zero": [0], "one": [1]}), tmp_path)
    assert [n.op for n in graph] == ["dense", "affine"]


@pytest.mark.parametrize(
    "attrs",
    [
        {"value": onnx.numpy_helper.from_array(np.array([1.0, 2.0, 3.0], "f8").astype("f4"))},
        {"value_float": 1.5},
        {"value_floats": [1.0, 2.0, 3.0]},
    ],
)
def test_constant_nodes(attrs: dict[str, Any], tmp_path: Path) -> None:
    nodes = [node("Constant", [], ["c"], **attrs), node("Add", ["x", "c"], ["y"])]
    assert [n.op for n in check(model(nodes, {"x": ["n", 3]}), tmp_path)] == ["affine"]


@pytest.mark.parametrize("attrs", [{"value_ints": [0, 3, 2]}, {"value_int": 0}])
def test_constant_nodes_of_integers(attrs: dict[str, Any], tmp_path: Path) -> None:
    op = "Reshape" if "value_ints" in attrs else "Gather"
    more = {} if op == "Reshape" else {"axis": 1}
    nodes = [node("Constant", [], ["c"], **attrs), node(op, ["x", "c"], ["y"], **more)]
    check(model(nodes, {"x": ["n", 6]}), tmp_path)


REFUSED = {
    "transposed batch": ([node("Transpose", ["x"], ["y"], perm=[1, 0, 2])], {}, "position"),
    "default perm": ([node("Transpose", ["x"], ["y"])], {}, "position"),
    "softmax over batch": ([node("Softmax", ["x"], ["y"], axis=0)], {}, "batch axis"),
    "argmax over batch": ([node("ArgMax", ["x"], ["y"])], {}, "batch axis"),
    "concat over batch": ([node("Concat", ["x", "x"], ["y"], axis=0)], {}, "batch axis"),
    "split of batch": ([node("Split", ["x"], ["y"])], {}, "batch axis"),
    "gather of batch": ([node("Gather", ["x", "i"], ["y"])], {"i": 0}, "batch axis"),
    "slice of batch": ([node("Slice", ["x", "i", "j"], ["y"])], {"i": [0], "j": [1]}, "batch"),
    "flatten batch": ([node("Flatten", ["x"], ["y"], axis=0)], {}, "axis"),
    "flatten two": ([node("Flatten", ["x"], ["y"], axis=2)], {}, "axis"),
    "squeeze all": ([node("Squeeze", ["x"], ["y"])], {}, "axes"),
    "unsqueeze batch": ([node("Unsqueeze", ["x", "i"], ["y"])], {"i": [0]}, "position"),
    "constant per sample": ([node("Add", ["x", "c"], ["y"])], {"c": np.ones((2, 2, 3), "f4")}, "batch axis"),
    "constant enlarges": ([node("Add", ["x", "c"], ["y"])], {"c": np.ones((1, 1, 2, 3), "f4")}, "position"),
    "constant widens": ([node("Mul", ["x", "c"], ["y"])], {"c": np.ones((5, 2, 3), "f4")}, "batch axis"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_operators_on_the_batch_are_refused(name: str, tmp_path: Path) -> None:
    nodes, constants, match = REFUSED[name]
    with pytest.raises(UnsupportedError, match=match):
        read(model(nodes, {"x": ["n", 2, 3]}, constants=constants), tmp_path)


def test_whole_slice_of_the_batch_is_allowed(tmp_path: Path) -> None:
    constants = {"starts": [0, 1], "ends": [2**31 - 1, 3]}
    graph = check(
        model([node("Slice", ["x", "starts", "ends"], ["y"])], {"x": ["n", 4]}, constants=constants), tmp_path
    )
    assert graph.nodes[0].shape == (2,)


def test_tensors_of_different_rank_are_refused(tmp_path: Path) -> None:
    made = model([node("Add", ["x", "z"], ["y"])], {"x": ["n", 3], "z": ["n", 3, 3]})
    with pytest.raises(UnsupportedError, match="different rank"):
        read(made, tmp_path)


@pytest.mark.parametrize("dims", [["n", "m"], ["n", None], ["n", 0], ["n", -1], [3, "m"]])
def test_open_dimensions_are_refused(dims: list[Any], tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"input 'x': dimension 1 .* is not fixed"):
        read(model([node("Relu", ["x"], ["y"])], {"x": dims}), tmp_path)


@pytest.mark.parametrize("batch", ["n", None, -1, 0, 1, 7])
def test_any_batch_is_read(batch: Any, tmp_path: Path) -> None:
    graph = read(model([node("Relu", ["x"], ["y"])], {"x": [batch, 3]}), tmp_path)
    assert dict(graph.inputs) == {"x": (3,)}


def test_inputs_that_disagree_about_the_batch_are_refused(tmp_path: Path) -> None:
    made = model([node("Concat", ["x", "z"], ["y"], axis=1)], {"x": [2, 3], "z": [5, 3]})
    with pytest.raises(UnsupportedError, match="first axis"):
        read(made, tmp_path)


def test_indices_outside_are_refused(tmp_path: Path) -> None:
    made = model([node("Gather", ["x", "i"], ["y"], axis=1)], {"x": ["n", 3]}, constants={"i": [3]})
    with pytest.raises(FileFormatError, match="indices"):
        read(made, tmp_path)
