"""Elements chosen by indices: Gather."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor


def gather(layer: Layer) -> Tensor:
    """Chosen elements along one axis, by constant indices of any shape."""
    x = layer.data(0, "fib", moved=True)
    if not layer.is_constant(1):
        raise layer.refuse(f"input 1 ({layer.inputs[1]!r}), the indices, are computed from the data")
    axis = layer.data_axis(layer.attributes.integer("axis", 0), x)
    length, shape = layer.shape(x)[axis], layer.shape(x)
    indices = layer.array(1)
    if indices.dtype.kind != "i" or not indices.size:
        raise FileFormatError(f"the indices have the type {indices.dtype} and the shape {indices.shape}")
    if np.any(indices < -length) or np.any(indices >= length):
        raise FileFormatError(f"indices {indices.ravel()[:8]} do not fit an axis of length {length}")
    positions = [int(n) % length for n in indices.ravel()]
    picked = _taken(layer, x, axis, positions, part="" if indices.ndim == 1 else "taken")
    if indices.ndim == 1:
        return picked
    before = x.batch is not None and layer.onnx_axis(axis, x) < x.batch
    batch = None if x.batch is None else x.batch + (indices.ndim - 1 if before else 0)
    return layer.reshape(picked, (*shape[:axis], *indices.shape, *shape[axis + 1 :])).at(batch)


def _taken(layer: Layer, x: Tensor, axis: int, positions: Sequence[int], part: str) -> Tensor:
    """A slice where the positions are one, else a ``take``."""
    first, count = positions[0], len(positions)
    if list(positions) == list(range(first, first + count)):
        return cut_out(layer, x, {axis: slice(first, first + count)}, part=part)
    return layer.emit("take", [x], {"axis": axis, "indices": tuple(positions)}, part=part)
