"""Measured numbers in words, for figures, page and terminal."""

from __future__ import annotations

import math

from isobit.profile.results import Overflow


def overflow_words(overflow: Overflow, mode: str, constant: bool = False) -> tuple[str, bool]:
    """What a reader should know about overflow, and whether it should alarm."""
    if overflow.excluded:
        return "overflow excluded by proof", False
    if not overflow.countable:
        return "overflow possible, not countable", True
    if overflow.events == 0:
        return "all values fit" if constant else "none in this data", False
    verb = "wrap" if "WRAP" in mode else "saturate"
    return f"{percent(overflow.rate)} {verb} ({overflow.events:,})", True


def percent(fraction: float) -> str:
    """A fraction in per cent with two digits that mean something, never rounded to zero."""
    if fraction == 0:
        return "0 %"
    digits = max(0, 1 - math.floor(math.log10(abs(fraction) * 100)))
    return f"{fraction * 100:.{min(digits, 6)}f} %"
