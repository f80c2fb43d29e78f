"""Functions that reduce axes, accumulate along one, or look for the largest element."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Tensor
from isobit.frontends.keras.layers.layer_normalization import unit_length
from isobit.frontends.keras.layers.masks import as_boolean
from isobit.frontends.keras.operations.rules import Arguments, Rule
from isobit.frontends.keras.options import shorten


def axes_of(arguments: Arguments, tensor: Tensor) -> tuple[int, ...]:
    """The argument ``axis``, as the IR counts axes; without it Keras reduces the batch too."""
    call, given = arguments.call, arguments.any("axis")
    if given is None:
        raise call.refuse("it reduces all axes, the batch too; supported: axis without the batch axis")
    entries = given if isinstance(given, (list, tuple)) else [given]
    if any(isinstance(axis, bool) or not isinstance(axis, int) for axis in entries):
        raise call.refuse(f"axis = {shorten(given)}; supported: integers")
    axes = tuple(call.axis(axis, len(tensor.shape)) for axis in entries)
    if len(set(axes)) != len(axes):
        raise FileFormatError(f"{call.where}: axis = {shorten(given)} has an axis twice")
    return axes


def keepdims_of(arguments: Arguments) -> bool:
    """The argument ``keepdims``."""
    value = arguments.any("keepdims", False)
    if not isinstance(value, bool):
        raise arguments.call.refuse(f"keepdims = {shorten(value)} is neither true nor false")
    return value


def reduction(op: str, keeps_booleans: bool = False) -> Callable[[Arguments], Tensor]:
    """A reduction of the IR over some axes."""

    def rule(arguments: Arguments) -> Tensor:
        tensor = arguments.tensor("x")
        for name in ("initial", "dtype"):
            if arguments.any(name) is not None:
                raise arguments.call.refuse(f"its argument {name} is not supported")
        attrs = {"axes": axes_of(arguments, tensor), "keepdims": keepdims_of(arguments)}
        result = arguments.call.emit(op, [tensor], attrs)
        return replace(result, boolean=keeps_booleans and tensor.boolean)

    return rule


def of_booleans(op: str) -> Rule:
    """``any`` (the largest) and ``all`` (the smallest) of booleans."""
    inner = reduction(op, keeps_booleans=True)

    def rule(arguments: Arguments) -> Tensor:

        arguments.change("x", as_boolean(arguments.call, arguments.look("x")))
        return inner(arguments)

    return rule


def norm(arguments: Arguments) -> Tensor:
    """The vector norms of order 1, 2 and infinity along one axis."""
    call, tensor, order = arguments.call, arguments.tensor("x"), arguments.any("ord", 2)
    axes = axes_of(arguments, tensor)
    attrs = {"axes": axes, "keepdims": keepdims_of(arguments)}
    if len(axes) != 1:
        raise call.refuse(f"a norm over {len(axes)} axes is not supported; supported: one axis")
    if order in (1, 1.0):
        return call.emit("reduce_sum_abs", [tensor], attrs)
    if order in (2, 2.0, "fro"):
        return call.emit("sqrt", [call.emit("reduce_sum_square", [tensor], attrs, suffix="square")])
    if order in (math.inf, "inf"):
        return call.emit("reduce_max", [call.emit("abs", [tensor], suffix="abs")], attrs)
    raise call.refuse(f"ord = {shorten(order)}; supported: 1, 2 and infinity")


def spread(root: bool) -> Rule:
    """The variance, or its root: the mean of squared distances from the mean."""

    def rule(arguments: Arguments) -> Tensor:
        call, tensor = arguments.call, arguments.tensor("x")
        axes, keepdims = axes_of(arguments, tensor), keepdims_of(arguments)
        mean = call.emit("reduce_mean", [tensor], {"axes": axes, "keepdims": True}, suffix="mean")
        distance = call.emit("subtract", [tensor, mean], suffix="distance")
        square = call.emit("square", [distance], suffix="square")
        attrs = {"axes": axes, "keepdims": keepdims}
        if not root:
            return call.emit("reduce_mean", [square], attrs)
        return call.emit("sqrt", [call.emit("reduce_mean", [square], attrs, suffix="variance")])

    return rule


def cumulative_sum(arguments: Arguments) -> Tensor:
    """``cumsum`` along one axis."""
    tensor = arguments.tensor("x")
    if arguments.any("dtype") is not None:
        raise arguments.call.refuse("its argument dtype is not supported")
    (axis,) = axes_of(arguments, tensor)[:1]
    return arguments.call.emit("cumsum", [tensor], {"axis": axis})


def extreme_index(op: str) -> Rule:
    """``argmax`` and ``argmin`` along one axis: the first of equal elements."""

    def rule(arguments: Arguments) -> Tensor:
        call, tensor = arguments.call, arguments.tensor("x")
        axes = axes_of(arguments, tensor)
        attrs = {"axis": axes[0], "keepdims": keepdims_of(arguments)}
        return call.emit(op, [tensor], attrs)

    return rule


def top_k(arguments: Arguments) -> Any:
    """The k largest elements of the last axis, and where they are."""
    call, tensor, k = arguments.call, arguments.tensor("x"), arguments.integer("k")
    arguments.any("sorted")
    last = len(tensor.shape) - 1
    if last < 0 or not 1 <= k <= tensor.shape[last]:
        raise FileFormatError(f"{call.where}: there are no {k} largest of the shape {tensor.shape}")
    attrs = {"k": k, "axis": last, "largest": True}
    return [
        call.emit("top_k_values", [tensor], attrs),
        call.emit("top_k_indices", [tensor], attrs, suffix="indices"),
    ]


def normalize(arguments: Arguments) -> Tensor:
    """``keras.ops.normalize`` to the Euclidean length 1."""
    tensor = arguments.tensor("x")
    if arguments.any("order", 2) not in (2, 2.0):
        raise arguments.call.refuse("supported: order 2")
    # Keras' own default.
    epsilon = arguments.number("epsilon", 1e-7)
    return unit_length(arguments.call, tensor, axes_of(arguments, tensor), epsilon**2)
