"""Exponential linear units: ``scale * x`` for positive x, else ``parameter * (exp(x) - 1)`` from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from isobit.functions import Function, known_at_zero, value_range
from isobit.ir import FloatArray
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise, Ranges
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, TABLE, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
"""Fixed point of the self-normalising map (Klambauer et al., arXiv:1706.02515)."""

ELU_TAIL = Function(
    "elu_tail",
    lambda a, parameter: parameter * np.expm1(-a),
    lambda mp, a, parameter: parameter * mp.exp(-a),
    lambda a, parameter: parameter * 0 if a == 0 or parameter == 0 else None,
    asymptote=lambda a, parameter: -parameter,
)

CELU_TAIL = Function(
    "celu_tail",
    lambda a, alpha: alpha * np.expm1(-a / alpha),
    lambda mp, a, alpha: alpha * mp.exp(-a / alpha),
    known_at_zero(0),
    asymptote=lambda a, alpha: -alpha,
)


class Elu(Elementwise):
    """``x if x > 0 else alpha * (exp(x) - 1)`` (Clevert et al., arXiv:1511.07289)."""

    name = "elu"
    attributes = declare({"alpha": Attribute(Kind.FLOAT, 1.0)})
    roles = (OUTPUT, TABLE)
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("Activation", "ParametrizedActivation", "ELU")
    tail: ClassVar[Function] = ELU_TAIL

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The result for negative x."""
        low, _ = sources["input"]
        return {"table": value_range(self.tail, layer.attrs["alpha"], (0.0, max(-low, 0.0)))}

    def lower(self, layer: LayerLowering) -> None:
        """One ``elu`` cell with the exact scale 1."""
        table = layer.table(TABLE, self.tail, layer.magnitude_format(), parameter=layer.attrs["alpha"])
        layer.emit("elu", constants=[layer.exact("scale", 1.0)], tables=[table])


class Celu(Elu):
    """``x if x > 0 else alpha * (exp(x / alpha) - 1)`` (Barron, arXiv:1704.07483).

    Alpha is positive: otherwise the result would not be continuous, or not defined.
    """

    name = "celu"
    attributes = declare({"alpha": Attribute(Kind.FLOAT, 1.0, above=0)})
    hls4ml_classes = ("Activation",)
    tail = CELU_TAIL


class Selu(Elementwise):
    """``lambda * elu(x, alpha)`` with the constants of arXiv:1706.02515; lambda has the role ``weight``."""

    name = "selu"
    roles = (OUTPUT, WEIGHT, TABLE)
    hls4ml_classes = ("Activation",)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The scale lambda."""
        return {"weight": np.array([SELU_SCALE])}

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """``lambda * alpha * (exp(x) - 1)`` for negative x."""
        low, _ = sources["input"]
        return {"table": value_range(ELU_TAIL, SELU_SCALE * SELU_ALPHA, (0.0, max(-low, 0.0)))}

    def lower(self, layer: LayerLowering) -> None:
        """One ``elu`` cell."""
        table = layer.table(TABLE, ELU_TAIL, layer.magnitude_format(), parameter=SELU_SCALE * SELU_ALPHA)
        layer.emit("elu", constants=[layer.scalar(WEIGHT, "scale", SELU_SCALE)], tables=[table])
