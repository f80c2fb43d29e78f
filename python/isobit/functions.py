"""Transcendental functions for tables: a fast double version and one of any precision.

An operator that is computed with a table declares its :class:`Function` beside itself, in ``ops/``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from isobit.ir import FloatArray

RELATIVE_ERROR = 2.0**-40
"""Bound on the relative error of every ``double`` (they are far better; NumPy's own errors are a few ulp)."""


@dataclass(frozen=True)
class Function:
    """A real function of one variable and one parameter.

    Parameters
    ----------
    name : str
        Its name in the engine, which computes it in floating point for the unquantized model.
    double : callable
        ``(x, parameter) -> values`` in double precision, relative error below :data:`RELATIVE_ERROR`.
    precise : callable
        ``(mp, x, parameter) -> value - asymptote(x)`` with an mpmath context and ``mpf`` numbers.
    rational : callable
        ``(x, parameter) -> Fraction or None``: the exact value where it is a rational number. Elsewhere the
        value is irrational, and computing with growing precision must end.
    asymptote : callable
        ``(x, parameter) -> number`` that the function approaches on that side, if not 0; keeping the small
        difference apart tells 1 - exp(-1000) from 1 without a thousand bits.
    turning : tuple of float
        Where the function turns (extrema), up to the sign; between these points it is monotonic.
    domain : (float, float)
        Where the function is defined; a table has beyond it what it has at its nearest end.
    poles : tuple of float
        Dyadic numbers at which it is infinite.
    period : (float, float), optional
        It turns or jumps at the first number and at all multiples of the second away from there.
    """

    name: str
    double: Callable[[FloatArray, float], FloatArray]
    precise: Callable[[Any, Any, Any], Any]
    rational: Callable[[Fraction, Fraction], Fraction | None]
    asymptote: Callable[[Fraction, Fraction], Fraction] = lambda x, parameter: Fraction(0)
    turning: tuple[float, ...] = ()
    domain: tuple[float, float] = (-math.inf, math.inf)
    poles: tuple[float, ...] = ()
    period: tuple[float, float] | None = None

    def values(self, x: FloatArray, parameter: float) -> FloatArray:
        """The double version, silent about poles, overflow to infinity and underflow to zero."""
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            return self.double(np.clip(x, *self.domain), parameter)

    def corners(self, low: float, high: float) -> list[float]:
        """Points inside of a range between which the function is monotonic."""
        signed = [sign * turn for turn in self.turning for sign in (1.0, -1.0)]
        points = [*signed, *self.poles, *(end for end in self.domain if math.isfinite(end))]
        if self.period is not None:
            first, step = self.period
            numbers = np.arange(math.ceil((low - first) / step), math.floor((high - first) / step) + 1)
            points += (first + step * numbers).tolist()
        return [point for point in points if low < point < high]


def known_at_zero(value: Fraction | int) -> Callable[[Fraction, Fraction], Fraction | None]:
    """For functions that are rational at 0 only."""
    return lambda x, parameter: Fraction(value) if x == 0 else None


def value_range(function: Function, parameter: float, reachable: tuple[float, float]) -> tuple[float, float]:
    """The smallest and largest value of the function over a range (ends and extrema)."""
    low, high = reachable
    values = function.values(np.array([low, high, *function.corners(low, high)]), parameter)
    return float(values.min()), float(values.max())
