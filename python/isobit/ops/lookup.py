"""Activations read from one table: sigmoid, tanh, softsign, exp.

The table has the role ``table``; ``table_size`` limits its number of entries (see :mod:`isobit.tables`).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from isobit.functions import Function, known_at_zero, value_range
from isobit.ops.base import Elementwise, Ranges
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, TABLE

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

SIGMOID = Function(
    "sigmoid",
    lambda x, _: np.exp(np.minimum(x, 0.0)) / (1.0 + np.exp(-np.abs(x))),
    lambda mp, x, _: -1 / (1 + mp.exp(x)) if x > 0 else 1 / (1 + mp.exp(-x)),
    lambda x, _: None if x else (x + 1) / 2,
    asymptote=lambda x, _: Fraction(x > 0),
)
TANH = Function(
    "tanh",
    lambda x, _: np.tanh(x),
    lambda mp, x, _: -mp.sign(x) * 2 / (1 + mp.exp(2 * abs(x))),
    known_at_zero(0),
    asymptote=lambda x, _: Fraction((x > 0) - (x < 0)),
)
SOFTSIGN = Function(
    "softsign",
    lambda x, _: x / (1.0 + np.abs(x)),
    lambda mp, x, _: x / (1 + abs(x)),  # never needed: the value is rational
    lambda x, _: x / (1 + abs(x)),
)
EXP = Function("exp", lambda x, _: np.exp(x), lambda mp, x, _: mp.exp(x), known_at_zero(1))


class Lookup(Elementwise):
    """``table[cast(x, index)]``."""

    function: ClassVar[Function]
    roles = (OUTPUT, TABLE)
    hls4ml_classes = ("Activation",)

    def parameter(self, layer: Layer) -> float:
        """Of the function."""
        return 0.0

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The function between the ends of the input; what the result needs where that is infinite."""
        low, high = value_range(self.function, self.parameter(layer), sources["input"])
        if self.function.poles or not (math.isfinite(low) and math.isfinite(high)):
            low, high = sources["output"]
        return {"table": (low, high)}

    def lower(self, layer: LayerLowering) -> None:
        """One ``lookup`` cell; addresses are not negative where the function is not defined there."""
        source = layer.input_format() if self.function.domain[0] < 0 else layer.positive_format()
        table = layer.table(TABLE, self.function, source, parameter=self.parameter(layer))
        layer.emit("lookup", tables=[table])


class Sigmoid(Lookup):
    """``1 / (1 + exp(-x))``."""

    name = "sigmoid"
    function = SIGMOID


class Tanh(Lookup):
    """The hyperbolic tangent."""

    name = "tanh"
    function = TANH


class Softsign(Lookup):
    """``x / (1 + |x|)``."""

    name = "softsign"
    function = SOFTSIGN


class Exp(Lookup):
    """``exp(x)``."""

    name = "exp"
    function = EXP

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """No more than the result needs: one input that never occurs would take all bits."""
        low, high = super().table_range(layer, sources)["table"]
        least, most = sources["output"]
        return {"table": (max(low, min(least, high)), min(high, max(most, low)))}
