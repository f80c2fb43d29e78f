"""Axes brought behind the others, for operators that work on the last ones, and back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isobit.frontends.keras.layers.base import Call, Tensor


def option_axes(call: Call, tensor: Tensor, key: str = "axis") -> tuple[int, ...]:
    """Different axes of an option, as the IR counts them; the last one by default."""
    given = call.options.integers(key) if call.options.has(key) else (-1,)
    axes = tuple(call.axis(axis, len(tensor.shape), key) for axis in given)
    if len(set(axes)) != len(axes):
        raise call.options.malformed(key, "a list of different axes")
    return axes


def with_axes_last(
    call: Call, tensor: Tensor, axes: tuple[int, ...], function: Callable[[Tensor], Tensor]
) -> Tensor:
    """A function that keeps shapes, applied after these axes were brought to the end, in order."""
    rank = len(tensor.shape)
    order = (*(axis for axis in range(rank) if axis not in axes), *sorted(axes))
    if order == tuple(range(rank)):
        return function(tensor)
    moved = call.emit("transpose", [tensor], {"perm": order}, suffix="axes_last")
    back = tuple(int(axis) for axis in np.argsort(order))
    return call.emit("transpose", [function(moved)], {"perm": back}, suffix="axes_back")
