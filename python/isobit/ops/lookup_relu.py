"""Activations that are relu plus a bump near zero, read from a table over |x|: softplus, silu, gelu.

``f(x) = max(x, 0) + tail(|x|)``; the tail vanishes for large |x|, so that a small table serves any range.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.functions import Function, known_at_zero, value_range
from isobit.ir import FloatArray
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise, Ranges
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, TABLE

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_CUBIC = 0.044715
"""Coefficient of the tanh form of gelu (Hendrycks and Gimpel, arXiv:1606.08415), as a decimal number."""


def _erfc(x: FloatArray) -> FloatArray:
    return np.array([math.erfc(value) for value in np.ravel(x)], dtype=np.float64).reshape(np.shape(x))


def _tanh_argument(a: FloatArray) -> FloatArray:
    return math.sqrt(2.0 / math.pi) * (a + _CUBIC * a * a * a)


def _precise_gelu_tanh(mp: Any, a: Any, _: Any) -> Any:
    u = mp.sqrt(2 / mp.pi) * (a + mp.mpf(44715) / 1000000 * a**3)
    return -a / (1 + mp.exp(2 * u))


SOFTPLUS_TAIL = Function(
    "softplus_tail",
    lambda a, _: np.log1p(np.exp(-a)),
    lambda mp, a, _: mp.log1p(mp.exp(-a)),
    lambda a, _: None,
)
SILU_TAIL = Function(
    "silu_tail",
    lambda a, _: -a * np.exp(-a) / (1.0 + np.exp(-a)),
    lambda mp, a, _: -a / (1 + mp.exp(a)),
    known_at_zero(0),
    turning=(1.2784645427610738,),  # a = 1 + exp(-a)
)
GELU_TAIL = Function(
    "gelu_tail",
    lambda a, _: -0.5 * a * _erfc(a * math.sqrt(0.5)),
    lambda mp, a, _: -a * mp.erfc(a / mp.sqrt(2)) / 2,
    known_at_zero(0),
    turning=(0.7517915246935645,),  # Phi(-a) = a phi(a)
)
GELU_TANH_TAIL = Function(
    "gelu_tanh_tail",
    lambda a, _: -a * np.exp(-2.0 * _tanh_argument(a)) / (1.0 + np.exp(-2.0 * _tanh_argument(a))),
    _precise_gelu_tanh,
    known_at_zero(0),
    turning=(0.752461422071016,),  # zero of the derivative, found numerically
)


class _LookupRelu(Elementwise):
    """``max(x, 0) + table[cast(|x|, index)]``."""

    roles = (OUTPUT, TABLE)
    hls4ml_classes = ("Activation",)

    def tail(self, layer: Layer) -> Function:
        """The tabulated function of |x|."""
        raise NotImplementedError

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The tail up to the largest magnitude."""
        low, high = sources["input"]
        return {"table": value_range(self.tail(layer), 0.0, (0.0, max(-low, high)))}

    def lower(self, layer: LayerLowering) -> None:
        """One ``lookup_relu`` cell."""
        layer.emit("lookup_relu", tables=[layer.table(TABLE, self.tail(layer), layer.magnitude_format())])


class Softplus(_LookupRelu):
    """``log(1 + exp(x))``."""

    name = "softplus"

    def tail(self, layer: Layer) -> Function:
        """``log(1 + exp(-|x|))``."""
        return SOFTPLUS_TAIL


class Silu(_LookupRelu):
    """``x * sigmoid(x)``, also called swish (Ramachandran et al., arXiv:1710.05941)."""

    name = "silu"

    def tail(self, layer: Layer) -> Function:
        """``-|x| / (1 + exp(|x|))``."""
        return SILU_TAIL


class Gelu(_LookupRelu):
    """``x * Phi(x)`` (arXiv:1606.08415); ``approximate="tanh"`` is that paper's approximation with tanh."""

    name = "gelu"
    attributes = declare({"approximate": Attribute(Kind.STR, "none", choices=("none", "tanh"))})

    def tail(self, layer: Layer) -> Function:
        """``-|x| * Phi(-|x|)``, or its approximation."""
        return GELU_TAIL if layer.attrs["approximate"] == "none" else GELU_TANH_TAIL
