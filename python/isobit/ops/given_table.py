"""Activations read from tables whose contents and addresses are given, such as those of existing firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.errors import ConfigError, FormatError
from isobit.formats import Format
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, ENTRIES, OUTPUT, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_ADDRESSING = {
    "index": Attribute(Kind.STR),
    "function": Attribute(Kind.STR, "given"),
    "parameter": Attribute(Kind.FLOAT, 0.0),
}


class GivenTable(Elementwise):
    """``entries[cast(x, index)]``: one entry for every raw of the format ``index``, in ascending order.

    ``function`` names what the unquantized model computes (sigmoid, tanh, ...), with its ``parameter``;
    ``given`` is none, and gives NaN there.
    """

    name = "given_table"
    cell: ClassVar[str] = "lookup"
    attributes = declare(_ADDRESSING)
    constants = declare({"entries": Constant("array of one number for each address")})
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, ENTRIES)

    def check_attrs(self, layer: Layer) -> None:
        """The index is a format of as many raws as there are entries."""
        try:
            index = Format.parse(layer.attrs["index"])
        except FormatError as error:
            raise layer.refuse(f"attribute index: {error}") from None
        count = index.max_raw - index.min_raw + 1
        if "entries" in layer.constants and layer.constants["entries"].shape != (count,):
            raise layer.refuse(
                f"entries must have shape ({count},), one for every raw of the index {index}, not "
                f"{layer.constants['entries'].shape}"
            )

    def constant_values(self, layer: Layer) -> dict[str, Any]:
        """The entries."""
        return {"entries": layer.constants["entries"]}

    def scale(self, layer: LayerLowering) -> list[dict[str, Any]]:
        """Constants of the cell."""
        return []

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        index = Format.parse(layer.attrs["index"])
        if layer.quantized and layer.role_format(ENTRIES).is_pm1:
            raise layer.refuse("a table cannot have the format pm1; give 'entries' another one", ConfigError)
        attrs = layer.attrs
        table = layer.given_table(
            "entries", layer.constants["entries"], index, attrs["function"], attrs["parameter"]
        )
        layer.emit(self.cell, constants=self.scale(layer), tables=[table])


class GivenTableElu(GivenTable):
    """``scale * x`` where x > 0, else ``entries[cast(|x|, index)]``: elu and selu.

    The scale is part of the definition and kept exactly where 16 bits can.
    """

    name = "given_table_elu"
    cell = "elu"
    attributes = declare({**_ADDRESSING, "scale": Attribute(Kind.FLOAT, 1.0)})
    roles = (OUTPUT, ENTRIES, BOUND)

    def constant_values(self, layer: Layer) -> dict[str, Any]:
        """Entries and scale."""
        return {"entries": layer.constants["entries"], "weight": np.array([layer.attrs["scale"]])}

    def scale(self, layer: LayerLowering) -> list[dict[str, Any]]:
        """The scale."""
        return [layer.scalar(BOUND, "scale", layer.attrs["scale"])]
