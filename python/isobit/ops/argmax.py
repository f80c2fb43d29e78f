"""The index of the largest or smallest element along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Argmax(Op):
    """Indices as unsigned integers, with as many bits as the axis needs; ``last`` of several equal ones."""

    name = "argmax"
    attributes = declare(
        {
            "axis": Attribute(Kind.INT, None),
            "keepdims": Attribute(Kind.BOOL, False),
            "last": Attribute(Kind.BOOL, False),
        }
    )

    def shape(self, layer: Layer) -> Shape:
        """The input's shape without the axis (or with length 1 there)."""
        kept = (1,) if layer.attrs["keepdims"] else ()
        return layer.replaced(layer.axis(), *kept)

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``ufixed<b,b>``, with b bits for the largest index."""
        return index_format(layer.input_shape[layer.axis()])

    def lower(self, layer: LayerLowering) -> None:
        """One cell, after a gather when the axis is not the last."""
        source = layer.input_shape
        axis = layer.axis()
        cell = f"{self.name}_last" if layer.attrs["last"] else self.name
        layer.emit_over_axis(cell, axis, source, ints=[size(source) // source[axis], source[axis]])


class Argmin(Argmax):
    """The same for the smallest element."""

    name = "argmin"


def index_format(count: int) -> Format:
    """The unsigned integers below ``count``."""
    return Format(max((count - 1).bit_length(), 1), 0, signed=False)
