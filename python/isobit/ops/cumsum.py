"""Running sums along one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import AlongAxis, size

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Cumsum(AlongAxis):
    """Sum i is that of the elements up to i, without it if ``exclusive``; ``reverse`` begins at the end."""

    name = "cumsum"
    attributes = declare(
        {
            **AlongAxis.attributes,
            "exclusive": Attribute(Kind.BOOL, False),
            "reverse": Attribute(Kind.BOOL, False),
        }
    )

    def lower(self, layer: LayerLowering) -> None:
        """One cell over rows."""
        attrs, shape = layer.attrs, layer.shape
        axis = layer.axis()
        order = np.moveaxis(np.arange(size(shape)).reshape(shape), axis, -1)
        if attrs["reverse"]:
            order = order[..., ::-1]
        cell = "cumsum_exclusive" if attrs["exclusive"] else "cumsum"
        layer.emit_over_rows(cell, order.ravel(), ints=[size(shape) // shape[axis], shape[axis]])
