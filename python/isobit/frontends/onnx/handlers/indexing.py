"""Elements chosen or marked by indices: Gather and its relatives, OneHot, TopK."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.neutral import truncated
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Array, Tensor

_COUNTING = frozenset({"argmax", "top_k_indices"})
"""Layers whose integers count from the front; so do, where they are read as indices, inputs of the model."""
_PASSING = frozenset({"identity", "reshape", "transpose", "slice", "take", "concatenate", "broadcast_to"})
"""Layers that only move what they read."""

Positions = npt.NDArray[np.int64]


def gather(layer: Layer) -> Tensor:
    """Chosen elements along one axis, by constant indices of any shape."""
    if not layer.is_constant(1):
        return _looked_up(layer)
    x = layer.data(0, "fib", moved=True)
    axis = layer.data_axis(layer.attributes.integer("axis", 0), x)
    shape, indices = layer.shape(x), layer.array(1)
    positions = [int(n) for n in counted(indices, shape[axis]).ravel()]
    picked = _taken(layer, x, axis, positions, part="" if indices.ndim == 1 else "taken")
    if indices.ndim == 1:
        return picked
    before = x.batch is not None and layer.onnx_axis(axis, x) < x.batch
    batch = None if x.batch is None else x.batch + (indices.ndim - 1 if before else 0)
    return layer.reshape(picked, (*shape[:axis], *indices.shape, *shape[axis + 1 :])).at(batch)


def _looked_up(layer: Layer) -> Tensor:
    """Entries by indices that are data: of data along any axis, or the rows of a constant (an embedding)."""
    indices = layer.tensor(1, "i", moved=True)
    if not layer.made_by(indices, _COUNTING, _PASSING):
        raise layer.refuse(
            f"input 1 ({layer.inputs[1]!r}), the indices, are computed and might count from the end; "
            "supported are inputs of the model, and indices of extremes"
        )
    axis = layer.attributes.integer("axis", 0)
    if layer.is_constant(0):
        table = layer.weights(0)
        if layer.axis(axis, table.ndim) != 0:
            raise layer.refuse("indices that are data choose along another axis than the first of a constant")
        rows = table.reshape(len(table), -1)
        made = layer.emit("embedding", [indices], constants={"weight": rows}, part="rows")
        shape = (*layer.shape(indices), *table.shape[1:])
        return layer.reshape(made.of(layer.element(0)), shape)
    x = layer.tensor(0, "fib")
    if x.batch != indices.batch or x.batch is not None:
        raise layer.refuse(
            "each sample has indices of its own, which ONNX does not mean by Gather with a batch axis"
        )
    return layer.emit("gather", [x, indices], {"axis": layer.data_axis(axis, x)})


def _taken(layer: Layer, x: Tensor, axis: int, positions: Sequence[int], part: str) -> Tensor:
    """A slice where the positions are one, else a ``take``."""
    first, count = positions[0], len(positions)
    if list(positions) == list(range(first, first + count)):
        return cut_out(layer, x, {axis: slice(first, first + count)}, part=part)
    return layer.emit("take", [x], {"axis": axis, "indices": tuple(positions)}, part=part)


def gather_elements(layer: Layer) -> Tensor:
    """One element for each index, along an axis."""
    x, indices = whole(layer, 0), layer.array(1)
    return chosen(layer, x, along(layer, x, indices))


def gather_nd(layer: Layer) -> Tensor:
    """Elements or slices by tuples of indices."""
    x, indices = whole(layer, 0), layer.array(1)
    shape, batch_dims = layer.shape(x), layer.attributes.integer("batch_dims", 0)
    depth = indices.shape[-1]
    if not 0 <= batch_dims < min(len(shape), indices.ndim) or depth + batch_dims > len(shape):
        raise FileFormatError(
            f"tuples of {depth} indices after {batch_dims} axes do not fit the shape {shape}"
        )
    numbers = numbers_of(shape)
    lead = indices.shape[:batch_dims]
    if lead != shape[:batch_dims]:
        raise FileFormatError(f"indices of shape {indices.shape} do not fit the shape {shape}")
    parts = []
    for place in np.ndindex(lead):
        tuples = [counted(indices[place][..., i], shape[batch_dims + i]) for i in range(depth)]
        parts.append(numbers[place][tuple(tuples)])
    return chosen(layer, x, np.stack(parts).reshape(*lead, *parts[0].shape))


def compress(layer: Layer) -> Tensor:
    """The elements along an axis for which a constant condition holds."""
    x = layer.tensor(0, "fib", moved=True)
    kept = [int(i) for i in np.flatnonzero(layer.array(1))]
    if not kept:
        raise layer.refuse("the condition leaves nothing")
    if layer.attributes.has("axis"):
        axis = layer.data_axis(layer.attributes.integer("axis", 0), x)
    else:
        x = layer.reshape(whole(layer, 0), (math.prod(layer.shape(x)),), part="flat")
        axis = 0
    if kept[-1] >= layer.shape(x)[axis]:
        raise FileFormatError(f"the condition is longer than the axis of length {layer.shape(x)[axis]}")
    return _taken(layer, x, axis, kept, part="")


def trilu(layer: Layer) -> Tensor:
    """The upper or lower triangle of matrices, zeros elsewhere."""
    upper = layer.attributes.flag("upper", True)
    x = layer.tensor(0, "fib", moved=True)
    offset = layer.integer(1) if layer.has(1) else 0
    if layer.rank(x) < 2 or (layer.behind_batch(x) or 3) < 3:
        raise layer.refuse(
            "it takes the batch axis for one of the matrix; supported are matrices in each sample"
        )
    ones = np.ones(layer.shape(x)[-2:])
    return layer.affine(x, np.triu(ones, offset) if upper else np.tril(ones, offset), 0.0)


def one_hot(layer: Layer) -> Tensor:
    """The on-value where an index (which may count from the end) is the position, else the off-value."""
    x = layer.tensor(0, "fi", moved=True)
    depths, values = layer.weights(1, whole=True), layer.array(2)
    depth = int(depths.flat[0]) if depths.size == 1 else 0
    layer.check_size(depth)
    if values.shape != (2,):
        raise FileFormatError(f"the values have shape {values.shape} instead of (2,)")
    off, on = (float(value) for value in values)
    rank = layer.rank(x) + 1
    place = layer.axis(layer.attributes.integer("axis", -1), rank)
    batch = None if x.batch is None else x.batch + (place <= x.batch)
    axis = place - (batch is not None and place > batch)
    hot = marked(layer, truncated(layer, x) if x.kind == "f" else x, axis, depth, negative=True)
    return layer.affine(hot, on - off, off).of(layer.element(2)).at(batch)


def marked(layer: Layer, x: Tensor, axis: int, depth: int, negative: bool) -> Tensor:
    """1 where an index is the position along a new axis, else 0."""
    shape = layer.shape(x)
    spread = layer.reshape(x, (*shape[:axis], 1, *shape[axis:]), part="index")
    line = (depth, *(1 for _ in shape[axis:]))
    hot = []
    for begin in (0, -depth) if negative else (0,):
        places = layer.numbers(np.arange(begin, begin + depth, dtype=np.float64).reshape(line), part="places")
        hot.append(layer.emit("equal", [spread, places], part="equal"))
    return hot[0] if len(hot) == 1 else layer.emit("add", hot, part="either")


def top_k(layer: Layer) -> tuple[Tensor, ...]:
    """The k largest or smallest elements along an axis in order, and their indices."""
    axis = layer.attributes.integer("axis", -1)
    count = layer.attributes.integer("k", 0) if layer.opset < 10 else layer.integer(1)
    layer.attributes.flag("sorted", True)  # in order is one of the orders allowed without it
    x = layer.tensor(0, "fi", moved=True)
    attrs = {"k": count, "axis": layer.data_axis(axis, x), "largest": layer.attributes.flag("largest", True)}
    values = layer.emit("top_k_values", [x], attrs)
    return values, layer.emit("top_k_indices", [x], attrs, part="indices").of("INT64")


def reverse_sequence(layer: Layer) -> Tensor:
    """The first elements along the time axis in reverse, as many as a constant says for each batch entry."""
    x, lengths = whole(layer, 0), layer.integers(1)
    batch = layer.attributes.integer("batch_axis", 1)
    time = layer.attributes.integer("time_axis", 0)
    if {batch, time} != {0, 1}:
        raise FileFormatError(f"attributes batch_axis {batch} and time_axis {time} must be 0 and 1")
    numbers = np.moveaxis(numbers_of(layer.shape(x)), (batch, time), (0, 1)).copy()
    for row, length in zip(numbers, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    return chosen(layer, x, np.moveaxis(numbers, (0, 1), (batch, time)))


def whole(layer: Layer, i: int) -> Tensor:
    """An input without batch axis, all of whose axes indices may count."""
    x = layer.data(i, "fib", moved=True)
    if x.batch is not None:
        raise layer.refuse(
            "the indices count the batch axis, too; supported are models without (batch=False)"
        )
    return x


def numbers_of(shape: tuple[int, ...]) -> Positions:
    """The number of every element of a tensor."""
    numbers: Positions = np.arange(math.prod(shape)).reshape(shape)
    return numbers


def counted(indices: Array, length: int) -> Positions:
    """Indices counted from the front, checked."""
    if indices.dtype.kind not in "iu" or not indices.size:
        raise FileFormatError(f"the indices have the type {indices.dtype} and the shape {indices.shape}")
    if np.any(indices < -length) or np.any(indices >= length):
        raise FileFormatError(f"indices {indices.ravel()[:8]} do not fit an axis of length {length}")
    counted: Positions = indices.astype(np.int64) % length
    return counted


def along(layer: Layer, x: Tensor, indices: Array) -> Positions:
    """Numbers of the elements that indices along the attribute's axis mean."""
    shape = layer.shape(x)
    axis = layer.axis(layer.attributes.integer("axis", 0), len(shape))
    if indices.ndim != len(shape):
        raise FileFormatError(f"indices of shape {indices.shape} do not fit the shape {shape}")
    grid: list[Any] = list(np.ogrid[tuple(slice(0, n) for n in indices.shape)])
    if any(n > m for a, (n, m) in enumerate(zip(indices.shape, shape, strict=True)) if a != axis):
        raise FileFormatError(f"indices of shape {indices.shape} do not fit the shape {shape}")
    grid[axis] = counted(indices, shape[axis])
    found: Positions = numbers_of(shape)[tuple(grid)]
    return found


def chosen(layer: Layer, x: Tensor, numbers: Positions) -> Tensor:
    """Elements by their numbers, in the shape of these."""
    flat = layer.reshape(x, (math.prod(layer.shape(x)),), part="flat")
    indices = tuple(int(n) for n in numbers.ravel())
    taken = layer.emit("take", [flat], {"axis": 0, "indices": indices}, part="taken")
    return layer.reshape(taken, tuple(int(n) for n in numbers.shape))
