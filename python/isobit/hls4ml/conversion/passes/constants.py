"""Constants of ONNX files go into the layers that read them."""

from __future__ import annotations

import math

import numpy as np

from isobit.hls4ml.conversion.graph import Array, LayerGraph
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import (
    ApplyAlpha,
    BatchNormalization,
    BatchNormOnnx,
    Constant,
    Dense,
    MatMul,
    Merge,
)
from isobit.hls4ml.conversion.precision import Precision, integer_type

_Part = tuple[Array, Precision | None]


def normalization_of_onnx(graph: LayerGraph, node: Node) -> bool:
    """Its statistics are constants."""
    if not isinstance(node, BatchNormOnnx):
        return False
    graph.replace(node, BatchNormalization(graph, node.name, node.attrs, node.inputs, node.outputs))
    return True


def merge_to_apply_alpha(graph: LayerGraph, node: Node) -> bool:
    """A sum, difference or product with a constant is a scale or a bias."""
    if type(node) is not Merge or node.attrs["op"] not in ("add", "subtract", "multiply"):
        return False
    producers = [graph.producer(name) for name in node.inputs]
    constants = [producer for producer in producers if isinstance(producer, Constant)]
    if len(constants) != 1:
        return False
    constant, place = constants[0], int(isinstance(producers[1], Constant))
    value, operation = constant.attrs["value"], node.attrs["op"]
    scale: _Part = (np.array(1), integer_type(1, False))
    bias: _Part = (value, None)
    if operation == "multiply":
        scale, bias = (value, None), (np.array(0), integer_type(1, False))
    elif operation == "subtract" and place == 1:
        bias = (-value, None)
    elif operation == "subtract":
        scale = (np.array(-1), integer_type(2, True))
    _become_alpha(graph, node, constant, 1 - place, scale, bias)
    return True


def divide_to_apply_alpha(graph: LayerGraph, node: Node) -> bool:
    """A quotient by a constant is a scale."""
    if type(node) is not Merge or node.attrs["op"] != "divide":
        return False
    constant = graph.producer(node.inputs[1])
    if not isinstance(constant, Constant):
        return False
    inverse = 1 / constant.attrs["value"]
    _become_alpha(graph, node, constant, 0, (inverse, None), (np.array(0), integer_type(1, False)))
    return True


def _become_alpha(
    graph: LayerGraph, node: Node, constant: Constant, place: int, scale: _Part, bias: _Part
) -> None:
    shape = node.source(place).shape
    attrs = {
        "n_in": math.prod(shape),
        "n_filt": -1,
        "scale_data": _spread(scale[0], shape),
        "scale_precision": scale[1],
        "bias_data": _spread(bias[0], shape),
        "bias_precision": bias[1],
    }
    name = f"bn_{node.name}"
    graph.config.derive(name, node, {}, ())
    made = ApplyAlpha(graph, name, attrs, [node.inputs[place]], node.outputs)
    graph.remove(constant)
    node.inputs = [node.inputs[place]]
    graph.replace(node, made)


def _spread(value: Array, shape: tuple[int, ...]) -> Array:
    if value.shape == shape or np.squeeze(value).shape == shape:
        return value
    return np.broadcast_to(value, shape)


def matmul_to_dense(graph: LayerGraph, node: Node) -> bool:
    """A product with a constant matrix is a dense layer."""
    if not isinstance(node, MatMul):
        return False
    constant = graph.producer(node.inputs[1])
    if not isinstance(constant, Constant):
        return False
    shape = node.source().shape
    if len(shape) != 1:
        raise node.refuse(f"hls4ml takes products of vectors with matrices only, not of the shape {shape}")
    weight = constant.attrs["value"]
    n_in, n_out = weight.shape
    attrs = {"weight_data": weight, "bias_data": np.zeros(n_out), "n_in": n_in, "n_out": n_out}
    name = f"Dense_{node.name}"
    graph.config.derive(name, node, {}, ())
    made = Dense(graph, name, attrs, [node.inputs[0]], node.outputs)
    graph.remove(constant)
    node.inputs = node.inputs[:1]
    graph.replace(node, made)
    return True
