"""Correct rounding of function values into a format.

Contents follow Ziv (ACM TOMS 17, 1991): a double-precision value decides where it is farther from a rounding
boundary than its error bound; the few others are computed with growing precision until they are decided.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FormatError
from isobit.formats import Format, Overflow, Rounding
from isobit.functions import RELATIVE_ERROR, Function
from isobit.ir import FloatArray
from isobit.rounding import RawArray, fit, raw_dtype, round_fraction, round_scaled, scale

_SATURATING = (Overflow.SAT, Overflow.SAT_SYM)
_LARGEST = 2.0**256
_TINIEST = Fraction(1, 2**256)
_FIRST_PRECISION, _LAST_PRECISION = 128, 8192


def rounded_values(function: Function, x: FloatArray, parameter: float, entry: Format) -> RawArray:
    """Correctly rounded raws of the function at the points x; a pole gives the largest or smallest raw.

    Raises
    ------
    FormatError
        When a value beyond 2**256 units of the last place would have to be wrapped.
    """
    x = np.clip(x, *function.domain)
    values = function.values(x, parameter)
    scaled = scale(values, entry.frac)
    ends = np.isinf(values) & np.isin(x, function.poles)
    if entry.overflow in _SATURATING:
        ends |= np.abs(scaled) > _LARGEST
    elif entry.overflow is not Overflow.SAT_ZERO and np.any((np.abs(scaled) > _LARGEST) & ~ends):
        raise FormatError(
            f"the function {function.name} reaches {np.max(np.abs(values)):.3g}, far beyond its table format "
            f"{entry}, which wraps; give the table a format that saturates, for example "
            f"{entry.with_modes(Rounding.RND, Overflow.SAT)}"
        )
    rounded = round_scaled(scaled, entry.rounding)
    fast = ~ends & ~_undecided(scaled, entry) & (rounded >= entry.min_raw) & (rounded <= entry.max_raw)
    fast &= np.abs(rounded) < 2.0**53
    out = np.zeros(x.shape, dtype=raw_dtype(entry))
    out[fast] = rounded[fast].astype(np.int64).astype(out.dtype)
    for i in np.flatnonzero(~fast):
        if ends[i]:
            out[i] = entry.max_raw if values[i] > 0 else entry.min_raw
        else:
            out[i] = _decide(function, float(x[i]), parameter, entry, float(scaled[i]))
    return out


def _undecided(scaled: FloatArray, entry: Format) -> npt.NDArray[np.bool_]:
    """Where the double is too close to a boundary of the rounding for its error bound."""
    bound = np.abs(scaled) * RELATIVE_ERROR
    to_integer = np.abs(scaled - np.rint(scaled))
    if entry.rounding in (Rounding.TRN, Rounding.TRN_ZERO):
        return to_integer <= bound
    return np.abs(to_integer - 0.5) <= bound


def _decide(function: Function, x: float, parameter: float, entry: Format, scaled: float) -> int:
    """One entry, computed as precisely as it takes."""
    if abs(scaled) > 2.0 ** (entry.width + 1):
        if entry.overflow in _SATURATING:
            return entry.max_raw if scaled > 0 else entry.min_raw
        if entry.overflow is Overflow.SAT_ZERO:
            return 0
    exact = function.rational(Fraction(x), Fraction(parameter))
    if exact is not None:
        return _cast(exact * Fraction(2) ** entry.frac, entry)
    base = function.asymptote(Fraction(x), Fraction(parameter)) * Fraction(2) ** entry.frac
    precision = _FIRST_PRECISION
    while precision <= _LAST_PRECISION:
        mp = _context(precision)
        rest = _fraction(mp.ldexp(function.precise(mp, mp.mpf(x), mp.mpf(parameter)), entry.frac))
        margin = abs(rest) / 2 ** (precision - 24)
        low, high = (_cast(base + rest + error, entry) for error in (-margin, margin))
        if low == high:
            return low
        precision *= 2
    raise FormatError(
        f"{function.name}({x}) lies on a rounding boundary of {entry} to {_LAST_PRECISION} bits; "
        "the function must declare its rational values"
    )


def _cast(scaled: Fraction, entry: Format) -> int:
    return fit(round_fraction(scaled, entry.rounding), scaled.numerator // scaled.denominator, entry)


def _fraction(value: Any) -> Fraction:
    """An mpf as a fraction; numbers too small to matter become the tiniest of their sign."""
    if value == 0:
        return Fraction(0)
    sign = 1 if value > 0 else -1
    if abs(value) < float(_TINIEST):
        return sign * _TINIEST
    return sign * Fraction(int(value.man)) * Fraction(2) ** int(value.exp)


@lru_cache(maxsize=8)
def _context(precision: int) -> Any:
    """An mpmath context of its own, whose precision nobody changes; mpmath is imported only when needed."""
    import mpmath

    context = mpmath.MPContext()
    context.prec = precision
    return context
