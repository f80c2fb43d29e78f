"""The index of the largest element along one axis; the first of several equal ones, as in NumPy."""

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
    """Indices as unsigned integers, with as many bits as the axis needs."""

    name = "argmax"
    attributes = declare({"axis": Attribute(Kind.INT, None), "keepdims": Attribute(Kind.BOOL, False)})

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
        bits = (shapes[0][axis_of(node.name, node.attrs, shapes[0])] - 1).bit_length()
        return Format(max(bits, 1), 0, signed=False)

    def lower(self, layer: LayerLowering) -> None:
        """One ``argmax`` cell, after a gather when the axis is not the last."""
        source = layer.input_shapes[0]
        axis = axis_of(layer.node.name, layer.node.attrs, source)
        layer.emit_over_axis(self.name, axis, source, ints=[size(source) // source[axis], source[axis]])
