"""Functions that pick, repeat, turn round, pad, stack and split elements."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.masks import reshaped
from isobit.frontends.keras.operations.reductions import axes_of
from isobit.frontends.keras.operations.rules import Arguments
from isobit.frontends.keras.options import shorten, to_array

MAX_LENGTH = 1 << 20


def take(arguments: Arguments) -> Tensor:
    """Constant positions along one axis; negative ones count from its end."""
    call, tensor = arguments.call, arguments.tensor("x")
    (axis,) = axes_of(arguments, tensor)[:1]
    given = arguments.any("indices")
    if isinstance(given, Tensor):
        raise call.refuse("its indices are a tensor; supported: constants")
    array = given if isinstance(given, np.ndarray) else to_array(given)
    if array is None or array.ndim > 1 or np.any(array != np.floor(array)):
        raise call.refuse(f"indices = {shorten(given)}; supported: integers")
    length = tensor.shape[axis]
    indices = array.astype(np.int64).reshape(-1)
    indices = np.where(indices < 0, indices + length, indices)
    if indices.size == 0 or indices.min() < 0 or indices.max() >= length:
        raise FileFormatError(f"{call.where}: indices = {shorten(given)} leave an axis of {length} elements")
    result = _taken(call, tensor, axis, indices)
    if array.ndim == 0:
        result = reshaped(call, result, (*result.shape[:axis], *result.shape[axis + 1 :]))
    return result


def repeat(arguments: Arguments) -> Tensor:
    """Every element of an axis several times."""
    call, tensor = arguments.call, arguments.tensor("x")
    (axis,) = axes_of(arguments, tensor)[:1]
    count = arguments.integer("repeats")
    _check_length(call, count * tensor.shape[axis])
    return _taken(call, tensor, axis, np.repeat(np.arange(tensor.shape[axis]), count))


def tile(arguments: Arguments) -> Tensor:
    """The tensor several times along some axes, once along the batch."""
    call, tensor = arguments.call, arguments.tensor("x")
    repeats = arguments.integers("repeats")
    if len(repeats) != len(tensor.shape) + 1 or repeats[0] != 1:
        raise call.refuse(f"repeats = {repeats}; supported: one for each axis, 1 for the batch")
    for axis, count in enumerate(repeats[1:]):
        _check_length(call, count * tensor.shape[axis])
        if count != 1:
            tensor = _taken(call, tensor, axis, np.tile(np.arange(tensor.shape[axis]), count))
    return tensor if tensor.name in call.made else call.emit("identity", [tensor])


def flip(arguments: Arguments) -> Tensor:
    """The opposite order along some axes."""
    call, tensor = arguments.call, arguments.tensor("x")
    axes = axes_of(arguments, tensor)
    attrs = {
        "starts": tuple(n - 1 if axis in axes else 0 for axis, n in enumerate(tensor.shape)),
        "stops": (None,) * len(tensor.shape),
        "steps": tuple(-1 if axis in axes else 1 for axis in range(len(tensor.shape))),
    }
    return replace(call.emit("slice", [tensor], attrs), boolean=tensor.boolean)


def pad(arguments: Arguments) -> Tensor:
    """Elements around the tensor: a constant, or its own mirrored at its ends."""
    call, tensor = arguments.call, arguments.tensor("x")
    width, mode = arguments.any("pad_width"), arguments.any("mode", "constant")
    pairs = np.array(to_array(width), dtype=object)
    if pairs.shape != (len(tensor.shape) + 1, 2) or any(n != 0 for n in pairs[0]) or np.any(pairs < 0):
        raise call.refuse(f"pad_width = {shorten(width)}; supported: pairs, (0, 0) for the batch")
    if mode not in ("constant", "reflect"):
        raise call.refuse(f"mode = {shorten(mode)}; supported: constant, reflect")
    _check_length(call, int(pairs.max()) + 1)
    pads = tuple(int(n) for n in (*pairs[1:, 0], *pairs[1:, 1]))
    return call.emit(
        "pad", [tensor], {"pads": pads, "mode": mode, "value": arguments.number("constant_values", 0.0)}
    )


def swap_axes(arguments: Arguments) -> Tensor:
    """Two axes in each other's place."""
    call, tensor = arguments.call, arguments.tensor("x")
    a, b = (call.axis(arguments.integer(name), len(tensor.shape), name) for name in ("axis1", "axis2"))
    perm = list(range(len(tensor.shape)))
    perm[a], perm[b] = perm[b], perm[a]
    return replace(call.emit("transpose", [tensor], {"perm": tuple(perm)}), boolean=tensor.boolean)


