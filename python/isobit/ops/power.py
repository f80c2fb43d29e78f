"""Powers with a constant exponent, and 1/sqrt: products for small integers, else read from a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.functions import Function, value_range
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise, Ranges
from isobit.ops.layer import Layer
from isobit.ops.lookup import Lookup
from isobit.ops.roles import OUTPUT, TABLE

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_LARGEST_PRODUCT = 4
"""The largest exponent that is computed by multiplication."""


def _square_root(x: Fraction) -> Fraction | None:
    """The square root, if it is rational."""
    root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
    return root if root * root == x else None


def rational_power(x: Fraction, exponent: Fraction) -> Fraction | None:
    """``x ** exponent``, if it is rational; the exponent is dyadic."""
    if x == 0:
        return Fraction(exponent == 0) if exponent >= 0 else None
    for _ in range(exponent.denominator.bit_length() - 1):
        root = _square_root(x)
        if root is None:
            return None
        if root == x:  # which is 1
            return x
        x = root
    return x**exponent.numerator


def power_function(exponent: float) -> Function:
    """``x ** exponent``: of negative numbers only where the exponent is an integer."""
    whole = exponent.is_integer()
    return Function(
        "power",
        lambda x, parameter: np.power(x, parameter),
        lambda mp, x, parameter: mp.power(x, parameter),
        rational_power,
        turning=(0.0,) if exponent > 0 else (),
        domain=(-math.inf if whole else 0.0, math.inf),
        poles=(0.0,) if exponent < 0 else (),
    )


RSQRT = Function(
    "rsqrt",
    lambda x, epsilon: 1.0 / np.sqrt(x + epsilon),
    lambda mp, x, epsilon: 1 / mp.sqrt(x + epsilon),
    lambda x, epsilon: None if x + epsilon == 0 else rational_power(x + epsilon, Fraction(-1, 2)),
    domain=(0.0, math.inf),
    poles=(0.0,),
)


class Power(Elementwise):
    """``x ** exponent``, exact for the exponents 1 to 4; else read from a table.

    A negative x has powers with integer exponents only; with others it counts as 0.
    """

    name = "power"
    attributes = declare({"exponent": Attribute(Kind.FLOAT)})
    roles = (OUTPUT, TABLE)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The power between the ends of the input; what the result needs at a pole."""
        exponent = layer.attrs["exponent"]
        if _is_product(layer.attrs):
            return {"table": (0.0, 1.0)}  # there is none
        low, high = value_range(power_function(exponent), exponent, sources["input"])
        return {"table": (low, high) if math.isfinite(low) and math.isfinite(high) else sources["output"]}

    def lower(self, layer: LayerLowering) -> None:
        """One cell of products, or a look-up."""
        exponent = layer.attrs["exponent"]
        if exponent == 2:
            layer.emit("square")
        elif _is_product(layer.attrs):
            layer.emit("multiply", inputs=layer.inputs * int(exponent))
        else:
            function = power_function(exponent)
            source = layer.input_format() if function.domain[0] < 0 else layer.positive_format()
            layer.emit("lookup", tables=[layer.table(TABLE, function, source, parameter=exponent)])


class Rsqrt(Lookup):
    """``1 / sqrt(x + epsilon)``; a negative x counts as 0, and the largest entry stands at a pole."""

    name = "rsqrt"
    attributes = declare({"epsilon": Attribute(Kind.FLOAT, 0.0, least=0)})
    function = RSQRT

    def parameter(self, layer: Layer) -> float:
        """Epsilon."""
        return float(layer.attrs["epsilon"])


def _is_product(attrs: Mapping[str, Any]) -> bool:
    return attrs["exponent"] in range(1, _LARGEST_PRODUCT + 1)
