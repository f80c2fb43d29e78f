"""Writing the ONNX files that all contestants read: chains of layers, and recurrent layers."""

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

_GATES = {"lstm": (0, 3, 1, 2), "gru": (0, 1, 2)}
"""Where ONNX's gates (i, o, f, c and z, r, h) lie among those of Keras."""


@dataclass(frozen=True)
class Layer:
    """An operator of isobit and its constants."""

    op: str
    constants: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def write_chain(path: Path, inputs: int, layers: Sequence[Layer]) -> Path:
    """Write layers that follow each other, in float32; the batch axis is free. Returns the path."""
    import numpy as np
    from onnx import helper, numpy_helper

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
    return _write(path, nodes, constants, ["n", inputs], (value, ["n", width]))


def write_recurrent(path: Path, op: str, steps: int, constants: Mapping[str, npt.NDArray[Any]]) -> Path:
    """Write an LSTM or GRU (``reset_after``) in float32 that gives its last state, batch axis first.

    Parameters
    ----------
    path : Path
        Is returned.
    op : str
        ``"lstm"`` or ``"gru"``.
    steps : int
    constants : mapping
        Of isobit's operator: gates in the order of Keras; both biases or none.
    """
    import numpy as np
    from onnx import helper, numpy_helper

    units = constants["recurrent_weight"].shape[0]
    order = _GATES[op]

    def gates_first(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        blocks = np.split(array.T, len(order))
        return np.concatenate([blocks[k] for k in order])[None].astype(np.float32)

    zeros = np.zeros(len(order) * units)
    biases = [gates_first(constants.get(key, zeros)) for key in ("bias", "recurrent_bias")]
    arrays = {
        "weight": gates_first(constants["weight"]),
        "recurrent_weight": gates_first(constants["recurrent_weight"]),
        "bias": np.concatenate(biases, axis=1),
        "axis": np.array([0], dtype=np.int64),
    }
    more: dict[str, Any] = {"linear_before_reset": 1} if op == "gru" else {}
    nodes = [
        helper.make_node("Transpose", ["x"], ["steps_first"], perm=[1, 0, 2]),
        helper.make_node(
            op.upper(),
            ["steps_first", "weight", "recurrent_weight", "bias"],
            ["", "last"],
            hidden_size=units,
            **more,
        ),
        helper.make_node("Squeeze", ["last", "axis"], ["y"]),
    ]
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    features = constants["weight"].shape[0]
    return _write(path, nodes, stored, ["n", steps, features], ("y", ["n", units]))


def _write(
    path: Path,
    nodes: Sequence[Any],
    constants: Sequence[Any],
    shape: Sequence[str | int],
    result: tuple[str, Sequence[str | int]],
) -> Path:
    """A model from the input ``x`` to one output, its name and shape."""
    import onnx
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
