"""Writes the trained tagger as ONNX, node by node, with the very float32 constants of the Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET, _IR_VERSION = 17, 8  # old enough for every runtime of the last years


def write_onnx(layers: list[Any], path: Path, metadata: Mapping[str, str]) -> None:
    """Write Keras layers (Normalization, Dense, ReLU, Softmax; no other) as a chain of ONNX nodes.

    A node has its layer's name; only the standardisation takes two, `<name>_centre` (Sub) and `<name>` (Div).
    The input is named "features", the output as the last layer. The batch dimension is free.

    Raises
    ------
    TypeError : a layer of another type, or a dense layer with an activation of its own.
    """
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, value: Any) -> str:
        constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def node(op: str, inputs: list[str], name: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    tensor, width = "features", 0
    for layer in layers:
        name, kind = layer.name, type(layer).__name__
        if kind == "Normalization":
            mean = np.asarray(layer.mean, np.float32).reshape(-1)
            deviation = np.sqrt(np.asarray(layer.variance, np.float32).reshape(-1))
            tensor = node("Sub", [tensor, constant(f"{name}.mean", mean)], f"{name}_centre")
            tensor = node("Div", [tensor, constant(f"{name}.deviation", deviation)], name)
            width = mean.size
        elif kind == "Dense" and layer.activation.__name__ == "linear":
            kernel, bias = layer.get_weights()
            inputs = [tensor, constant(f"{name}.kernel", kernel), constant(f"{name}.bias", bias)]
            tensor, width = node("Gemm", inputs, name), bias.size
        elif kind == "ReLU":
            tensor = node("Relu", [tensor], name)
        elif kind == "Softmax":
            tensor = node("Softmax", [tensor], name, axis=-1)
        else:
            raise TypeError(
                f"layer '{name}' ({kind}): only Normalization, linear Dense, ReLU and Softmax are written"
            )

    inputs_of = layers[0].input.shape[-1]
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", inputs_of])],
        [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, ["batch", width])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(model.SerializeToString())
    temporary.replace(path)
