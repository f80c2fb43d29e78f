"""Softmax, LogSoftmax and ArgMax."""

from __future__ import annotations

import math
from collections.abc import Callable

from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor


def softmax(op: str) -> Callable[[Layer], Tensor]:
    """A handler for Softmax or LogSoftmax."""

    def handler(layer: Layer) -> Tensor:
        x = layer.tensor(0)
        if layer.opset < 13:
            return _flattened(layer, op, x)
        return layer.emit(op, [x], {"axis": layer.data_axis(layer.attributes.integer("axis", -1), x)})

    return handler


def _flattened(layer: Layer, op: str, x: Tensor) -> Tensor:
    """Up to opset 12: over all axes from ``axis`` on, as if they were one."""
    axis = layer.data_axis(layer.attributes.integer("axis", 1), x)
    shape = layer.shape(x)
    if axis == len(shape) - 1:
        return layer.emit(op, [x], {"axis": axis})
    flat = layer.reshape(x, (*shape[:axis], math.prod(shape[axis:])), part="flat")
    return layer.reshape(layer.emit(op, [flat], {"axis": axis}, part=op), shape)


def argmax(layer: Layer) -> Tensor:
    """Index of the first maximum."""
    axis = layer.attributes.integer("axis", 0)
    keepdims = layer.attributes.flag("keepdims", True)
    if layer.attributes.flag("select_last_index", False):
        raise layer.refuse("attribute select_last_index is 1; supported: 0 (the first maximum)")
    x = layer.tensor(0)
    index = layer.emit("argmax", [x], {"axis": layer.data_axis(axis, x), "keepdims": keepdims})
    return Tensor(index.name, integer=True)
