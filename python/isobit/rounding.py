"""Constants into formats: the cast of ``docs/SEMANTICS.md`` sections 2 and 3, for numbers known beforehand.

Data is cast by the engine only. This module serves trained constants and table entries, when a model is
quantized; the tests compare it with the engine's cast.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.formats import Format, Overflow, Rounding
from isobit.ir import FloatArray

RawArray = npt.NDArray[Any]
"""Raws: int64, or uint64 for unsigned formats of 64 bits."""

FLOAT64_BITS = 53
"""Raws of up to so many bits have values that float64 represents exactly."""
_HUGE = 2.0**1000


def to_raw(values: FloatArray, fmt: Format) -> RawArray:
    """Finite float64 numbers as raws of a format, cast from their exact binary values."""
    scaled = scale(values, fmt.frac)
    if np.all(np.abs(scaled) < 2.0**61):
        rounded = round_scaled(scaled, fmt.rounding).astype(np.int64)
        floors = np.floor(scaled).astype(np.int64)
        if fmt.width <= 61:
            return fit_int64(rounded, floors, fmt)
        pairs = zip(rounded.ravel().tolist(), floors.ravel().tolist(), strict=True)
    else:
        whole = round_scaled(scaled, fmt.rounding)
        pairs = zip(map(int, whole.ravel()), map(int, np.floor(scaled).ravel()), strict=True)
    fitted = [fit(rounded, floor, fmt) for rounded, floor in pairs]
    return np.array(fitted, dtype=raw_dtype(fmt)).reshape(scaled.shape)


def to_value(raw: RawArray, fmt: Format) -> FloatArray:
    """The values of raws (exact for up to 53 significant bits, else correctly rounded)."""
    return np.ldexp(raw.astype(np.float64), -fmt.frac)


def raw_dtype(fmt: Format) -> type[np.int64] | type[np.uint64]:
    """The NumPy integer that holds every raw of a format of up to 64 bits."""
    return np.uint64 if fmt.width == 64 and not fmt.signed else np.int64


def scale(values: FloatArray, frac: int) -> FloatArray:
    """``values * 2**frac`` without losing the sign of tiny numbers or the overflow of huge ones."""
    values = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        scaled = np.ldexp(values, frac)
    scaled = np.where((np.abs(scaled) < 1e-290) & (values != 0), np.copysign(1e-290, values), scaled)
    return np.clip(scaled, -_HUGE, _HUGE)


def round_scaled(scaled: FloatArray, mode: Rounding) -> FloatArray:
    """Numbers in units of the last place, rounded to integers; exact."""
    floor = np.floor(scaled)
    if mode is Rounding.TRN:
        return floor
    if mode is Rounding.TRN_ZERO:
        return np.trunc(scaled)
    if mode is Rounding.RND_CONV:
        return np.rint(scaled)
    rest = scaled - floor
    up_at_tie = {
        Rounding.RND: np.True_,
        Rounding.RND_MIN_INF: np.False_,
        Rounding.RND_ZERO: scaled < 0,
        Rounding.RND_INF: scaled > 0,
    }[mode]
    rounded: FloatArray = floor + ((rest > 0.5) | ((rest == 0.5) & up_at_tie))
    return rounded


def round_fraction(scaled: Fraction, mode: Rounding) -> int:
    """:func:`round_scaled` for one rational number."""
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    if rest == 0 or mode is Rounding.TRN:
        return floor
    if mode is Rounding.TRN_ZERO:
        return floor + (scaled < 0)
    up_at_tie = {
        Rounding.RND: True,
        Rounding.RND_MIN_INF: False,
        Rounding.RND_ZERO: scaled < 0,
        Rounding.RND_INF: scaled > 0,
        Rounding.RND_CONV: floor % 2 == 1,
    }[mode]
    return floor + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and up_at_tie))


def fit(rounded: int, floor: int, fmt: Format) -> int:
    """A rounded integer brought into the range of a format; ``floor`` is it before rounding."""
    if fmt.is_pm1:
        return -1 if rounded < 0 else 1
    if fmt.min_raw <= rounded <= fmt.max_raw:
        return rounded
    if fmt.overflow in (Overflow.SAT, Overflow.SAT_SYM):
        return fmt.min_raw if rounded < 0 else fmt.max_raw
    if fmt.overflow is Overflow.SAT_ZERO:
        return 0
    wrapped = rounded & ((1 << fmt.width) - 1)
    if fmt.signed and wrapped >> (fmt.width - 1):
        wrapped -= 1 << fmt.width
    if fmt.overflow is Overflow.WRAP_SM and bool(floor >> fmt.width & 1) != (wrapped < 0):
        return -1 - wrapped
    return wrapped


def fit_int64(rounded: npt.NDArray[np.int64], floors: npt.NDArray[np.int64], fmt: Format) -> RawArray:
    """:func:`fit` for arrays, where raws and format have at most 61 bits."""
    if fmt.is_pm1:
        return np.where(rounded < 0, -1, 1)
    low, high = fmt.min_raw, fmt.max_raw
    if fmt.overflow in (Overflow.SAT, Overflow.SAT_SYM):
        return np.clip(rounded, low, high)
    outside = (rounded < low) | (rounded > high)
    if fmt.overflow is Overflow.SAT_ZERO:
        return np.where(outside, 0, rounded)
    base = -(1 << (fmt.width - 1)) if fmt.signed else 0
    wrapped = ((rounded - base) & ((1 << fmt.width) - 1)) + base
    if fmt.overflow is Overflow.WRAP_SM:
        sign = (floors >> fmt.width & 1).astype(bool)
        wrapped = np.where(outside & (sign != (wrapped < 0)), -1 - wrapped, wrapped)
    return wrapped
