"""Whether a cost grows as the work does.

The trend of a curve is the sum of terms ``a + b x + c y ...`` with coefficients that are not negative:
something that every call pays, and what is in proportion to its sizes (values that are moved, products). It
is fitted to all points so that the squares of the relative residuals are smallest: a point of a microsecond
counts as much as one of a second.

For each point, in the order of growing size,

- ``above`` is its time over the trend;
- ``jump`` is its ``above`` over that of the point before it: how much more the time grew than the trend.

The cliff of a curve is the largest of all these numbers. A step (a cache that overflows, a block that is
begun for one sample) shows in ``jump`` even where the fit bends towards it, a slow drift in ``above``.
Falling below the trend is no cliff. Where more threads join on the way, large work is cheaper on purpose, and
small work lies above a trend through both: there only ``jump`` counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

LIMIT = 1.5


@dataclass(frozen=True)
class Trend:
    """A fitted curve.

    Parameters
    ----------
    expected : array
        Time of every point by the trend.
    above, jump : array
        As the module says; the jump of the first point is 1.
    """

    expected: npt.NDArray[np.float64]
    above: npt.NDArray[np.float64]
    jump: npt.NDArray[np.float64]

    @property
    def cliff(self) -> float:
        """The largest ``above`` or ``jump``."""
        return float(max(self.above.max(), self.jump.max()))


def fit(seconds: Sequence[float], *sizes: Sequence[float]) -> Trend:
    """The trend of times.

    Parameters
    ----------
    seconds : sequence of float
        Of every point, in the order of growing work.
    *sizes : sequences of float
        What the time is to be in proportion to; a constant is added.
    """
    times = np.asarray(seconds, dtype=np.float64)
    terms = np.stack([np.ones(len(times)), *(np.asarray(size, dtype=np.float64) for size in sizes)], axis=1)
    relative = terms / times[:, None]
    scale = relative.max(axis=0)
    expected = terms @ (_nonnegative(relative / scale) / scale)
    above = times / expected
    return Trend(expected, above, np.concatenate([[1.0], above[1:] / above[:-1]]))


def _nonnegative(relative: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Coefficients that bring all rows closest to one; of so few terms, every choice can be tried."""
    count = relative.shape[1]
    best, least = np.zeros(count), np.inf
    for size in range(1, count + 1):
        for chosen in combinations(range(count), size):
            found = np.zeros(count)
            found[list(chosen)] = np.linalg.lstsq(relative[:, chosen], np.ones(len(relative)), rcond=None)[0]
            residual = float(np.sum((relative @ found - 1) ** 2))
            if found.min() >= 0 and residual < least:
                best, least = found, residual
    return best
