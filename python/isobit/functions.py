"""Transcendental functions for tables: a fast double version and one of any precision.

An operator that is computed with a table declares its :class:`Function` beside itself, in ``ops/``.
"""

from __future__ import annotations

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
        Where the function turns (extrema); between these points it is monotonic.
    """

    name: str
    double: Callable[[FloatArray, float], FloatArray]
    precise: Callable[[Any, Any, Any], Any]
    rational: Callable[[Fraction, Fraction], Fraction | None]
    asymptote: Callable[[Fraction, Fraction], Fraction] = lambda x, parameter: Fraction(0)
    turning: tuple[float, ...] = ()

    def values(self, x: FloatArray, parameter: float) -> FloatArray:
        """The double version, silent about overflow to infinity and underflow to zero."""
        with np.errstate(over="ignore", under="ignore"):
            return self.double(x, parameter)


def known_at_zero(value: Fraction | int) -> Callable[[Fraction, Fraction], Fraction | None]:
    """For functions that are rational at 0 only."""
    return lambda x, parameter: Fraction(value) if x == 0 else None


def value_range(function: Function, parameter: float, reachable: tuple[float, float]) -> tuple[float, float]:
    """The smallest and largest value of the function over a range (ends and extrema)."""
    low, high = reachable
    turns = [sign * t for t in function.turning for sign in (1.0, -1.0) if low < sign * t < high]
    values = function.values(np.array([low, high, *turns]), parameter)
    return float(values.min()), float(values.max())