def move_axis(arguments: Arguments) -> Tensor:
    """Axes moved to other places, the others in order."""
    call, tensor = arguments.call, arguments.tensor("x")
    source, target = (
        [call.axis(axis, len(tensor.shape), name) for axis in arguments.integers(name)]
        for name in ("source", "destination")
    )
    if len(source) != len(target):
        raise FileFormatError(f"{call.where}: source and destination differ in length")
    perm = [axis for axis in range(len(tensor.shape)) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        perm.insert(place, axis)
    return replace(call.emit("transpose", [tensor], {"perm": tuple(perm)}), boolean=tensor.boolean)


def stack(arguments: Arguments) -> Tensor:
    """Tensors side by side along a new axis."""
    call, tensors = arguments.call, arguments.any("x")
    if not isinstance(tensors, list) or not tensors or not all(isinstance(t, Tensor) for t in tensors):
        raise call.refuse("supported: a list of tensors, none of them constant")
    shape = tensors[0].shape
    axis = call.axis(arguments.integer("axis"), len(shape) + 1)
    rows = [reshaped(call, tensor, (*shape[:axis], 1, *shape[axis:])) for tensor in tensors]
    if any(tensor.shape != shape for tensor in tensors):
        raise FileFormatError(f"{call.where}: the tensors have different shapes")
    return call.emit("concatenate", rows, {"axis": axis})


def split(arguments: Arguments) -> Any:
    """Parts of an axis: so many equal ones, or cut at these positions."""
    call, tensor = arguments.call, arguments.tensor("x")
    (axis,) = axes_of(arguments, tensor)[:1]
    length, listed = tensor.shape[axis], isinstance(arguments.look("indices_or_sections"), list)
    given = arguments.integers("indices_or_sections")
    if listed:
        cuts = [0, *given, length]
    elif given[0] < 1 or length % given[0]:
        raise FileFormatError(f"{call.where}: an axis of {length} elements has no {given[0]} equal parts")
    else:
        cuts = list(range(0, length + 1, length // given[0]))
    if sorted(set(cuts)) != cuts:
        raise FileFormatError(f"{call.where}: the positions {given} do not cut an axis of {length} elements")
    return [_part(call, tensor, axis, a, b) for a, b in pairwise(cuts)]


def unstack(arguments: Arguments) -> Any:
    """The elements of an axis, one tensor for each."""
    call, tensor = arguments.call, arguments.tensor("x")
    (axis,) = axes_of(arguments, tensor)[:1]
    if arguments.any("num") not in (None, tensor.shape[axis]):
        raise FileFormatError(f"{call.where}: the axis has {tensor.shape[axis]} elements")
    shape = (*tensor.shape[:axis], *tensor.shape[axis + 1 :])
    return [reshaped(call, _part(call, tensor, axis, n, n + 1), shape) for n in range(tensor.shape[axis])]


def one_hot(arguments: Arguments) -> Tensor:
    """1 at the position of each index, 0 elsewhere, along a new axis."""
    call, tensor, count = arguments.call, arguments.tensor("x"), arguments.integer("num_classes")
    if arguments.any("sparse", False) is not False:
        raise call.refuse("sparse tensors are not supported")
    arguments.any("dtype")
    _check_length(call, count)
    axis = call.axis(arguments.integer("axis"), len(tensor.shape) + 1)
    return call.emit("one_hot", [tensor], {"depth": count, "axis": axis})


def _part(call: Call, tensor: Tensor, axis: int, start: int, stop: int) -> Tensor:
    rank = len(tensor.shape)
    attrs = {
        "starts": tuple(start if n == axis else 0 for n in range(rank)),
        "stops": tuple(stop if n == axis else None for n in range(rank)),
        "steps": (1,) * rank,
    }
    return replace(call.emit("slice", [tensor], attrs), boolean=tensor.boolean)


def _taken(call: Call, tensor: Tensor, axis: int, indices: Any) -> Tensor:
    attrs = {"axis": axis, "indices": tuple(int(index) for index in indices)}
    return replace(call.emit("take", [tensor], attrs), boolean=tensor.boolean)


def _check_length(call: Call, length: int) -> None:
    if not 1 <= length <= MAX_LENGTH:
        raise FileFormatError(f"{call.where}: it makes an axis of {length} elements")
