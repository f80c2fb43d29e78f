"""Recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from isobit.hls4ml.conversion.nodes.base import TABLE, Node
from isobit.hls4ml.conversion.precision import Precision

WEIGHTS = ("weight", "recurrent_weight", "bias", "recurrent_bias")


class Recurrent(Node):
    """What LSTM and GRU have in common."""

    accumulates = True
    default_types: ClassVar[Mapping[str, Precision]] = {"table_t": TABLE}
    default_attrs: ClassVar[Mapping[str, Any]] = {"table_size": 1024, "static": True}

    def initialize(self) -> None:
        """Weights, and a recurrent bias of zeros where Keras has none."""
        attrs = self.attrs
        steps = (attrs["n_timesteps"],) if attrs["return_sequences"] else ()
        self.show((*steps, attrs["n_out"]))
        for name in WEIGHTS:
            self.add_weight(name, _data(attrs, "", name))


class LSTM(Recurrent):
    """Long short-term memory."""


class GRU(Recurrent):
    """Gated recurrent unit."""


class Bidirectional(Node):
    """Two recurrent layers in opposite directions."""

    accumulates = True
    default_types: ClassVar[Mapping[str, Precision]] = {"table_t": TABLE}
    default_attrs: ClassVar[Mapping[str, Any]] = {"table_size": 1024, "static": True}

    def initialize(self) -> None:
        """The weights of both."""
        attrs = self.attrs
        steps = (attrs["n_timesteps"],) if attrs["return_sequences"] else ()
        self.show((*steps, attrs["n_out"]))
        for way in ("forward_", "backward_"):
            for name in WEIGHTS:
                self.add_weight(way + name, _data(attrs, way, name))


def _data(attrs: dict[str, np.ndarray], way: str, name: str) -> np.ndarray:
    data = attrs.get(f"{way}{name}_data")
    if data is None and name == "recurrent_bias":
        return np.zeros(attrs[f"{way}recurrent_weight_data"].shape[1])
    return attrs[f"{way}{name}_data"] if data is None else data
