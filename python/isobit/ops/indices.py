"""What integer inputs select: one-hot vectors and the rows of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from isobit.backends.program import EXACT
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_BIT = Format(1, 0, signed=False)


class OneHot(Op):
    """1 at the place that the input tells along a new axis of length ``depth``, else 0.

    ``axis`` is that of the result, the last by default. A number that is no place gives zeros.
    """

    name = "one_hot"
    attributes = declare({"depth": Attribute(Kind.INT, least=1), "axis": Attribute(Kind.INT, None)})

    def shape(self, layer: Layer) -> Shape:
        """The input's, with one axis more."""
        axis = _new_axis(layer)
        if not 0 <= axis <= len(layer.input_shape):
            raise layer.refuse(
                f"depth {layer.attrs['depth']} and axis {axis} do not fit the shape {layer.input_shape}; "
                "depth is positive, and axes are counted from 0 without the batch axis"
            )
        return (*layer.input_shape[:axis], layer.attrs["depth"], *layer.input_shape[axis:])

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``ufixed<1,1>``."""
        return _BIT

    def lower(self, layer: LayerLowering) -> None:
        """Comparisons with 0, 1, ... depth - 1."""
        axis = _new_axis(layer)
        emit_one_hot(layer, layer.output, layer.shape, axis)


class Embedding(Op):
    """Row i of the constant ``weight`` (n, d) for every integer i of the input.

    It is computed as a one-hot vector times the weight. ``predict`` refuses integers outside of 0 to n - 1
    where they are an input of the model; elsewhere they give zeros.
    """

    name = "embedding"
    constants = declare({"weight": Constant("matrix of shape (n, d)")})
    roles = (OUTPUT, WEIGHT)

    def shape(self, layer: Layer) -> Shape:
        """The input's, with the axis d behind."""
        _, length = layer.dimensions("weight", layer.constants["weight"].shape, "n", "d")
        return (*layer.input_shape, length)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The weight."""
        return {"weight": layer.constants["weight"]}

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """The input counts rows of the weight."""
        return {0: int(layer.constants["weight"].shape[0])}

    def lower(self, layer: LayerLowering) -> None:
        """Comparisons, then a ``dense`` cell whose sums have one term."""
        count, length = layer.constants["weight"].shape
        source = layer.input_shape
        hot = layer.temporary(size(source) * count, _BIT)
        emit_one_hot(layer, hot, (*source, count), len(source))
        layer.emit(
            "dense",
            inputs=[hot],
            formats=[EXACT],
            constants=[layer.constant(WEIGHT, "weight", layer.constants["weight"]), layer.zeros(length)],
            ints=[size(source), count, length],
        )


def emit_one_hot(layer: LayerLowering, output: int, shape: Shape, axis: int) -> None:
    """Whether the first input equals the position along an axis of a shape."""
    source = layer.input_shape
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


def _new_axis(layer: Layer) -> int:
    axis = layer.attrs["axis"]
    return len(layer.input_shape) if axis is None else int(axis)
