"""Functions that only move elements: concatenate, reshape, transpose, indexing, squeeze, expand_dims."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.masks import reshaped
from isobit.frontends.keras.layers.reshaping import resolve_shape
from isobit.frontends.keras.operations.rules import Arguments
from isobit.frontends.keras.options import shorten


def concatenate(arguments: Arguments) -> Tensor:
    """Several tensors along one axis."""
    call, tensors = arguments.call, arguments.any("x")
    if not isinstance(tensors, list) or not tensors or not all(isinstance(t, Tensor) for t in tensors):
        raise call.refuse("supported: a list of tensors, none of them constant")
    axis = call.axis(arguments.integer("axis"), len(tensors[0].shape))
    boolean = all(tensor.boolean for tensor in tensors)
    return replace(call.emit("concatenate", tensors, {"axis": axis}), boolean=boolean)


def reshape(arguments: Arguments) -> Tensor:
    """A target shape whose first axis is the batch, -1 for "any"."""
    call, tensor = arguments.call, arguments.tensor("x")
    target = arguments.integers("shape")
    size = math.prod(tensor.shape)
    if target[:1] != (-1,):
        raise call.refuse(f"shape {target} fixes the batch axis; supported: -1 there")
    if math.prod(target[1:]) != size:
        raise FileFormatError(f"{call.where}: {size} elements cannot take the shape {target[1:]}")
    return replace(
        call.emit("reshape", [tensor], {"shape": resolve_shape(call, target[1:], size)}),
        boolean=tensor.boolean,
    )


def transpose(arguments: Arguments) -> Tensor:
    """A permutation that leaves the batch axis in front."""
    call, tensor = arguments.call, arguments.tensor("x")
    perm = arguments.integers("axes")
    if arguments.any("conjugate", False) is not False:
        raise call.refuse("complex numbers are not supported")
    if perm[:1] != (0,):
        raise call.refuse(f"axes {perm} move the batch axis")
    return replace(
        call.emit("transpose", [tensor], {"perm": tuple(axis - 1 for axis in perm[1:])}),
        boolean=tensor.boolean,
    )


def squeeze(arguments: Arguments) -> Tensor:
    """Drop axes of length one."""
    call, tensor = arguments.call, arguments.tensor("x")
    axes = {call.axis(axis, len(tensor.shape)) for axis in arguments.integers("axis")}
    if any(tensor.shape[axis] != 1 for axis in axes):
        raise FileFormatError(f"{call.where}: only axes of length 1 can be squeezed from {tensor.shape}")
    shape = tuple(n for axis, n in enumerate(tensor.shape) if axis not in axes)
    return _moved(call, tensor, "reshape", {"shape": shape})


def expand_dims(arguments: Arguments) -> Tensor:
    """Insert an axis of length one."""
    call, tensor = arguments.call, arguments.tensor("x")
    place = call.axis(arguments.integer("axis"), len(tensor.shape) + 1)
    return replace(
        call.emit("reshape", [tensor], {"shape": (*tensor.shape[:place], 1, *tensor.shape[place:])}),
        boolean=tensor.boolean,
    )


def get_item(arguments: Arguments) -> Tensor:
    """``x[:, 1:, 0, None]``: slices, integers, new axes and an ellipsis; the whole batch."""
    call, tensor = arguments.call, arguments.tensor("x")
    key = arguments.any("key")
    entries = _without_ellipsis(
        call, list(key) if isinstance(key, (list, tuple)) else [key], len(tensor.shape) + 1
    )
    if not entries or entries[0] != slice(None):
        raise call.refuse("it indexes the batch axis; supported: ':' there")
    starts: list[int] = []
    stops: list[int | None] = []
    steps: list[int] = []
    shape: list[int] = []
    for entry in entries[1:]:
        if entry is None:
            shape.append(1)
            continue
        size = tensor.shape[len(starts)]
        start, stop, step = _bounds(call, entry, size)
        starts.append(start)
        stops.append(stop)
        steps.append(step)
        if isinstance(entry, slice):
            shape.append(len(range(size)[slice(start, stop, step)]))
    cut = {"starts": tuple(starts), "stops": tuple(stops), "steps": tuple(steps)}
    result = call.emit("slice", [tensor], cut)
    return reshaped(call, replace(result, boolean=tensor.boolean), shape)


def _without_ellipsis(call: Call, entries: list[Any], rank: int) -> list[Any]:
    """The same index with one entry per axis, besides new ones."""
    missing = rank - sum(entry is not None and entry is not ... for entry in entries)
    dots = [place for place, entry in enumerate(entries) if entry is ...]
    if missing < 0 or len(dots) > 1:
        raise FileFormatError(f"{call.where}: the index {shorten(entries)} has too many entries")
    place = dots[0] if dots else len(entries)
    return [*entries[:place], *[slice(None)] * missing, *entries[place + 1 :]]


def _bounds(call: Call, entry: Any, size: int) -> tuple[int, int | None, int]:
    """Start, stop and step of an entry as the IR writes them."""
    fields = (entry.start, entry.stop, entry.step) if isinstance(entry, slice) else (entry,)
    if any(isinstance(n, bool) or not isinstance(n, int | None) for n in fields):
        raise call.refuse(f"the index {shorten(entry)} is no constant")
    if not isinstance(entry, slice):
        position = entry + size if entry < 0 else entry
        return position, position + 1, 1
    if entry.step == 0:
        raise FileFormatError(f"{call.where}: the index {shorten(entry)} has step 0")
    start, stop, step = entry.indices(size)
    return start, None if stop < 0 else stop, step


def _moved(call: Call, tensor: Tensor, op: str, attrs: dict[str, Any]) -> Tensor:
    return replace(call.emit(op, [tensor], attrs), boolean=tensor.boolean)
