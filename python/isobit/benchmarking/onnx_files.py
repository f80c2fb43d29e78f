"""Writing the ONNX files that all contestants read: chains of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

_OPSET, _IR_VERSION = 17, 8
_ACTIVATIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}),
    "softmax": ("Softmax", {"axis": -1}),
}


@dataclass(frozen=True)
class Layer:
    """An operator of isobit and its constants."""

    op: str
    constants: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def write_chain(path: Path, inputs: int, layers: Sequence[Layer]) -> Path:
    """Write layers that follow each other, in float32; the batch axis is free. Returns the path."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []
    value, width = "x", inputs
    for number, layer in enumerate(layers, start=1):
        result = f"{layer.op}{number}"
        sources = [value]
        attributes: Mapping[str, Any] = {}
        if layer.op == "dense":
            operator, width = "Gemm", layer.constants["weight"].shape[1]
            for key in ("weight", "bias"):
                sources.append(f"{result}.{key}")
                values = np.asarray(layer.constants[key], dtype=np.float32)
                constants.append(numpy_helper.from_array(values, sources[-1]))
        else:
            operator, attributes = _ACTIVATIONS[layer.op]
        nodes.append(helper.make_node(operator, sources, [result], result, **attributes))
        value = result
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", inputs])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", width])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
