"""A tensor that does not depend on the data: an initial state, a grid of positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Constant as Trained
from isobit.ops.attributes import declare
from isobit.ops.base import Op
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Constant(Op):
    """The trained array ``value`` for every sample."""

    name = "constant"
    constants = declare({"value": Trained("array of the layer's shape")})
    min_inputs = 0
    max_inputs: ClassVar[int | None] = 0
    roles = (OUTPUT, WEIGHT)

    def shape(self, layer: Layer) -> Shape:
        """The shape of ``value``."""
        return tuple(int(n) for n in layer.constants["value"].shape)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The value."""
        return {"weight": layer.constants["value"]}

    def lower(self, layer: LayerLowering) -> None:
        """One ``constant`` cell."""
        layer.emit("constant", constants=[layer.constant(WEIGHT, "value", layer.constants["value"])])
