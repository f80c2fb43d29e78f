"""The operators of ONNX that hls4ml converts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from isobit.hls4ml.conversion.sources.onnx.node import MadeOfNode, OnnxNode, TranslateNode

_MERGES = {
    "Add": "add",
    "Sum": "add",
    "Sub": "subtract",
    "Mul": "multiply",
    "Div": "divide",
    "Max": "maximum",
    "Min": "minimum",
}
_FUNCTIONS = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Selu": "selu",
    "Softsign": "softsign",
    "Softplus": "softplus",
}
_PARAMETRIZED = {"LeakyRelu": "leakyrelu", "ThresholdedRelu": "thresholdedrelu", "Elu": "elu"}


def _matmul(node: OnnxNode) -> MadeOfNode:
    weight = node.constant(1)
    if weight.ndim != 2:
        raise node.refuse(f"hls4ml takes products with matrices only, not with the shape {weight.shape}")
    shape = (*node.shape[:-1], weight.shape[-1])
    return MadeOfNode("MatMul", {}, shape, list(node.given))


def _merge(node: OnnxNode) -> MadeOfNode:
    if len(node.given) != 2:
        raise node.refuse(f"hls4ml merges two tensors, not {len(node.given)}")
    operation = _MERGES[node.proto.op_type]
    constants = [name for place, name in enumerate(node.given) if node.is_constant(place)]
    if len(constants) == 2 or (operation in ("maximum", "minimum") and constants):
        raise node.refuse("hls4ml does not compute it with constants")
    if operation == "divide" and constants != [node.given[1]]:
        raise node.refuse("hls4ml divides by constants only")
    # Constants may have the batch axis, of length 1.
    shapes = []
    for place in (0, 1):
        shape = node.shape_of(place)
        data = node.shape_of(1 - place)
        shapes.append(shape[1:] if node.is_constant(place) and len(shape) > len(data) else shape)
    shape = tuple(int(n) for n in np.broadcast_shapes(*shapes))
    return MadeOfNode("Merge", {"op": operation}, shape, list(node.given))


def _concatenate(node: OnnxNode) -> MadeOfNode:
    if len(node.given) != 2 or any(node.is_constant(place) for place in (0, 1)):
        raise node.refuse("hls4ml joins two tensors that depend on data")
    entry = node.attribute("axis")
    axis, rank = int(entry.i) if entry else 1, len(node.shape)
    place = axis - 1 if axis > 0 else axis
    if rank > 3:
        raise node.refuse(f"hls4ml joins tensors of up to three axes, not of the shape {node.shape}")
    shape = list(node.shape)
    shape[place] += node.shape_of(1)[place]
    return MadeOfNode(
        "Concatenate", {"op": f"concatenate{rank}d", "axis": axis}, tuple(shape), list(node.given)
    )


def _function(node: OnnxNode) -> MadeOfNode:
    return MadeOfNode(
        "Activation", {"activation": _FUNCTIONS[node.proto.op_type]}, node.shape, list(node.given)
    )


def _parametrized(node: OnnxNode) -> MadeOfNode:
    entry = node.attribute("alpha")
    if entry is None and node.proto.op_type != "LeakyRelu":
        raise node.refuse("alpha is not given: hls4ml takes 0.01 for it, where ONNX means 1")
    attrs = {
        "activation": _PARAMETRIZED[node.proto.op_type],
        "activ_param": 0.01 if entry is None else float(entry.f),
    }
    return MadeOfNode("ParametrizedActivation", attrs, node.shape, list(node.given))


def _softmax(node: OnnxNode) -> MadeOfNode:
    entry = node.attribute("axis")
    if len(node.shape) != 1 or (entry is not None and entry.i not in (-1, 1)):
        raise node.refuse(f"hls4ml takes all elements of the shape {node.shape} for one axis")
    return MadeOfNode("Softmax", {"activation": "softmax", "axis": -1}, node.shape, list(node.given))


def _batch_normalization(node: OnnxNode) -> MadeOfNode:
    if len(node.shape) != 1:
        raise node.refuse(
            "hls4ml needs the channels-last dialect of QONNX for it, which isobit does not read"
        )
    entry = node.attribute("epsilon")
    attrs: dict[str, Any] = {"epsilon": float(entry.f) if entry else 1e-5, "n_filt": -1}
    attrs["n_in"] = math.prod(node.shape)
    names = ("gamma_data", "beta_data", "mean_data", "variance_data")
    attrs |= {name: node.constant(place) for place, name in enumerate(names, 1)}
    return MadeOfNode("BatchNormOnnx", attrs, node.shape, [node.given[0]])


def _transpose(node: OnnxNode) -> MadeOfNode:
    entry = node.attribute("perm")
    axes = [] if entry is None else [int(axis) for axis in entry.ints]
    if not axes or axes[0] != 0:
        raise node.refuse("hls4ml needs the attribute perm, with the batch axis first")
    perm = tuple(axis - 1 for axis in axes[1:])
    if len(perm) == 1:
        return MadeOfNode("Activation", {"activation": "linear"}, node.shape, list(node.given))
    return MadeOfNode("Transpose", {"perm": perm}, tuple(node.shape[axis] for axis in perm), list(node.given))


def _reshape(node: OnnxNode) -> MadeOfNode:
    target = tuple(int(n) for n in node.constant(1)[1:])
    if 0 in target:
        raise node.refuse("hls4ml takes 0 in the target shape for a length")
    return _reshaped(node, target)


def _flatten(node: OnnxNode) -> MadeOfNode:
    entry = node.attribute("axis")
    if entry is not None and entry.i != 1:
        raise node.refuse(f"axis = {entry.i}: hls4ml ignores this attribute")
    return _reshaped(node, (-1,))


def _reshaped(node: OnnxNode, target: tuple[int, ...]) -> MadeOfNode:
    known = -math.prod(target)
    shape = tuple(math.prod(node.shape) // known if n == -1 else n for n in target)
    return MadeOfNode("Reshape", {"target_shape": shape}, shape, [node.given[0]])


TRANSLATIONS: dict[str, TranslateNode] = {
    "MatMul": _matmul,
    **dict.fromkeys(_MERGES, _merge),
    "Concat": _concatenate,
    **dict.fromkeys(_FUNCTIONS, _function),
    **dict.fromkeys(_PARAMETRIZED, _parametrized),
    "Softmax": _softmax,
    "BatchNormalization": _batch_normalization,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Flatten": _flatten,
}
