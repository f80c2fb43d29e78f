"""What a legal graph is; checked when a front end has built one and after every pass."""

from __future__ import annotations

import math

import numpy as np

from isobit.errors import GraphError, closest
from isobit.ir import Graph, Node, Shape
from isobit.ops import REGISTRY
from isobit.ops.layer import Layer


def check(graph: Graph) -> None:
    """Raise unless the graph is legal.

    Legal means: at least one input and one output; positive static dimensions; unique names; every
    node comes after what it reads; known operators with complete attributes; finite float64 constants;
    shapes equal to what the operators infer; outputs that exist.

    Raises
    ------
    GraphError
        Naming the layer and what is wrong with it.
    """
    if not graph.inputs:
        raise GraphError(f"model {graph.name!r} has no input")
    if not graph.outputs:
        raise GraphError(f"model {graph.name!r} has no output")
    shapes: dict[str, Shape] = {}
    for name, shape in graph.inputs.items():
        _check_shape(f"input {name!r}", shape)
        shapes[name] = shape
    for node in graph.nodes:
        if node.name in shapes:
            raise GraphError(f"two layers or inputs are called {node.name!r}")
        _check_node(node, shapes)
        shapes[node.name] = node.shape
    for output, tensor in graph.outputs.items():
        if tensor not in shapes:
            raise GraphError(
                f"output {output!r} shows {tensor!r}, which is neither an input nor a layer."
                f"{closest(tensor, shapes)}"
            )


def _check_node(node: Node, shapes: dict[str, Shape]) -> None:
    if not node.name:
        raise GraphError("a layer has an empty name")
    if node.op not in REGISTRY:
        raise GraphError(
            f"layer {node.name!r}: there is no operator {node.op!r}.{closest(node.op, REGISTRY)}"
        )
    for tensor in node.inputs:
        if tensor not in shapes:
            raise GraphError(
                f"layer {node.name!r} reads {tensor!r}, which is made later or not at all."
                f"{closest(tensor, shapes)}"
            )
    op = REGISTRY[node.op]
    if op.complete_attrs(node.name, node.attrs) != dict(node.attrs):
        raise GraphError(f"layer {node.name!r}: its attributes {dict(node.attrs)} are not complete")
    for key, array in node.constants.items():
        if not isinstance(array, np.ndarray) or array.dtype != np.float64:
            raise GraphError(f"layer {node.name!r}: {key} is not a float64 array")
        if not np.all(np.isfinite(array)):
            raise GraphError(f"layer {node.name!r}: {key} has values that are not finite")
    shape = op.infer_shape(Layer.of(node, shapes))
    if shape != node.shape:
        raise GraphError(f"layer {node.name!r} states the shape {node.shape}, but its operator makes {shape}")
    _check_shape(f"layer {node.name!r}", shape)


MAX_ELEMENTS = 2**24
"""Of one tensor of one sample; more is not a network for a trigger, but a damaged file."""


def _check_shape(where: str, shape: Shape) -> None:
    if not isinstance(shape, tuple) or any(not isinstance(n, int) or n < 1 for n in shape):
        raise GraphError(
            f"{where} has the shape {shape}: every dimension but the batch must be a fixed positive integer"
        )
    if math.prod(shape) > MAX_ELEMENTS:
        raise GraphError(
            f"{where} has the shape {shape}, {math.prod(shape)} elements; isobit handles {MAX_ELEMENTS}"
        )
