"""Running sums along one axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, axis_of, size

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Cumsum(Op):
    """Sum i is that of the elements up to i, without it if ``exclusive``; ``reverse`` begins at the end."""

    name = "cumsum"
    attributes = declare(
        {
            "axis": Attribute(Kind.INT, None),
            "exclusive": Attribute(Kind.BOOL, False),
            "reverse": Attribute(Kind.BOOL, False),
        }
    )

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The shape of the input."""
        axis_of(layer, attrs, inputs[0])
        return inputs[0]

    def lower(self, layer: LayerLowering) -> None:
        """One cell over rows."""
        attrs, shape = layer.node.attrs, layer.node.shape
        axis = axis_of(layer.node.name, attrs, shape)
        order = np.moveaxis(np.arange(size(shape)).reshape(shape), axis, -1)
        if attrs["reverse"]:
            order = order[..., ::-1]
        cell = "cumsum_exclusive" if attrs["exclusive"] else "cumsum"
        layer.emit_over_rows(cell, order.ravel(), ints=[size(shape) // shape[axis], shape[axis]])
