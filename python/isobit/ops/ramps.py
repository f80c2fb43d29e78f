"""Activations that approach a ramp in other ways than softplus does: mish and log-sigmoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.functions import Function, known_at_zero, value_range
from isobit.ir import FloatArray
from isobit.ops.base import Elementwise, Ranges
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, TABLE

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


def _mish_tail(x: FloatArray) -> FloatArray:
    e = np.exp(-np.abs(x))
    return np.where(
        x < 0, x * e * (e + 2.0) / (e * e + 2.0 * e + 2.0), -2.0 * x * e * e / (1.0 + 2.0 * e + 2.0 * e * e)
    )


MISH_TAIL = Function(
    "mish_tail",
    lambda x, _: _mish_tail(x),
    lambda mp, x, _: (
        x * mp.tanh(mp.log1p(mp.exp(x))) if x < 0 else -2 * x / (mp.exp(2 * x) + 2 * mp.exp(x) + 2)
    ),
    known_at_zero(0),
    turning=(1.192431214515495, 0.7957685935553449),  # zeros of the derivative, found numerically
)
LOGSIGMOID_TAIL = Function(
    "logsigmoid_tail",
    lambda a, _: -np.log1p(np.exp(-a)),
    lambda mp, a, _: -mp.log1p(mp.exp(-a)),
    lambda a, _: None,
)


class Mish(Elementwise):
    """``x * tanh(log(1 + exp(x)))`` (Misra, arXiv:1908.08681), as ``max(x, 0)`` and a table of the rest."""

    name = "mish"
    roles = (OUTPUT, TABLE)
    hls4ml_classes = ("Activation",)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The rest between the ends of the input."""
        return {"table": value_range(MISH_TAIL, 0.0, sources["input"])}

    def lower(self, layer: LayerLowering) -> None:
        """One ``lookup_ramp`` cell."""
        layer.emit("lookup_ramp", tables=[layer.table(TABLE, MISH_TAIL, layer.input_format())])


class LogSigmoid(Elementwise):
    """``-log(1 + exp(-x)) = min(x, 0) - log(1 + exp(-|x|))``."""

    name = "logsigmoid"
    roles = (OUTPUT, TABLE)
    hls4ml_classes = ("Activation",)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """``-log(1 + exp(-|x|))`` up to the largest magnitude."""
        low, high = sources["input"]
        return {"table": value_range(LOGSIGMOID_TAIL, 0.0, (0.0, max(-low, high)))}

    def lower(self, layer: LayerLowering) -> None:
        """One ``lookup_negative_ramp`` cell."""
        table = layer.table(TABLE, LOGSIGMOID_TAIL, layer.magnitude_format())
        layer.emit("lookup_negative_ramp", tables=[table])
