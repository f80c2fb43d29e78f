"""Exact functions of every element: abs, neg, sign, square, floor, ceil, round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from isobit.formats import Format
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class _Exact(Elementwise):
    """A cell without constants, exact up to the cast into the output format."""

    cell: ClassVar[str]
    hls4ml_classes = ("Activation",)

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        layer.emit(self.cell)


class Abs(_Exact):
    """The absolute value."""

    name = "abs"
    cell = "absolute"


class Neg(_Exact):
    """The number with the opposite sign."""

    name = "neg"
    cell = "negative"


class Sign(_Exact):
    """1, 0 or -1, in ``fixed<2,2>`` unless configured otherwise."""

    name = "sign"
    cell = "sign"

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``fixed<2,2>``."""
        return Format(2, 0)


class Square(_Exact):
    """The product with itself."""

    name = "square"
    cell = "square"


class Floor(_Exact):
    """The largest integer that is not larger."""

    name = "floor"
    cell = "floor"


class Ceil(_Exact):
    """The smallest integer that is not smaller."""

    name = "ceil"
    cell = "ceil"


class Round(_Exact):
    """The nearest integer, of two the even one (as in NumPy and ONNX)."""

    name = "round"
    cell = "round"
