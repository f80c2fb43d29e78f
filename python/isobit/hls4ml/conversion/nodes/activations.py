"""Activations, of which some have parameters and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from isobit.hls4ml.conversion.graph import NamedType
from isobit.hls4ml.conversion.nodes.base import ROUNDED_TABLE, TABLE, Node
from isobit.hls4ml.conversion.precision import Precision


class Activation(Node):
    """A function of each element."""

    default_types: ClassVar[Mapping[str, Precision]] = {"table_t": TABLE}
    default_attrs: ClassVar[Mapping[str, Any]] = {"table_size": 1024}

    def initialize(self) -> None:
        """The shape of the input."""
        self.show(self.source().shape)
        self.attrs.setdefault("n_in", self.source().size)


class ParametrizedActivation(Activation):
    """With one parameter for all elements."""

    def initialize(self) -> None:
        """The parameter's type."""
        super().initialize()
        self.types["param_t"] = self.named("param")


class PReLU(Activation):
    """With a parameter for each element."""

    def initialize(self) -> None:
        """The parameters."""
        super().initialize()
        self.add_weight("param", self.attrs["param_data"])


class HardActivation(Activation):
    """A line between two bounds; its constants have fixed types."""

    default_attrs: ClassVar[Mapping[str, Any]] = {**Activation.default_attrs, "slope": 0.2, "shift": 0.5}

    def initialize(self) -> None:
        """The types of the constants."""
        super().initialize()
        self.types["slope_t"] = NamedType(f"slope{self.index}_t", Precision(16, 0, False))
        self.types["shift_t"] = NamedType(f"shift{self.index}_t", Precision(2, 0, False))


class Softmax(Activation):
    """Of all elements, or of slices along an axis."""

    accumulates = True
    default_types: ClassVar[Mapping[str, Precision]] = {
        **Activation.default_types,
        "exp_table_t": ROUNDED_TABLE,
        "inv_table_t": ROUNDED_TABLE,
        "inv_inp_t": ROUNDED_TABLE,
    }
    default_attrs: ClassVar[Mapping[str, Any]] = {
        **Activation.default_attrs,
        "implementation": "stable",
        "skip": False,
        "n_outer": 1,
        "n_inner": 1,
    }
