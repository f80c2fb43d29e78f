"""Sums, differences, products, quotients and extremes; those with a constant make affine layers.

Integers are whole numbers here: where a processor would wrap around, the result is the true one.
"""

from __future__ import annotations

import numpy as np

from isobit.errors import FileFormatError, GraphError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor
from isobit.ir import FloatArray

_NUMBERS = "fi"


def add(layer: Layer) -> Tensor:
    """``a + b``."""
    if (k := _affine_side(layer)) is None:
        return _pair(layer, "add")
    x = _data(layer, 1 - k)
    return layer.affine(x, 1.0, layer.beside(k, x))


def subtract(layer: Layer) -> Tensor:
    """``a - b``; a constant minus data is ``-x + c``."""
    if (k := _affine_side(layer)) is None:
        return _pair(layer, "subtract")
    x = _data(layer, 1 - k)
    constant = layer.beside(k, x)
    return layer.affine(x, -1.0, constant) if k == 0 else layer.affine(x, 1.0, -constant)


def multiply(layer: Layer) -> Tensor:
    """``a * b``."""
    if (k := _affine_side(layer)) is None:
        return _pair(layer, "multiply")
    x = _data(layer, 1 - k)
    return layer.affine(x, layer.beside(k, x), 0.0)


def divide(layer: Layer) -> Tensor:
    """``x / c`` as ``x * (1 / c)``; else a quotient of data."""
    if _affine_side(layer) != 1:
        return layer.broadcast("divide", layer.operands("f"))
    x = layer.tensor(0, moved=True)
    constant = layer.beside(1, x)
    with np.errstate(divide="ignore", over="ignore"):
        scale = 1.0 / constant
    if not np.all(np.isfinite(scale)):
        position = tuple(int(n) for n in np.argwhere(~np.isfinite(scale))[0])
        raise GraphError(f"it divides by {constant[position]} ({layer.inputs[1]!r} at {position})")
    return layer.affine(x, scale, 0.0)


def negate(layer: Layer) -> Tensor:
    """``-x``."""
    return layer.affine(_data(layer, 0), -1.0, 0.0)


def total(layer: Layer) -> Tensor:
    """Sum of any number of inputs."""
    tensors, constants = _split(layer, "f")
    if not constants:
        return _combine(layer, "add", tensors)
    x = _combine(layer, "add", tensors, part="sum")
    if any(layer.enlarges(i, x) for i in constants):
        return layer.broadcast("add", layer.operands())
    return layer.affine(x, 1.0, _sum_beside(layer, constants, x))


def mean(layer: Layer) -> Tensor:
    """Average of any number of inputs."""
    tensors, constants = _split(layer, "f")
    if not constants:
        return _combine(layer, "average", tensors)
    x = _combine(layer, "add", tensors, part="sum")
    if any(layer.enlarges(i, x) for i in constants):
        return layer.broadcast("average", layer.operands())
    count = len(tensors) + len(constants)
    return layer.affine(x, 1.0 / count, _sum_beside(layer, constants, x) / count)


def maximum(layer: Layer) -> Tensor:
    """Largest of any number of inputs; one constant number is a lower bound."""
    tensors, constants = _split(layer, _NUMBERS)
    if not constants:
        return _combine(layer, "maximum", tensors)
    x = _combine(layer, "maximum", tensors, part="maximum")
    bounds = _bounds(layer, constants, x)
    if bounds is None:
        return layer.broadcast("maximum", layer.operands(_NUMBERS))
    low = max(bounds)
    return layer.emit("relu", [x]) if low == 0 else layer.emit("clip", [x], {"low": low})


def minimum(layer: Layer) -> Tensor:
    """Smallest of any number of inputs; one constant number is an upper bound."""
    tensors, constants = _split(layer, _NUMBERS)
    if not constants:
        return _combine(layer, "minimum", tensors)
    x = _combine(layer, "minimum", tensors, part="minimum")
    bounds = _bounds(layer, constants, x)
    if bounds is None:
        return layer.broadcast("minimum", layer.operands(_NUMBERS))
    return layer.emit("clip", [x], {"high": min(bounds)})


def _data(layer: Layer, i: int) -> Tensor:
    return layer.tensor(i, _NUMBERS, moved=True)


def _affine_side(layer: Layer) -> int | None:
    """Which of the two inputs is a constant that makes an affine layer of the other one."""
    k = next((i for i in (0, 1) if layer.is_constant(i)), None)
    return None if k is None or layer.enlarges(k, _data(layer, 1 - k)) else k


def _pair(layer: Layer, op: str) -> Tensor:
    a, b = layer.operands(_NUMBERS)
    if a.kind != b.kind:
        raise FileFormatError(f"its inputs have the element types {a.element} and {b.element}")
    return layer.broadcast(op, [a, b])


def _split(layer: Layer, accept: str) -> tuple[list[Tensor], list[int]]:
    """The tensors among the inputs, and the positions of the constants."""
    count = range(len(layer.inputs))
    constants = [i for i in count if layer.is_constant(i)]
    tensors = [layer.tensor(i, accept, moved=True) for i in count if i not in constants]
    if not tensors:
        raise layer.refuse("all inputs are constants")
    tensors = layer.aligned(tensors)
    if layer.opset < 8:
        first = 0 if tensors[0].batch is None else 1
        shapes = {layer.shape(x) for x in tensors} | {layer.array(i).shape[first:] for i in constants}
        if len(shapes) > 1:
            raise FileFormatError(f"opset {layer.opset} allows only inputs of equal shape here: {shapes}")
    return tensors, constants


def _combine(layer: Layer, op: str, tensors: list[Tensor], part: str = "") -> Tensor:
    """One layer over all tensors; for a single one the tensor itself (an identity if it is the result)."""
    if len(tensors) > 1:
        return layer.broadcast(op, tensors, part=part)
    return tensors[0] if part else layer.emit("identity", tensors)


def _sum_beside(layer: Layer, constants: list[int], x: Tensor) -> FloatArray:
    arrays = [layer.beside(i, x) for i in constants]
    return np.asarray(sum(arrays[1:], start=arrays[0]))


def _bounds(layer: Layer, constants: list[int], x: Tensor) -> list[float] | None:
    """One number for each of the constants, or None if one of them differs from element to element."""
    if any(layer.enlarges(i, x) for i in constants):
        return None
    arrays = [layer.beside(i, x) for i in constants]
    uniform = all(array.size and np.all(array == array.flat[0]) for array in arrays)
    return [float(array.flat[0]) for array in arrays] if uniform else None
