"""Statistics of one tensor, collected block by block, so that large data sets need little memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.profile.octaves import Octaves
from isobit.profile.results import Distance, Overflow, TensorProfile
from isobit.rounding import RawArray, to_value


class Tally:
    """One tensor.

    Parameters
    ----------
    name, layer, operator, role : str
    fmt : Format
    """

    def __init__(self, name: str, layer: str, operator: str, role: str, fmt: Format) -> None:
        self._what = (name, layer, operator, role)
        self._format = fmt
        self._trained, self._fixed = Octaves(), Octaves()
        self._squares = self._signal = self._largest = 0.0
        self._lowest_raw = self._highest_raw = self._bits = 0
        self._casts = self._below = self._above = 0

    def add(self, trained: npt.NDArray[np.float64], raws: RawArray) -> None:
        """Values of the float model, and the integers that stand for them."""
        if raws.size == 0:
            return
        values = to_value(raws, self._format)
        self._trained.add(trained)
        self._fixed.add(values)
        difference = np.abs(values - trained)
        self._squares += float(np.sum(np.square(difference)))
        self._signal += float(np.sum(np.square(trained)))
        self._largest = max(self._largest, float(difference.max()))
        self._lowest_raw = min(self._lowest_raw, int(raws.min()))
        self._highest_raw = max(self._highest_raw, int(raws.max()))
        self._bits |= int(np.bitwise_or.reduce(raws, axis=None))

    def add_casts(self, rounded: npt.NDArray[Any]) -> None:
        """Rounded numbers, in units of the last place, on their way into the format."""
        self._casts += rounded.size
        if self._format.is_pm1:  # the sign is all that it wants
            return
        self._below += int(np.count_nonzero(rounded < self._format.min_raw))
        self._above += int(np.count_nonzero(rounded > self._format.max_raw))

    def profile(
        self, excluded: bool = False, countable: bool = True, before_relu: bool = False
    ) -> TensorProfile:
        """What was found.

        Parameters
        ----------
        excluded : bool
            Whether the proof excludes overflow.
        countable : bool
            False if overflow is possible, but could not be counted.
        before_relu : bool
            As in :class:`TensorProfile`.
        """
        overflow = Overflow(self._casts, self._below, self._above, countable, excluded)
        seen = self._fixed.total > 0
        high, low = self._idle() if seen else (0, 0)
        return TensorProfile(
            *self._what,
            self._format,
            self._trained if seen else None,
            self._fixed if seen else None,
            overflow,
            self._distance() if seen else None,
            high,
            low,
            before_relu,
        )

    def _distance(self) -> Distance:
        count = self._fixed.total
        rms, signal = math.sqrt(self._squares / count), math.sqrt(self._signal / count)
        return Distance(rms, self._largest, signal, self._format.lsb)

    def _idle(self) -> tuple[int, int]:
        """Bits at the top and at the bottom that every value leaves unused (a sign bit is used)."""
        magnitude = max(self._highest_raw.bit_length(), (-self._lowest_raw - 1).bit_length())
        needed = max(1, magnitude + int(self._format.signed)) if self._bits else 1
        low = (self._bits & -self._bits).bit_length() - 1 if self._bits else 0
        return self._format.width - needed, low
