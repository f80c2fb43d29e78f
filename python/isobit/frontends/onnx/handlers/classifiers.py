"""Softmax, LogSoftmax, Hardmax, ArgMax and ArgMin."""

from __future__ import annotations

import math
from collections.abc import Callable

from isobit.frontends.onnx.handlers.indexing import marked
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer, batch_without
from isobit.frontends.onnx.values import Tensor


def softmax(op: str) -> Callable[[Layer], Tensor]:
    """A handler for Softmax or LogSoftmax."""

    def handler(layer: Layer) -> Tensor:
        x = layer.tensor(0, moved=True)
        if layer.opset < 13:
            return _flattened(layer, op, x)
        return layer.emit(op, [x], {"axis": layer.data_axis(layer.attributes.integer("axis", -1), x)})

    return handler


def _flattened(layer: Layer, op: str, x: Tensor) -> Tensor:
    """Up to opset 12: over all axes from ``axis`` on, as if they were one."""
    axis = layer.data_axis(layer.attributes.integer("axis", 1), x)
    shape = layer.shape(x)
    if x.batch is not None and x.batch > axis:
        raise layer.refuse("the axes over which it sums hold the batch axis; it must be first")
    if axis == len(shape) - 1:
        return layer.emit(op, [x], {"axis": axis})
    flat = layer.reshape(x, (*shape[:axis], math.prod(shape[axis:])), part="flat")
    return layer.reshape(layer.emit(op, [flat], {"axis": axis}, part=op), shape)


def arg_extreme(op: str) -> Callable[[Layer], Tensor]:
    """A handler for ArgMax or ArgMin: the index of the first extreme, or the last."""

    def handler(layer: Layer) -> Tensor:
        axis = layer.attributes.integer("axis", 0)
        keepdims = layer.attributes.flag("keepdims", True)
        last = layer.attributes.flag("select_last_index", False)
        x = layer.tensor(0, "fi", moved=True)
        counted = layer.data_axis(axis, x)
        source = layer.affine(x, -1.0, 0.0, part="negated") if op == "argmin" else x
        if not last:
            index = layer.emit("argmax", [source], {"axis": counted, "keepdims": keepdims})
        else:
            length = layer.shape(x)[counted]
            turned = cut_out(layer, source, {counted: slice(None, None, -1)}, part="turned")
            first = layer.emit("argmax", [turned], {"axis": counted, "keepdims": keepdims}, part="first")
            index = layer.affine(first, -1.0, length - 1.0)
        index = index.of("INT64")
        return index if keepdims else index.at(batch_without(x, [counted]))

    return handler


def hardmax(layer: Layer) -> Tensor:
    """1 at the first maximum along an axis, 0 elsewhere; up to opset 12 over all axes from ``axis`` on."""
    x = layer.tensor(0)
    shape = layer.shape(x)
    if layer.opset < 13:
        axis = layer.data_axis(layer.attributes.integer("axis", 1), x)
        x = layer.reshape(x, (*shape[:axis], math.prod(shape[axis:])), part="flat")
    else:
        axis = layer.data_axis(layer.attributes.integer("axis", -1), x)
    index = layer.emit("argmax", [x], {"axis": axis, "keepdims": False}, part="index")
    return layer.reshape(marked(layer, index, axis, layer.shape(x)[axis], negative=False), shape)
