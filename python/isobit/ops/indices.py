"""What integer inputs select: one-hot vectors and the rows of an embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.backends.program import EXACT
from isobit.errors import GraphError
from isobit.formats import Format
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.roles import OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_BIT = Format(1, 0, signed=False)


class OneHot(Op):
    """1 at the place that the input tells along a new axis of length ``depth``, else 0.

    ``axis`` is that of the result, the last by default. A number that is no place gives zeros.
    """

    name = "one_hot"
    attributes = declare({"depth": Attribute(Kind.INT), "axis": Attribute(Kind.INT, None)})

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The input's, with one axis more."""
        axis = _new_axis(attrs, inputs[0])
        if attrs["depth"] < 1 or not 0 <= axis <= len(inputs[0]):
            raise GraphError(
                f"layer {layer!r}: depth {attrs['depth']} and axis {axis} do not fit the shape {inputs[0]}; "
                "depth is positive, and axes are counted from 0 without the batch axis"
            )
        return (*inputs[0][:axis], attrs["depth"], *inputs[0][axis:])

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """``ufixed<1,1>``."""
        return _BIT

    def lower(self, layer: LayerLowering) -> None:
        """Comparisons with 0, 1, ... depth - 1."""
        axis = _new_axis(layer.node.attrs, layer.input_shapes[0])
        emit_one_hot(layer, layer.output, layer.node.shape, axis)


class Embedding(Op):
    """Row i of the constant ``weight`` (n, d) for every integer i of the input.

    It is computed as a one-hot vector times the weight. ``predict`` refuses integers outside of 0 to n - 1
    where they are an input of the model; elsewhere they give zeros.
    """

    name = "embedding"
    constants = declare({"weight": Constant("matrix of shape (n, d)")})
    roles = (OUTPUT, WEIGHT)

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The input's, with the axis d behind."""
        if constants["weight"].ndim != 2:
            raise GraphError(
                f"layer {layer!r}: weight must have shape (n, d), not {constants['weight'].shape}"
            )
        return (*inputs[0], int(constants["weight"].shape[1]))

    def constant_values(self, node: Node, shapes: Sequence[Shape]) -> dict[str, FloatArray]:
        """The weight."""
        return {"weight": node.constants["weight"]}

    def index_ranges(self, node: Node, shapes: Sequence[Shape], result: int | None) -> dict[int, int]:
        """The input counts rows of the weight."""
        return {0: int(node.constants["weight"].shape[0])}

    def lower(self, layer: LayerLowering) -> None:
        """Comparisons, then a ``dense`` cell whose sums have one term."""
        count, length = layer.node.constants["weight"].shape
        source = layer.input_shapes[0]
        hot = layer.temporary(size(source) * count, _BIT)
        emit_one_hot(layer, hot, (*source, count), len(source))
        layer.emit(
            "dense",
            inputs=[hot],
            formats=[EXACT],
            constants=[layer.constant(WEIGHT, "weight", layer.node.constants["weight"]), layer.zeros(length)],
            ints=[size(source), count, length],
        )


def emit_one_hot(layer: LayerLowering, output: int, shape: Shape, axis: int) -> None:
    """Whether the first input equals the position along an axis of a shape."""
    source = layer.input_shapes[0]
    elements = np.expand_dims(np.arange(size(source)).reshape(source), axis)
    repeated = layer.moved(layer.inputs[0], np.broadcast_to(elements, shape).ravel())
    depth = shape[axis]
    positions = layer.positions(depth)
    numbers = layer.temporary(depth, layer.constant_format(positions))
    layer.emit("constant", inputs=[], output=numbers, constants=[positions])
    along = np.arange(depth).reshape(-1, *[1] * (len(shape) - axis - 1))
    layer.emit(
        "equal",
        inputs=[repeated, layer.moved(numbers, np.broadcast_to(along, shape).ravel())],
        output=output,
    )


def _new_axis(attrs: Mapping[str, Any], shape: Shape) -> int:
    return len(shape) if attrs["axis"] is None else int(attrs["axis"])
