"""Models that contradict themselves, and uses of operators that isobit does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frontends.onnx.build import NEWEST, model, node, read
from isobit.errors import FileFormatError, GraphError, IsobitError, UnsupportedError


def edited(change: Any) -> onnx.ModelProto:
    made = model(
        [node("Gemm", ["x", "w", "b"], ["y"], name="fc")],
        {"x": ["n", 3]},
        constants={"w": np.ones((3, 2), "f4"), "b": np.ones(2, "f4")},
    )
    change(made)
    return made


def _function(made: onnx.ModelProto) -> None:
    imports = [helper.make_opsetid("", 17)]
    made.functions.append(
        helper.make_function("custom", "F", ["a"], ["b"], [node("Relu", ["a"], ["b"])], imports)
    )


def _sparse(made: onnx.ModelProto) -> None:
    made.graph.sparse_initializer.add().values.name = "s"


def _subgraph(made: onnx.ModelProto) -> None:
    body = helper.make_graph(
        [node("Relu", ["x"], ["z"])], "body", [], [helper.make_empty_tensor_value_info("z")]
    )
    made.graph.node.append(node("If", ["x"], ["z"], name="branch", then_branch=body, else_branch=body))


def _annotation(made: onnx.ModelProto) -> None:
    made.graph.quantization_annotation.add().tensor_name = "w"


WRONG: dict[str, tuple[Any, type[IsobitError], str]] = {
    "older opset": (lambda m: _opset(m, 6), UnsupportedError, "opset 6 .* 7 to"),
    "newer opset": (lambda m: _opset(m, NEWEST + 1), UnsupportedError, f"opset {NEWEST + 1} .*update isobit"),
    "huge opset": (lambda m: _opset(m, 2**60), UnsupportedError, "update isobit"),
    "no opset": (lambda m: m.ClearField("opset_import"), FileFormatError, "0 versions"),
    "opset twice": (lambda m: m.opset_import.add(version=9), FileFormatError, "2 versions"),
    "newer IR": (lambda m: setattr(m, "ir_version", 99), UnsupportedError, "IR version 99"),
    "no IR version": (lambda m: m.ClearField("ir_version"), FileFormatError, "damaged"),
    "no graph": (lambda m: m.ClearField("graph"), FileFormatError, "no graph"),
    "no output": (lambda m: m.graph.ClearField("output"), FileFormatError, "outputs"),
    "no input": (lambda m: m.graph.ClearField("input"), UnsupportedError, "no input"),
    "function": (_function, UnsupportedError, "model-local function 'F'"),
    "training": (lambda m: m.training_info.add(), UnsupportedError, "training"),
    "sparse": (_sparse, UnsupportedError, "sparse initializer 's'"),
    "control flow": (_subgraph, UnsupportedError, r"'branch' \(operator If\)"),
    "annotation": (_annotation, UnsupportedError, "quantization annotation of 'w'"),
    "domain": (
        lambda m: setattr(m.graph.node[0], "domain", "com.microsoft"),
        UnsupportedError,
        "'fc'.*'com.micros",
    ),
    "operator": (
        lambda m: setattr(m.graph.node[0], "op_type", "Det"),
        UnsupportedError,
        r"'fc' \(operator Det\)",
    ),
    "quantized": (
        lambda m: setattr(m.graph.node[0], "op_type", "DequantizeLinear"),
        UnsupportedError,
        "operator DequantizeLinear",
    ),
    "attribute": (
        lambda m: _attribute(m, "alhpa", 1.0),
        UnsupportedError,
        "'fc'.*'alhpa'.*Did you mean 'alpha'",
    ),
    "attribute type": (lambda m: _attribute(m, "alpha", 1), FileFormatError, "alpha has type INT"),
    "attribute twice": (
        lambda m: (_attribute(m, "alpha", 1.0), _attribute(m, "alpha", 2.0)),
        FileFormatError,
        "'alpha' is given twice",
    ),
    "attribute nan": (lambda m: _attribute(m, "beta", float("nan")), FileFormatError, "beta is nan"),
    "transA": (lambda m: _attribute(m, "transA", 1), UnsupportedError, "transA is 1"),
    "transA 2": (lambda m: _attribute(m, "transA", 2), UnsupportedError, "transA is 2"),
    "too few inputs": (
        lambda m: [m.graph.node[0].input.pop() for _ in range(2)],
        FileFormatError,
        "1 inputs",
    ),
    "dangling": (lambda m: _input(m, 1, "nothing"), FileFormatError, "reads 'nothing'"),
    "no maker": (lambda m: setattr(m.graph.output[0], "name", "z"), FileFormatError, "output 'z'"),
    "made twice": (lambda m: m.graph.node.append(m.graph.node[0]), FileFormatError, "'y'.*another tensor"),
    "input twice": (lambda m: m.graph.input.append(m.graph.input[0]), FileFormatError, "two inputs"),
    "output twice": (lambda m: m.graph.output.append(m.graph.output[0]), GraphError, "two outputs"),
    "initializer twice": (
        lambda m: m.graph.initializer.append(m.graph.initializer[0]),
        FileFormatError,
        "two initializers",
    ),
    "weight shape": (
        lambda m: m.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.ones((4, 2), "f4"), "w")),
        GraphError,
        "'fc'",
    ),
    "integer weight": (
        lambda m: m.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.ones((3, 2), "i1"), "w")),
        FileFormatError,
        "'w'.*int8",
    ),
    "input type": (
        lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", TensorProto.COMPLEX64),
        UnsupportedError,
        "input 'x' has element type COMPLEX64",
    ),
    "input no shape": (
        lambda m: m.graph.input[0].type.tensor_type.ClearField("shape"),
        UnsupportedError,
        "input 'x' has no shape",
    ),
    "input scalar": (
        lambda m: m.graph.input[0].type.tensor_type.shape.ClearField("dim"),
        UnsupportedError,
        "input 'x' has 0 axes",
    ),
    "constant output": (
        lambda m: setattr(m.graph.output[0], "name", "w"),
        UnsupportedError,
        "'w' does not depend",
    ),
}


def _opset(made: onnx.ModelProto, version: int) -> None:
    made.opset_import[0].version = version


def _attribute(made: onnx.ModelProto, name: str, value: Any) -> None:
    made.graph.node[0].attribute.append(helper.make_attribute(name, value))


def _input(made: onnx.ModelProto, i: int, name: str) -> None:
    made.graph.node[0].input[i] = name


@pytest.mark.parametrize("name", WRONG)
def test_wrong_models_are_refused(name: str, tmp_path: Path) -> None:
    change, kind, match = WRONG[name]
    with pytest.raises(kind, match=match) as caught:
        read(edited(change), tmp_path)
    assert str(tmp_path / "model.onnx") in str(caught.value)


def test_cycles_are_named(tmp_path: Path) -> None:
    nodes = [
        node("Add", ["x", "c"], ["a"], name="one"),
        node("Relu", ["a"], ["b"], name="two"),
        node("Relu", ["b"], ["c"], name="three"),
        node("Relu", ["c"], ["y"], name="after"),
    ]
    with pytest.raises(FileFormatError, match="cycle: 'one' -> 'two' -> 'three' -> 'one'"):
        read(model(nodes, {"x": ["n", 2]}), tmp_path)


REFUSED: dict[str, tuple[list[onnx.NodeProto], dict[str, Any], int, str]] = {
    "matmul along the batch": ([node("MatMul", ["x", "x"], ["y"])], {}, 17, "batch axis"),
    "power by data": ([node("Pow", ["x", "x"], ["y"])], {}, 17, "computed from the data"),
    "powers that differ": (
        [node("Pow", ["x", "c"], ["y"])],
        {"c": np.array([1, 2, 3], "f4")},
        17,
        "the exponent",
    ),
    "expand of the batch": ([node("Expand", ["x", "c"], ["y"])], {"c": [4, 3]}, 17, "batch axis"),
    "matmul over batch": (
        [node("MatMul", ["c", "x"], ["y"])],
        {"c": np.ones((2, 3), "f4")},
        17,
        "batch axis",
    ),
    "gemm of constant": ([node("Gemm", ["c", "x"], ["y"])], {"c": np.ones((2, 3), "f4")}, 17, "constant"),
    "prelu by data": ([node("PRelu", ["x", "x"], ["y"])], {}, 17, "computed from the data"),
    "clip by data": ([node("Clip", ["x", "x"], ["y"])], {}, 17, "computed from the data"),
    "clip upside down": ([node("Clip", ["x", "c", "d"], ["y"])], {"c": 1.0, "d": 0.0}, 17, "bounds"),
    "cast to int": ([node("Cast", ["x"], ["y"], to=TensorProto.INT8)], {}, 17, "to is INT8"),
    "cast to half": ([node("Cast", ["x"], ["y"], to=TensorProto.FLOAT16)], {}, 17, "to is FLOAT16"),
    "dropout in training": (
        [node("Dropout", ["x", "c", "t"], ["y"])],
        {"c": 0.5, "t": np.array(True)},
        17,
        "training_mode",
    ),
    "mask of dropout": (
        [node("Dropout", ["x"], ["z", "m"]), node("Relu", ["m"], ["y"])],
        {},
        17,
        "output 1 of Dro",
    ),
    "string": (
        [node("Constant", [], ["c"], value_string="no"), node("Add", ["x", "c"], ["y"])],
        {},
        17,
        "Constant",
    ),
    "concat with constant": (
        [node("Concat", ["x", "c"], ["y"], axis=1)],
        {"c": np.ones((1, 3), "f4")},
        17,
        "constant",
    ),
    "axis outside": ([node("Softmax", ["x"], ["y"], axis=2)], {}, 17, "axis 2"),
    "approximate": ([node("Gelu", ["x"], ["y"], approximate="fast")], {}, 20, "approximate is 'fast'"),
    "flag of training": (
        [node("BatchNormalization", ["x", "c", "c", "c", "c"], ["y"], training_mode=1)],
        {"c": np.ones(3, "f4")},
        17,
        "training_mode",
    ),
    "outputs of training": (
        [node("BatchNormalization", ["x", "c", "c", "c", "c"], ["y", "m", "v"])],
        {"c": np.ones(3, "f4")},
        9,
        "training",
    ),
    "negative variance": (
        [node("BatchNormalization", ["x", "c", "c", "c", "d"], ["y"])],
        {"c": np.ones(3, "f4"), "d": np.array([1, -1, 1], "f4")},
        17,
        r"'d' is negative \(-1.0 at \(1,\)\)",
    ),
    "not in this opset": ([node("Gelu", ["x"], ["y"])], {}, 17, "no operator Gelu"),
    "attribute of another opset": ([node("Clip", ["x"], ["y"], min=0.0)], {}, 17, "unknown attribute 'min'"),
    "all constant": (
        [node("Relu", ["c"], ["z"]), node("Relu", ["x"], ["y"])],
        {"c": 1.0},
        17,
        "is a constant",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_uses_that_are_refused(name: str, tmp_path: Path) -> None:
    nodes, constants, opset, match = REFUSED[name]
    made = model(nodes, {"x": ["n", 3]}, constants=constants, opset=opset)
    with pytest.raises(IsobitError, match=match) as caught:
        read(made, tmp_path)
    assert f"operator {nodes[-1].op_type}" in str(caught.value) or f"operator {nodes[0].op_type}" in str(
        caught.value
    )
