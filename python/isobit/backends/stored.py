"""Constants and tables as integers: what is stored in a model file and shown to users."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import QuantizationWarning
from isobit.formats import Format, Overflow
from isobit.ir import FloatArray
from isobit.rounding import RawArray, round_scaled, scale, to_raw
from isobit.tables import Table


@dataclass(frozen=True, eq=False)
class StoredConstant:
    """A constant of a layer: raws in a format, with the trained values that they stand for."""

    layer: str
    role: str
    name: str
    format: Format
    raw: RawArray
    trained: FloatArray


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A table of a layer; its role is also its name."""

    layer: str
    role: str
    table: Table


@dataclass(frozen=True, eq=False)
class KnownIntegers:
    """A constant or table (which has an ``index``) read from a file: used as it is, not computed again."""

    format: Format
    raw: RawArray
    index: Format | None = None


def quantized_constant(layer: str, role: str, name: str, values: FloatArray, fmt: Format) -> StoredConstant:
    """Trained values in a format."""
    raw = to_raw(values, fmt)
    raw.setflags(write=False)
    return StoredConstant(layer, role, name, fmt, raw, values)


def report_losses(constant: StoredConstant) -> None:
    """Warn (:class:`QuantizationWarning`) when values are out of the range of their format."""
    values, fmt = constant.trained, constant.format
    outside = _lost(values, fmt)
    if np.any(outside):
        largest = float(np.max(np.abs(values)))
        bits = integer_bits(values, fmt.signed)
        mode = "wrap" if "WRAP" in fmt.overflow.name else "saturate"
        warnings.warn(
            f"layer {constant.layer!r}: {int(outside.sum())} of {values.size} values of {constant.name} do "
            f"not fit in {fmt} ({fmt.min:.6g} to {fmt.max:.6g}) and {mode}; the largest magnitude is "
            f"{largest:.6g}, and they need {bits} integer bits",
            QuantizationWarning,
            stacklevel=_levels_to_user(),
        )


def _levels_to_user() -> int:
    """How many callers up the first line outside of isobit is, for a warning that points there."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("isobit."):
        frame, level = frame.f_back, level + 1
    return level


def _lost(values: FloatArray, fmt: Format) -> npt.NDArray[np.bool_]:
    """Where a format loses a whole unit or more: saturating the carry of a rounding is no loss."""
    if fmt.is_pm1:  # takes the sign
        return np.zeros(values.shape, dtype=np.bool_)
    scaled = scale(values, fmt.frac)
    if fmt.overflow in (Overflow.SAT, Overflow.SAT_SYM):
        return (np.ceil(scaled) < fmt.min_raw) | (np.floor(scaled) > fmt.max_raw)
    rounded = round_scaled(scaled, fmt.rounding)
    return (rounded < fmt.min_raw) | (rounded > fmt.max_raw)


def integer_bits(values: FloatArray, signed: bool) -> int:
    """Integer bits (the sign included if signed) with which no value overflows by truncation."""
    largest = float(np.max(values, initial=0.0))
    smallest = float(np.min(values, initial=0.0))
    if largest == 0 and smallest == 0:
        return int(signed)
    positive = int(np.frexp(largest)[1]) if largest > 0 else -(2**10)
    mantissa, exponent = np.frexp(-smallest)
    negative = (int(exponent) - (mantissa == 0.5)) if smallest < 0 else -(2**10)
    return int(max(positive, negative)) + int(signed)


def exact_format(values: FloatArray, limit: int = 16) -> Format | None:
    """The smallest format that holds every value exactly, if one of at most ``limit`` bits does."""
    numerators: list[Any] = [value.as_integer_ratio() for value in values.ravel().tolist()]
    frac = max(denominator.bit_length() - 1 for _, denominator in numerators)
    raws = [numerator << (frac - denominator.bit_length() + 1) for numerator, denominator in numerators]
    while any(raws) and all(raw % 2 == 0 for raw in raws):
        raws, frac = [raw // 2 for raw in raws], frac - 1
    signed = min(raws) < 0
    width = max(1, *((raw if raw >= 0 else -raw - 1).bit_length() for raw in raws)) + int(signed)
    if width > limit or not -128 <= frac <= 128:
        return None
    return Format(width, frac, signed)
