"""Arithmetic between layers: add, subtract, multiply, average, maximum, minimum (NumPy broadcasting)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.base import Op
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, OUTPUT, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Merge(Op):
    """An exact combination of its inputs, then one cast; the cell has the operator's name."""

    min_inputs = 2
    max_inputs: ClassVar[int | None] = None
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("Merge",)

    def shape(self, layer: Layer) -> Shape:
        """The common shape of the inputs."""
        try:
            return tuple(int(n) for n in np.broadcast_shapes(*layer.input_shapes))
        except ValueError:
            shapes = ", ".join(map(str, layer.input_shapes))
            raise layer.refuse(f"the input shapes {shapes} do not broadcast") from None

    def lower(self, layer: LayerLowering) -> None:
        """One cell, after the inputs have been brought to one shape."""
        layer.emit(self.name, inputs=layer.broadcast_inputs())


class Add(Merge):
    """The sum of all inputs."""

    name = "add"
    hls4ml_classes = ("Merge", "Add")


class Subtract(Merge):
    """The first input minus the second."""

    name = "subtract"
    max_inputs = 2
    hls4ml_classes = ("Merge", "Subtract")


class Multiply(Merge):
    """The product of all inputs."""

    name = "multiply"
    hls4ml_classes = ("Merge", "Multiply")


class Maximum(Merge):
    """The largest of the inputs."""

    name = "maximum"
    hls4ml_classes = ("Merge", "Maximum")


class Minimum(Merge):
    """The smallest of the inputs."""

    name = "minimum"
    hls4ml_classes = ("Merge", "Minimum")


class Average(Merge):
    """The sum of the n inputs times the constant 1/n, which has the role ``weight``.

    For n a power of two the factor is exact; otherwise, or when the role is configured, it has that format.
    """

    name = "average"
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, BOUND)
    hls4ml_classes = ("Merge", "Average")

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The factor 1/n."""
        return {"weight": np.array([1.0 / len(layer.input_shapes)])}

    def lower(self, layer: LayerLowering) -> None:
        """One ``average`` cell."""
        factor = layer.scalar(BOUND, "factor", 1.0 / len(layer.inputs))
        layer.emit("average", inputs=layer.broadcast_inputs(), constants=[factor])
