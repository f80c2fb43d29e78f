"""Elements chosen by indices: Gather."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_MAX_RUNS = 1024


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
    runs = _runs(positions)
    if len(runs) == 1:
        return cut_out(layer, x, {axis: runs[0]}, part=part)
    if len(runs) > _MAX_RUNS:
        raise layer.refuse(f"the indices make {len(runs)} separate pieces; supported are {_MAX_RUNS}")
    parts = [cut_out(layer, x, {axis: run}, part=f"part{i}") for i, run in enumerate(runs)]
    return layer.emit("concatenate", parts, {"axis": axis}, part=part)


def _runs(positions: Sequence[int]) -> list[slice]:
    """The positions as slices of step 1, in order."""
    runs: list[slice] = []
    for n in positions:
        if runs and runs[-1].stop == n:
            runs[-1] = slice(runs[-1].start, n + 1, 1)
        else:
            runs.append(slice(n, n + 1, 1))
    return runs
