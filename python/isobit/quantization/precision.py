"""The complete choice of formats for a model: what configurations and calibration are resolved into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isobit.formats import Format


@dataclass(frozen=True)
class LayerPrecision:
    """Formats of one layer.

    Parameters
    ----------
    formats : mapping of role to Format
        Every role of the operator; None for an accumulator that is exact.
    table_size : int, optional
        Largest number of entries of the layer's tables, for layers that have tables.
    hardware : mapping
        ``reuse_factor`` and ``strategy`` for HLS; they do not change any number.
    """

    formats: Mapping[str, Format | None]
    table_size: int | None = None
    hardware: Mapping[str, Any] = field(default_factory=dict)

    def of(self, role: str) -> Format:
        """The format of a role that is not an exact accumulator."""
        fmt = self.formats[role]
        if fmt is None:
            raise KeyError(role)
        return fmt


@dataclass(frozen=True)
class Precision:
    """Formats of every input and layer of a graph."""

    inputs: Mapping[str, Format]
    layers: Mapping[str, LayerPrecision]

    def tensor(self, name: str) -> Format:
        """The format of an input or of a layer's result."""
        return self.inputs[name] if name in self.inputs else self.layers[name].of("output")

    def config(self) -> dict[str, Any]:
        """The same choice as plain strings and numbers, which ``Model.quantize`` accepts."""
        plain: dict[str, Any] = {name: {"output": str(fmt)} for name, fmt in self.inputs.items()}
        for name, layer in self.layers.items():
            entry: dict[str, Any] = {
                role: "exact" if fmt is None else str(fmt) for role, fmt in layer.formats.items()
            }
            if layer.table_size is not None:
                entry["table_size"] = layer.table_size
            entry.update(layer.hardware)
            plain[name] = entry
        return plain
