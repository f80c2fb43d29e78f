"""Contractions in Einstein's notation, for one or two operands.

What only one of two operands has is summed first, and the rest is a product of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.errors import IsobitError
from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.matmul import contraction
from isobit.ops.reduce import windows_of_axes
from isobit.ops.roles import ACCUMULATOR, OUTPUT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_SPARE = "ZYXWVUTSRQPONMLKJIHGFEDCBA"
"""Letters that stand for the axes of an ellipsis."""


class Einsum(Op):
    """``numpy.einsum`` without the batch axis: letters for axes, an ellipsis for those in front."""

    name = "einsum"
    attributes = declare({"equation": Attribute(Kind.STR)})
    max_inputs: ClassVar[int | None] = 2
    roles = (OUTPUT, ACCUMULATOR)

    def shape(self, layer: Layer) -> Shape:
        """The lengths of the letters of the result."""
        terms = parse(layer)
        return tuple(terms.lengths[letter] for letter in terms.result)

    def lower(self, layer: LayerLowering) -> None:
        """Gathers and sums that make matrices of the operands, their product, and a gather."""
        terms = parse(layer)
        if len(terms.operands) == 1:
            self._sum(layer, terms)
            return
        (a, b), result, lengths = terms.operands, terms.result, terms.lengths
        both = [letter for letter in dict.fromkeys(a) if letter in b]
        pairs = [letter for letter in both if letter in result]
        inner = [letter for letter in both if letter not in result]
        left = [letter for letter in dict.fromkeys(a) if letter in result and letter not in b]
        right = [letter for letter in dict.fromkeys(b) if letter in result and letter not in a]
        matrices = [
            _matrix(layer, 0, a, [*pairs, *left, *inner], lengths),
            _matrix(layer, 1, b, [*pairs, *inner, *right], lengths),
        ]
        n_pairs, n, k, m = (
            math.prod(lengths[letter] for letter in letters) for letters in (pairs, left, inner, right)
        )
        ints = contraction(layer, (n_pairs, n, k), (n_pairs, k, m))
        formats = [layer.format(ACCUMULATOR)]
        made = [*pairs, *left, *right]
        if made == list(result):
            layer.emit("matmul", inputs=matrices, formats=formats, ints=ints)
            return
        product = layer.temporary(size(layer.shape), layer.tensor_format(layer.output))
        layer.emit("matmul", inputs=matrices, output=product, formats=formats, ints=ints)
        layer.gather(_places(made, result, lengths).ravel(), inputs=[product])

    def _sum(self, layer: LayerLowering, terms: Terms) -> None:
        (operand,) = terms.operands
        summed = [letter for letter in dict.fromkeys(operand) if letter not in terms.result]
        letters = [*terms.result, *summed]
        elements = layer.moved(layer.inputs[0], _places(list(operand), letters, terms.lengths).ravel())
        shape = tuple(terms.lengths[letter] for letter in letters)
        axes = tuple(range(len(terms.result), len(letters)))
        total = layer.temporary(size(layer.shape), _sum_format(layer, elements, summed, terms.lengths))
        layer.emit("reduce_sum", inputs=[elements], output=total, ints=windows_of_axes(shape, axes))
        constants = [layer.exact("one", 1.0), layer.zeros(1)]
        layer.emit("affine", inputs=[total], constants=constants, formats=[layer.format(ACCUMULATOR)])


@dataclass(frozen=True)
class Terms:
    """An equation: the letters of every operand and of the result, and the length of each letter."""

    operands: tuple[str, ...]
    result: str
    lengths: Mapping[str, int]


def parse(layer: Layer) -> Terms:
    """The terms of the layer's equation.

    Raises
    ------
    GraphError
        For what is not an equation, does not fit the operands, or would broadcast an axis of length 1.
    """
    equation, shapes = layer.attrs["equation"], layer.input_shapes

    def refuse(why: str) -> IsobitError:
        operands = " and ".join(map(str, shapes))
        return layer.refuse(f"equation {equation!r} for the shapes {operands}: {why}")

    given, arrow, result = equation.replace(" ", "").partition("->")
    operands = given.split(",")
    if len(operands) != len(shapes):
        raise refuse(f"it has {len(operands)} operand(s)")
    hidden = {
        len(shape) - len(operand.replace("...", ""))
        for operand, shape in zip(operands, shapes, strict=True)
        if "..." in operand
    }
    if len(hidden) > 1 or min(hidden, default=0) < 0:
        raise refuse("the ellipsis must stand for the same axes in every operand")
    ellipsis = _SPARE[: hidden.pop()] if hidden else ""
    if not arrow:
        letters = sorted(set(given) - set(",."))
        result = ("..." if "..." in given else "") + "".join(x for x in letters if given.count(x) == 1)
    operands = [operand.replace("...", ellipsis) for operand in operands]
    result = result.replace("...", ellipsis)
    lengths: dict[str, int] = {}
    for operand, shape in zip(operands, shapes, strict=True):
        if not all(letter.isalpha() for letter in operand) or len(operand) != len(shape):
            raise refuse(f"{operand!r} is not a letter for each axis of {shape}")
        for letter, n in zip(operand, shape, strict=True):
            if lengths.setdefault(letter, n) != n:
                raise refuse(f"the axes {letter!r} have the lengths {lengths[letter]} and {n}")
    if len(set(result)) != len(result) or not set(result) <= set(lengths):
        raise refuse("the result must have every letter once, and only letters of the operands")
    return Terms(tuple(operands), result, lengths)


def _places(have: Sequence[str], want: Sequence[str], lengths: Mapping[str, int]) -> Any:
    """Which element of a tensor is where the letters are wanted; of repeated letters the diagonal."""
    elements = np.arange(math.prod(lengths[letter] for letter in have))
    elements = elements.reshape([lengths[letter] for letter in have])
    numbers = {letter: i for i, letter in enumerate(dict.fromkeys([*have, *want]))}
    return np.einsum(elements, [numbers[letter] for letter in have], [numbers[letter] for letter in want])


def _matrix(
    layer: LayerLowering, number: int, operand: str, letters: list[str], lengths: Mapping[str, int]
) -> int:
    """An operand with its letters in this order; those that are missing are summed first, exactly."""
    summed = [letter for letter in dict.fromkeys(operand) if letter not in letters]
    elements = layer.moved(layer.inputs[number], _places(operand, [*letters, *summed], lengths).ravel())
    if not summed:
        return elements
    shape = tuple(lengths[letter] for letter in [*letters, *summed])
    total = layer.temporary(size(shape[: len(letters)]), _sum_format(layer, elements, summed, lengths))
    axes = tuple(range(len(letters), len(shape)))
    layer.emit("reduce_sum", inputs=[elements], output=total, ints=windows_of_axes(shape, axes))
    return total


def _sum_format(
    layer: LayerLowering, tensor: int, summed: Sequence[str], lengths: Mapping[str, int]
) -> Format:
    fmt = layer.tensor_format(tensor)
    count = math.prod(lengths[letter] for letter in summed)
    return Format(fmt.width + (count - 1).bit_length(), fmt.frac, fmt.signed)
