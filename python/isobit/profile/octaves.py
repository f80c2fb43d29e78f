"""Sizes of numbers by octave: how many have their leading bit at which place.

An octave ``k`` holds the magnitudes from ``2**k`` to below ``2**(k+1)``; in a fixed-point format that is the
bit of weight ``2**k``, so a histogram over octaves can be laid beside the bits of a format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

_LOWEST, _HIGHEST = -1100, 1100


@dataclass
class Octaves:
    """A histogram over octaves, filled in steps.

    Attributes
    ----------
    counts : dict of int to int
        Numbers per octave, zeros aside.
    zeros, total : int
        Zeros, and all numbers.
    low, high : float
        Smallest and largest number; 0 before anything was added.
    """

    counts: dict[int, int] = field(default_factory=dict)
    zeros: int = 0
    total: int = 0
    low: float = 0.0
    high: float = 0.0

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Count finite numbers of any shape."""
        if values.size == 0:
            return
        first = self.total == 0
        low, high = float(values.min()), float(values.max())
        self.low, self.high = (low, high) if first else (min(low, self.low), max(high, self.high))
        self.total += values.size
        nonzero = values[values != 0]
        self.zeros += values.size - nonzero.size
        octaves = np.frexp(nonzero)[1].astype(np.int64) - 1
        found = np.bincount(octaves - _LOWEST, minlength=_HIGHEST - _LOWEST)
        for place in np.flatnonzero(found):
            octave = int(place) + _LOWEST
            self.counts[octave] = self.counts.get(octave, 0) + int(found[place])

    def fractions(self, low: int, high: int | None) -> dict[int, float]:
        """Fraction of all numbers by octave, zeros aside, from the octave ``low`` to ``high``.

        What is smaller or larger is counted with these. Octaves without numbers are left out.
        """
        found: dict[int, float] = {}
        for octave in sorted(self.counts):
            place = max(octave, low) if high is None else min(max(octave, low), high)
            found[place] = found.get(place, 0.0) + self.counts[octave] / self.total
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "count": self.total,
            "zeros": self.zeros,
            "min": self.low,
            "max": self.high,
            "octaves": {str(k): self.counts[k] for k in sorted(self.counts)},
        }
