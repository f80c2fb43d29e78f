"""Sums, differences, products and extremes, of tensors or with constants (which make affine layers)."""

from __future__ import annotations

import numpy as np

from isobit.errors import FileFormatError, GraphError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor
from isobit.ir import FloatArray


def add(layer: Layer) -> Tensor:
    """``a + b``."""
    if (k := _constant_side(layer)) is None:
        return _pair(layer, "add")
    x = layer.tensor(1 - k)
    return layer.affine(x, 1.0, layer.beside(k, x))


def subtract(layer: Layer) -> Tensor:
    """``a - b``; a constant minus data is ``-x + c``."""
    if (k := _constant_side(layer)) is None:
        return _pair(layer, "subtract")
    x = layer.tensor(1 - k)
    constant = layer.beside(k, x)
    return layer.affine(x, -1.0, constant) if k == 0 else layer.affine(x, 1.0, -constant)


def multiply(layer: Layer) -> Tensor:
    """``a * b``."""
    if (k := _constant_side(layer)) is None:
        return _pair(layer, "multiply")
    x = layer.tensor(1 - k)
    return layer.affine(x, layer.beside(k, x), 0.0)


def divide(layer: Layer) -> Tensor:
    """``x / c`` as ``x * (1 / c)``."""
    k = _constant_side(layer)
    if k != 1:
        what = "a constant by data" if k == 0 else "data by data"
        raise layer.refuse(f"dividing {what} is not supported; supported is division by a constant")
    x = layer.tensor(0)
    constant = layer.beside(1, x)
    with np.errstate(divide="ignore", over="ignore"):
        scale = 1.0 / constant
    if not np.all(np.isfinite(scale)):
        position = tuple(int(n) for n in np.argwhere(~np.isfinite(scale))[0])
        raise GraphError(f"it divides by {constant[position]} ({layer.inputs[1]!r} at {position})")
    return layer.affine(x, scale, 0.0)


def negate(layer: Layer) -> Tensor:
    """``-x``."""
    return layer.affine(layer.tensor(0), -1.0, 0.0)


def total(layer: Layer) -> Tensor:
    """Sum of any number of inputs."""
    tensors, constants = _split(layer)
    if not constants:
        return _combine(layer, "add", tensors)
    x = _combine(layer, "add", tensors, part="sum")
    return layer.affine(x, 1.0, _sum_beside(layer, constants, x))


def mean(layer: Layer) -> Tensor:
    """Average of any number of inputs."""
    tensors, constants = _split(layer)
    if not constants:
        return _combine(layer, "average", tensors)
    x = _combine(layer, "add", tensors, part="sum")
    count = len(tensors) + len(constants)
    return layer.affine(x, 1.0 / count, _sum_beside(layer, constants, x) / count)


def maximum(layer: Layer) -> Tensor:
    """Largest of any number of inputs; a constant is a lower bound."""
    tensors, constants = _split(layer)
    if not constants:
        return _combine(layer, "maximum", tensors)
    x = _combine(layer, "maximum", tensors, part="maximum")
    low = max(_uniform(layer, i, x) for i in constants)
    return layer.emit("relu", [x]) if low == 0 else layer.emit("clip", [x], {"low": low})


def minimum(layer: Layer) -> Tensor:
    """Smallest of any number of inputs; a constant is an upper bound."""
    tensors, constants = _split(layer)
    if not constants:
        return _combine(layer, "minimum", tensors)
    x = _combine(layer, "minimum", tensors, part="minimum")
    return layer.emit("clip", [x], {"high": min(_uniform(layer, i, x) for i in constants)})


def _constant_side(layer: Layer) -> int | None:
    """Which of the two inputs is the constant, if one is."""
    return next((i for i in (0, 1) if layer.is_constant(i)), None)


def _pair(layer: Layer, op: str) -> Tensor:
    a, b = layer.tensor(0), layer.tensor(1)
    layer.same_rank([a, b])
    return layer.emit(op, [a, b])


def _split(layer: Layer) -> tuple[list[Tensor], list[int]]:
    """The tensors among the inputs, and the positions of the constants."""
    count = range(len(layer.inputs))
    constants = [i for i in count if layer.is_constant(i)]
    tensors = [layer.tensor(i) for i in count if i not in constants]
    if not tensors:
        raise layer.refuse("all inputs are constants")
    layer.same_rank(tensors)
    if layer.opset < 8:
        shapes = {(1, *layer.shape(x)) for x in tensors} | {layer.array(i).shape for i in constants}
        if len(shapes) > 1:
            raise FileFormatError(f"opset {layer.opset} allows only inputs of equal shape here: {shapes}")
    return tensors, constants


def _combine(layer: Layer, op: str, tensors: list[Tensor], part: str = "") -> Tensor:
    """One layer over all tensors; for a single one the tensor itself (an identity if it is the result)."""
    if len(tensors) > 1:
        return layer.emit(op, tensors, part=part)
    return tensors[0] if part else layer.emit("identity", tensors)


def _sum_beside(layer: Layer, constants: list[int], x: Tensor) -> FloatArray:
    arrays = [layer.beside(i, x) for i in constants]
    return np.asarray(sum(arrays[1:], start=arrays[0]))


def _uniform(layer: Layer, i: int, x: Tensor) -> float:
    """A constant all of whose elements are the same number."""
    array = layer.beside(i, x)
    if array.size == 0 or np.any(array != array.flat[0]):
        raise layer.refuse(
            f"input {i} ({layer.inputs[i]!r}) has elements that differ; supported is one bound for all"
        )
    return float(array.flat[0])
