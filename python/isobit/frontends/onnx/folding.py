"""Operators on constants, computed while the file is read.

Exporters write shapes and small tables as chains of operators. Those that only move entries also work on
shapes in which the size of the batch is open (see ``values.Constant``); the others on plain arrays only.
Sizes of results are checked before they are computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.arguments import (
    axes_argument,
    bounds_of_shape,
    permutation,
    reduction_arguments,
    slice_arguments,
)
from isobit.frontends.onnx.initializers import element_type
from isobit.frontends.onnx.limits import MAX_CONSTANTS
from isobit.frontends.onnx.values import Array

if TYPE_CHECKING:
    from isobit.frontends.onnx.layer import Layer

Fold = Callable[["Layer", Sequence[Array]], Array]


def identity(layer: Layer, xs: Sequence[Array]) -> Array:
    """The array itself."""
    return xs[0]


def cast(layer: Layer, xs: Sequence[Array]) -> Array:
    """To another type of numbers that NumPy has."""
    layer.attributes.integer("saturate", 1)  # concerns 8-bit floats only, which are refused
    layer.attributes.text("round_mode", "up")  # likewise
    kind = element_type(layer.attributes.integer("to", 0))
    return cast_array(layer, xs[0], kind)


def cast_array(layer: Layer, array: Array, kind: str) -> Array:
    """An array with another element type."""
    types = {
        "FLOAT": "f4",
        "DOUBLE": "f8",
        "FLOAT16": "f2",
        "BOOL": "?",
        **{f"INT{8 * n}": f"i{n}" for n in (1, 2, 4, 8)},
        **{f"UINT{8 * n}": f"u{n}" for n in (1, 2, 4, 8)},
    }
    if kind not in types:
        raise layer.refuse(f"attribute to is {kind}; supported for constants: {', '.join(types)}")
    with np.errstate(all="ignore"):
        return array.astype(types[kind])


def concat(layer: Layer, xs: Sequence[Array]) -> Array:
    """Side by side."""
    axis = layer.axis(layer.attributes.integer("axis", 0), xs[0].ndim)
    _limit(sum(x.size for x in xs))
    return np.concatenate(xs, axis)


def gather(layer: Layer, xs: Sequence[Array]) -> Array:
    """Entries by their indices along one axis."""
    axis = layer.axis(layer.attributes.integer("axis", 0), xs[0].ndim)
    data, indices = xs
    length = data.shape[axis]
    if indices.dtype.kind != "i" or np.any(indices < -length) or np.any(indices >= length):
        raise FileFormatError(f"indices do not fit an axis of length {length}")
    _limit(data.size // max(length, 1) * indices.size)
    return np.take(data, indices, axis)


def slice_array(layer: Layer, xs: Sequence[Array]) -> Array:
    """Python slices."""
    cuts = slice_arguments(layer, xs[0].ndim)
    return np.asarray(xs[0][tuple(cuts.get(axis, slice(None)) for axis in range(xs[0].ndim))])


def squeeze(layer: Layer, xs: Sequence[Array]) -> Array:
    """Without axes of length 1."""
    axes = axes_argument(layer)
    return np.squeeze(xs[0], None if axes is None else axes)


def unsqueeze(layer: Layer, xs: Sequence[Array]) -> Array:
    """With new axes of length 1."""
    return np.expand_dims(xs[0], axes_argument(layer) or ())


def reshape(layer: Layer, xs: Sequence[Array]) -> Array:
    """In another shape."""
    shape = list(layer.integers(1))
    if not layer.attributes.flag("allowzero", False):
        shape = [xs[0].shape[i] if n == 0 else n for i, n in enumerate(shape)]
    return xs[0].reshape(shape)


def transpose(layer: Layer, xs: Sequence[Array]) -> Array:
    """Axes in another order."""
    return xs[0].transpose(permutation(layer, xs[0].ndim))


def shape_of(layer: Layer, xs: Sequence[Array]) -> Array:
    """The shape as integers."""
    return np.array(xs[0].shape, dtype=np.int64)[bounds_of_shape(layer)]


def constant_of_shape(layer: Layer, xs: Sequence[Array]) -> Array:
    """The same number everywhere."""
    value = layer.attributes.array("value")
    value = np.zeros(1, dtype=np.float32) if value is None else value
    if value.size != 1:
        raise FileFormatError(f"attribute value has shape {value.shape}; it must be one number")
    shape = layer.integers(0)
    _limit(math.prod(shape))
    return np.full(shape, value.reshape(()), dtype=value.dtype)


def expand(layer: Layer, xs: Sequence[Array]) -> Array:
    """Broadcast to a shape."""
    shape = np.broadcast_shapes(xs[0].shape, layer.integers(1))
    _limit(math.prod(shape))
    return np.array(np.broadcast_to(xs[0], shape))


def elementwise(function: Callable[..., Array]) -> Fold:
    """A NumPy function of one or more arrays that broadcast."""

    def fold(layer: Layer, xs: Sequence[Array]) -> Array:
        _limit(math.prod(np.broadcast_shapes(*(x.shape for x in xs))))
        with np.errstate(all="ignore"):  # weights that are not finite are refused where they are used
            return np.asarray(function(*xs)).astype(xs[0].dtype, copy=False)

    return fold


def divide(layer: Layer, xs: Sequence[Array]) -> Array:
    """A quotient; that of integers is cut towards zero."""
    if xs[0].dtype.kind == "f":
        return elementwise(np.divide)(layer, xs)
    if not np.all(xs[1]):
        raise FileFormatError("it divides integers by zero")
    sign = elementwise(lambda a, b: np.sign(a) * np.sign(b))(layer, xs)
    return elementwise(lambda a, b: np.abs(a) // np.abs(b))(layer, xs) * sign


def logic(function: Callable[..., Array]) -> Fold:
    """A NumPy function of one or more arrays that broadcast, which gives booleans."""

    def fold(layer: Layer, xs: Sequence[Array]) -> Array:
        _limit(math.prod(np.broadcast_shapes(*(x.shape for x in xs))))
        return np.asarray(function(*xs))

    return fold


def where(layer: Layer, xs: Sequence[Array]) -> Array:
    """The second array where the first is true, else the third."""
    _limit(math.prod(np.broadcast_shapes(*(x.shape for x in xs))))
    return np.where(*xs).astype(xs[1].dtype)


def modulo(layer: Layer, xs: Sequence[Array]) -> Array:
    """The remainder, with the sign of the divisor, or with ``fmod`` that of the dividend."""
    function = np.fmod if layer.attributes.flag("fmod", False) else np.mod
    if xs[1].dtype.kind in "iu" and not np.all(xs[1]):
        raise FileFormatError("it divides integers by zero")
    return elementwise(function)(layer, xs)


def reduced(function: Callable[..., Array]) -> Fold:
    """A NumPy reduction over axes, an attribute in older opsets, then input 1."""

    def fold(layer: Layer, xs: Sequence[Array]) -> Array:
        axes, keepdims = reduction_arguments(layer)
        if axes is None:
            return xs[0]
        with np.errstate(all="ignore"):
            found = function(xs[0], axis=tuple(axes) or None, keepdims=keepdims)
        return np.asarray(found).astype(xs[0].dtype)

    return fold


def size_of(layer: Layer, xs: Sequence[Array]) -> Array:
    """The number of elements."""
    return np.array(xs[0].size, dtype=np.int64)


def tile(layer: Layer, xs: Sequence[Array]) -> Array:
    """Repeated side by side along every axis."""
    repeats = layer.integers(1)
    _limit(xs[0].size * math.prod(repeats))
    return np.tile(xs[0], repeats)


def cast_like(layer: Layer, xs: Sequence[Array]) -> Array:
    """To the type of another constant."""
    layer.attributes.integer("saturate", 1)  # concerns 8-bit floats only, which are refused
    layer.attributes.text("round_mode", "up")  # likewise
    with np.errstate(all="ignore"):
        return xs[0].astype(xs[1].dtype)


def most(function: Callable[[Array, Array], Array]) -> Fold:
    """A NumPy function of two arrays, over any number of them."""

    def fold(layer: Layer, xs: Sequence[Array]) -> Array:
        found = xs[0]
        for x in xs[1:]:
            found = elementwise(function)(layer, [found, x])
        return found

    return fold


def pad(layer: Layer, xs: Sequence[Array]) -> Array:
    """Surrounded by one number."""
    if layer.opset < 11 or layer.attributes.text("mode", "constant") != "constant" or layer.has(3):
        raise layer.refuse("supported for constants: the mode constant without axes, from opset 11 on")
    half = xs[0].ndim
    widths = layer.integers(1)
    if len(widths) != 2 * half or min(widths) < 0:
        raise layer.refuse(f"supported for constants: {2 * half} pads from 0 on, not {widths}")
    _limit(math.prod(n + a + b for n, a, b in zip(xs[0].shape, widths[:half], widths[half:], strict=True)))
    value = layer.array(2).reshape(()) if layer.has(2) else 0
    pairs = list(zip(widths[:half], widths[half:], strict=True))
    return np.pad(xs[0], pairs, constant_values=value)


def count(layer: Layer, xs: Sequence[Array]) -> Array:
    """Numbers from a start to a limit by a step."""
    layer.attributes.integer("stash_type", 1)  # the result is rounded to the type of the inputs in any case
    start, limit, step = (x.reshape(()) for x in xs)
    if not step:
        raise FileFormatError("the step is 0")
    length = max(math.ceil((float(limit) - float(start)) / float(step)), 0)
    _limit(length)
    return (start + np.arange(length) * step).astype(start.dtype)


def constant(layer: Layer) -> Array:
    """The array of a Constant node, which has exactly one of several attributes."""
    array = layer.attributes.array("value")
    if array is not None:
        return array
    if layer.attributes.has("value_float"):
        return np.array(layer.attributes.number("value_float", 0.0, infinite=True), dtype=np.float32)
    if layer.attributes.has("value_int"):
        return np.array(layer.attributes.integer("value_int", 0), dtype=np.int64)
    if layer.attributes.has("value_ints"):
        return np.array(layer.attributes.integers("value_ints"), dtype=np.int64)
    numbers = layer.attributes.numbers("value_floats")
    if numbers is None:
        raise layer.refuse(
            "supported are the attributes value, value_float, value_floats, value_int and value_ints"
        )
    return numbers


def _limit(size: int) -> None:
    """Refuse a result that is too large, before it is made."""
    if not 0 <= size <= MAX_CONSTANTS:
        raise FileFormatError(f"its result would have {size} elements; supported are up to {MAX_CONSTANTS}")
