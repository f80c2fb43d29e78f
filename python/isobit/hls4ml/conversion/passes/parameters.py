"""The type of a constant of an activation."""

from __future__ import annotations

import math

from isobit.hls4ml.conversion.precision import Precision

_LONGEST, _FINEST = 8, 32
"""Bits without the sign; fractional bits that are looked at."""


def parameter_type(value: float) -> Precision:
    """The narrowest type that holds a number, without the bits behind the eighth."""
    if value == 0:
        return Precision(1, 1, False)
    fractional = -_FINEST + 1
    while fractional < _FINEST and not math.ldexp(value, fractional).is_integer():
        fractional += 1
    signed = value < 0
    integer = math.ceil(math.log2(max(value + 2.0**-fractional, -value)))
    return Precision(signed + min(integer + fractional, _LONGEST), signed + integer, signed)
