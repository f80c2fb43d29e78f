"""Division: the first input times the reciprocal of the second, which comes from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from isobit.ops.base import Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.merge import Merge
from isobit.ops.roles import OUTPUT, RECIPROCAL_TABLE, Role, RoleKind
from isobit.ops.softmax import RECIPROCAL

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

RECIPROCALS = Role("reciprocal", RoleKind.DATA)


class Divide(Merge):
    """``a * reciprocal``, where ``reciprocal = T[b]`` has a format of its own; 1/0 is the largest entry."""

    name = "divide"
    max_inputs: ClassVar[int | None] = 2
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, RECIPROCALS, RECIPROCAL_TABLE)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """What the reciprocals of the data need."""
        return {"reciprocal_table": sources["reciprocal"]}

    def lower(self, layer: LayerLowering) -> None:
        """A look-up of the second input as it comes, then a product."""
        count = size(layer.input_shapes[1])
        inverse = layer.internal(RECIPROCALS, count)
        table = layer.table(RECIPROCAL_TABLE, RECIPROCAL, layer.input_format(1))
        layer.emit("lookup", inputs=[layer.inputs[1]], output=inverse, tables=[table])
        layer.emit("multiply", inputs=layer.broadcast([layer.inputs[0], inverse]))
