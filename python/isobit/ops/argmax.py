"""The index of the largest or smallest element along one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isobit.formats import Format
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, axis_of, size

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

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The input's shape without the axis (or with length 1 there)."""
        axis = axis_of(layer, attrs, inputs[0])
        return (*inputs[0][:axis], *((1,) if attrs["keepdims"] else ()), *inputs[0][axis + 1 :])

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """``ufixed<b,b>``, with b bits for the largest index."""
        return index_format(shapes[0][axis_of(node.name, node.attrs, shapes[0])])

    def lower(self, layer: LayerLowering) -> None:
        """One cell, after a gather when the axis is not the last."""
        source = layer.input_shapes[0]
        axis = axis_of(layer.node.name, layer.node.attrs, source)
        cell = f"{self.name}_last" if layer.node.attrs["last"] else self.name
        layer.emit_over_axis(cell, axis, source, ints=[size(source) // source[axis], source[axis]])


class Argmin(Argmax):
    """The same for the smallest element."""

    name = "argmin"


def index_format(count: int) -> Format:
    """The unsigned integers below ``count``."""
    return Format(max((count - 1).bit_length(), 1), 0, signed=False)
