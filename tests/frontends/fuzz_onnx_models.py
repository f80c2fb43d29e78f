"""Small ONNX models, between them with most of what the reader knows: what the fuzzer damages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def _model(
    nodes: Sequence[onnx.NodeProto], shape: Sequence[Any], opset: int, **constants: Any
) -> onnx.ModelProto:
    outputs = [helper.make_empty_tensor_value_info("y")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "fuzz", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def originals() -> list[onnx.ModelProto]:
    """Models that can be read, between them with most of what the reader knows."""
    n, f = helper.make_node, np.float32
    eight = np.linspace(-1, 1, 8, dtype=f)
    network = _model(
        [
            n("Gemm", ["x", "w", "b"], ["g"], alpha=0.5, transB=1),
            n("BatchNormalization", ["g", "b", "b", "b", "v"], ["h"], epsilon=1e-3),
            n("Relu", ["h"], ["r"]),
            n("MatMul", ["r", "u"], ["m"]),
            n("Add", ["m", "c"], ["a"]),
            n("Softmax", ["a"], ["y"], axis=-1),
        ],
        ["n", 4],
        17,
        w=np.ones((8, 4), f),
        b=eight,
        v=eight + f(2),
        u=np.ones((8, 3), f),
        c=np.zeros(3, f),
    )
    shapes = _model(
        [
            n("Shape", ["x"], ["s"]),
            n("Gather", ["s", "zero"], ["i"], axis=0),
            n("Concat", ["i", "minus"], ["t"], axis=0),
            n("Reshape", ["x", "t"], ["flat"]),
            n("Unsqueeze", ["flat", "one"], ["wide"]),
            n("Transpose", ["wide"], ["turned"], perm=[0, 2, 1]),
            n("Squeeze", ["turned", "two"], ["narrow"]),
            n("Slice", ["narrow", "one", "four", "one", "one"], ["cut"]),
            n("Split", ["cut"], ["p", "q"], axis=1, num_outputs=2),
            n("Concat", ["p", "q", "p"], ["y"], axis=-1),
        ],
        ["n", 2, 3],
        18,
        zero=[0],
        minus=[-1],
        one=[1],
        two=[2],
        four=[5],
    )
    spelled_out = _model(
        [
            n("Div", ["x", "r"], ["u"]),
            n("Erf", ["u"], ["e"]),
            n("Add", ["e", "one"], ["a"]),
            n("Mul", ["x", "a"], ["m"]),
            n("Mul", ["m", "half"], ["g"]),
            n("Sigmoid", ["g"], ["s"]),
            n("Mul", ["g", "s"], ["z"]),
            n("Clip", ["z", "half", "one"], ["k"]),
            n("ConstantOfShape", ["many"], ["fill"], value=helper.make_tensor("v", 1, [1], [2.0])),
            n("Expand", ["fill", "many"], ["wide"]),
            n("Mul", ["k", "wide"], ["o"]),
            n("ArgMax", ["o"], ["y"], axis=1, keepdims=1),
        ],
        [3, 5],
        13,
        r=f(2**0.5),
        one=f(1),
        half=f(0.5),
        many=[5],
    )
    old = _model(
        [n("PRelu", ["x", "c"], ["p"]), n("Clip", ["p"], ["y"], min=0.0, max=6.0)], [1, 3], 7, c=np.ones(3, f)
    )
    old.ir_version = 3
    old.graph.input.append(helper.make_tensor_value_info("c", TensorProto.FLOAT, [3]))
    outside = _model([n("Mul", ["x", "c"], ["y"])], ["n", 8], 20, c=eight)
    tensor = outside.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "32")):
        tensor.external_data.add(key=key, value=value)
    return [network, shapes, spelled_out, old, outside]
