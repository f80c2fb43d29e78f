"""Tensors repeated into larger shapes: Expand, Tile, ConstantOfShape of the batch's size."""

from __future__ import annotations

import math

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.folding import cast_array
from isobit.frontends.onnx.initializers import element_type
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Constant, Tensor

_FLOAT = 1
"""The number of the element type FLOAT."""


def expand(layer: Layer) -> Tensor:
    """Broadcast with a shape, in which the size of the batch may stand for itself."""
    target = layer.known(1)
    if target.array.ndim != 1 or target.array.dtype.kind != "i":
        raise FileFormatError("input 1, the shape, must be a list of integers")
    entries = [int(n) for n in target.array]
    batches = [axis for axis, batch in enumerate(target.is_batch()) if batch]
    x = layer.data(0, "fib", moved=True)
    if len(batches) > 1:
        raise layer.refuse("the shape has the size of the batch more than once")
    behind = layer.behind_batch(x)
    if batches:
        given = len(entries) - batches[0]
        if behind not in (None, given):
            raise layer.refuse("it would repeat data along the batch axis")
        behind = given
        (x,) = layer.aligned([x]) if x.batch is not None else [layer.dropped(x, behind)]
    sample = entries
    if behind is not None and len(entries) >= behind:
        batch = len(entries) - behind
        if batch not in batches and entries[batch] not in (1, layer.fixed_batch):
            raise layer.refuse(f"the shape {entries} gives the batch axis of {x.name!r} a size")
        sample = [*entries[:batch], *entries[batch + 1 :]]
    try:
        shape = tuple(int(n) for n in np.broadcast_shapes(layer.shape(x), tuple(sample)))
    except ValueError:
        raise FileFormatError(f"{x.name!r} of shape {layer.shown(x)} does not expand to {entries}") from None
    if 0 in shape:
        raise layer.refuse(f"nothing is left of {x.name!r}: the shape is {shape}")
    made = layer.emit("broadcast_to", [x], {"shape": shape})
    return made.at(None if behind is None else len(shape) + 1 - behind)


def tile(layer: Layer) -> Tensor:
    """Repeated side by side along every axis."""
    x = layer.tensor(0, "fib", moved=True)
    repeats = layer.integers(1)
    if len(repeats) != layer.rank(x):
        raise FileFormatError(f"the repeats {repeats} do not fit {layer.rank(x)} axes")
    counts = [n for axis, n in enumerate(repeats) if axis != x.batch]
    if x.batch is not None and repeats[x.batch] != 1:
        raise layer.refuse("it repeats the batch; supported are the axes of one sample")
    if min(counts, default=1) < 1:
        raise layer.refuse(f"the repeats {repeats} leave nothing; supported are positive numbers")
    for axis, count in enumerate(counts):
        if count > 1:
            x = layer.emit("concatenate", [x] * count, {"axis": axis}, part=f"axis{axis}")
    return layer.emit("identity", [x])


def eye_like(layer: Layer) -> Constant:
    """Ones on a diagonal, of the shape of a matrix."""
    kind = element_type(layer.attributes.integer("dtype", _FLOAT))
    offset = layer.attributes.integer("k", 0)
    x = layer.tensor(0, "fib")
    shape = layer.shape(x)
    if x.batch is not None or len(shape) != 2:
        raise layer.refuse(f"{x.name!r} of shape {layer.shown(x)}; supported are matrices without batch axis")
    return Constant(cast_array(layer, np.eye(*shape, k=offset), kind), repr(layer.label))


def constant_of_shape(layer: Layer) -> Tensor:
    """The same number for every sample, where the shape has the size of the batch."""
    value = layer.attributes.array("value")
    value = np.zeros(1, dtype=np.float32) if value is None else value
    target = layer.known(0)
    batches = [axis for axis, batch in enumerate(target.is_batch()) if batch]
    if value.size != 1 or len(batches) != 1:
        raise layer.refuse("supported are one number as value, and the size of the batch once in the shape")
    shape = tuple(int(n) for axis, n in enumerate(target.array) if axis != batches[0])
    layer.check_size(math.prod(shape))
    return layer.constant(Constant(np.full(shape, value.reshape(()), value.dtype), "it")).at(batches[0])
