"""Operators without effect in inference, which the default passes remove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from isobit.formats import Format
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Identity(Elementwise):
    """The input itself, in its own format."""

    name = "identity"

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of the input."""
        return formats[0]

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Indices stay what they are."""
        return {} if result is None else {0: result}

    def lower(self, layer: LayerLowering) -> None:
        """A cast into the same format (only where a pass kept the layer, as an output of the model)."""
        layer.emit("linear")


class Dropout(Identity):
    """Random zeros during training, nothing in inference (Srivastava et al. 2014)."""

    name = "dropout"
    attributes = declare({"rate": Attribute(Kind.FLOAT, 0.0)})

    def check_attrs(self, layer: Layer) -> None:
        """The rate is a probability below one."""
        if not 0 <= layer.attrs["rate"] < 1:
            raise layer.refuse(f"dropout rate {layer.attrs['rate']} is not in [0, 1)")
