"""Trained values as the compiler reads them: through decimal text.

hls4ml prints a value with as many decimals as its type has fractional bits (none for integers), and the C++
reads that text as a double and casts it. A value on the edge between two raws can change sides on the way.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from isobit.formats import Format
from isobit.hls4ml.conversion.graph import Array
from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.firmware import Weight
from isobit.rounding import to_raw


def printed(values: Array, precision: Precision) -> Weight:
    """An array in its type.

    Parameters
    ----------
    values : array
        In the order of memory.
    precision : Precision
    """
    decimals = 0 if precision.whole else max(0, precision.fractional)
    numbers = values.astype(np.float64).ravel()
    if not np.all(np.mod(numbers * 2.0**decimals, 1.0) == 0.0):  # those have so few decimals themselves
        numbers = np.array([float(f"{value:.{decimals}f}") for value in numbers.tolist()])
    return Weight(precision.format, to_raw(numbers.reshape(values.shape), precision.format))


def literal(value: float, precision: Precision) -> Weight:
    """A number that stands in the C++ as Python writes it."""
    return Weight(precision.format, to_raw(np.array([float(value)]), precision.format))


def exact(values: Array) -> Weight:
    """An array of floating-point numbers as they are, in a format that has them all."""
    numbers = values.astype(np.float64).ravel()
    fractions = [Fraction(value) for value in numbers.tolist()]
    frac = max((fraction.denominator.bit_length() - 1 for fraction in fractions), default=0)
    raws = [int(fraction * 2**frac) for fraction in fractions]
    width = 1 + max((max(raw, ~raw).bit_length() for raw in raws), default=1)
    raw = np.array(raws, dtype=np.int64 if width <= 64 else object).reshape(values.shape)
    return Weight(Format(max(width, 2), frac), raw)
