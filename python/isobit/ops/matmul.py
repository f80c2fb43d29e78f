"""The product of two matrices that both depend on the data, as NumPy has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.ir import Shape
from isobit.ops.attributes import declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.roles import ACCUMULATOR, OUTPUT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Matmul(Op):
    """``a @ b`` for (..., n, k) and (..., k, m); leading axes broadcast, and vectors count as matrices."""

    name = "matmul"
    attributes = declare({})
    min_inputs = 2
    max_inputs: ClassVar[int | None] = 2
    roles = (OUTPUT, ACCUMULATOR)

    def shape(self, layer: Layer) -> Shape:
        """That of ``numpy.matmul``."""
        a, b = layer.input_shapes
        if not a or not b:
            raise layer.refuse(f"operands of the shapes {a} and {b} both need an axis")
        left, right = matrices(a, b)
        leading = leading_axes(layer, left, right)
        return (*leading, *(a[-2:-1]), *(b[-1:] if len(b) > 1 else ()))

    def lower(self, layer: LayerLowering) -> None:
        """One ``matmul`` cell, which finds the matrices where they lie."""
        left, right = matrices(*layer.input_shapes)
        layer.emit("matmul", formats=[layer.format(ACCUMULATOR)], ints=contraction(layer, left, right))


def matrices(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    """The shapes of two operands, vectors made matrices of one row or one column."""
    return (a if len(a) > 1 else (1, *a)), (b if len(b) > 1 else (*b, 1))


def leading_axes(layer: Layer, left: Shape, right: Shape) -> Shape:
    """The broadcast shape of the axes before the matrices; checks that these fit."""
    try:
        leading = np.broadcast_shapes(left[:-2], right[:-2])
    except ValueError:
        leading = None
    if leading is None or left[-1] != right[-2]:
        raise layer.refuse(f"matrices of the shapes {left} and {right} cannot be multiplied")
    return tuple(int(n) for n in leading)


def contraction(layer: Layer, left: Shape, right: Shape) -> list[int]:
    """What the schedule ``contraction`` takes for operands of at least two axes."""
    leading = leading_axes(layer, left, right)
    n, k, m = left[-2], left[-1], right[-1]

    def begins(shape: Shape) -> Any:
        numbers = np.arange(size(shape[:-2])).reshape(shape[:-2])
        return np.broadcast_to(numbers, leading).ravel() * (shape[-2] * shape[-1])

    pairs = np.stack([begins(left), begins(right)], axis=-1)
    return [len(pairs), n, k, m, *pairs.ravel().tolist()]
