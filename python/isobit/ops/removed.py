"""Operators without effect in inference, which the default passes remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isobit.errors import GraphError
from isobit.formats import Format
from isobit.ir import Node, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Identity(Elementwise):
    """The input itself, in its own format."""

    name = "identity"

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """The format of the input."""
        return inputs[0]

    def index_ranges(self, node: Node, shapes: Sequence[Shape], result: int | None) -> dict[int, int]:
        """Indices stay what they are."""
        return {} if result is None else {0: result}

    def lower(self, layer: LayerLowering) -> None:
        """A cast into the same format (only where a pass kept the layer, as an output of the model)."""
        layer.emit("linear")


class Dropout(Identity):
    """Random zeros during training, nothing in inference (Srivastava et al. 2014)."""

    name = "dropout"
    attributes = declare({"rate": Attribute(Kind.FLOAT, 0.0)})

    def check_attrs(self, layer: str, attrs: Mapping[str, Any]) -> None:
        """The rate is a probability below one."""
        if not 0 <= attrs["rate"] < 1:
            raise GraphError(f"layer {layer!r}: dropout rate {attrs['rate']} is not in [0, 1)")
