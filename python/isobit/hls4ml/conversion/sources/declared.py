"""Layers as a converter of hls4ml lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isobit.errors import UnsupportedError


@dataclass
class Declared:
    """One layer.

    Parameters
    ----------
    kind : str
        A class of the graph, such as ``Dense``.
    name : str
    attrs : mapping
        What the layer is made of.
    inputs : list of str
        Outputs of earlier layers.
    outputs : list of str, optional
        By default one, with the layer's name.
    """

    kind: str
    name: str
    attrs: Mapping[str, Any]
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] | None = None


@dataclass
class Declarations:
    """All layers of a model, in hls4ml's order, and the outputs of layers at its ports."""

    layers: list[Declared]
    inputs: list[str]
    outputs: list[str]


def refuse(layer: str, class_name: str, text: str) -> UnsupportedError:
    """An error about a layer that hls4ml converts wrongly, or not at all."""
    return UnsupportedError(f"layer {layer!r} ({class_name}): {text} (profile 'hls4ml')")
