"""Which sum of products a firmware computes: what its accumulator drops, and when.

hls4ml casts the bias and every product into the accumulator and the sum after each addition. Where nothing is
dropped but what a wrapping sum loses anyway, that is the exact sum, cast once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isobit.formats import Format, Overflow, Rounding

EXACT, ROUNDED, ASCENDING = "dense", "rounded_dense", "ascending_dense"


@dataclass(frozen=True)
class Operand:
    """What is multiplied with the weights: a format, and its smallest and largest raw."""

    format: Format
    low: int
    high: int


@dataclass(frozen=True)
class Sum:
    """How a sum is computed.

    Attributes
    ----------
    cell : str
        ``dense``, ``rounded_dense`` or ``ascending_dense``.
    accumulator : Format, optional
        None where the cast of an exact sum into the result does the same alone.
    """

    cell: str
    accumulator: Format | None

    @property
    def ascending(self) -> bool:
        """Whether the order of the inputs counts."""
        return self.cell == ASCENDING


def sum_of(
    x: Operand,
    weight_format: Format,
    weight: npt.NDArray[np.object_],
    bias: npt.NDArray[np.object_],
    accumulator: Format,
    out: Format,
) -> Sum:
    """How the sum of products with a weight is computed.

    Parameters
    ----------
    weight : array of int of shape (n_in, n_out)
    bias : array of int of shape (n_out,)
        In the format of the accumulator.
    """
    frac = x.format.frac + weight_format.frac
    rounds = frac - _common_zeros(weight) > accumulator.frac
    fits = _fits(x, frac, weight, bias, accumulator)
    if accumulator.overflow is not Overflow.WRAP and not fits:
        return Sum(ASCENDING, accumulator)
    if rounds:
        return Sum(ROUNDED, accumulator)
    return Sum(EXACT, _accumulator_of_exact_sum(accumulator, out, fits))


def _common_zeros(weight: npt.NDArray[np.object_]) -> int:
    """Bits at the lower end that no weight uses."""
    used = 0
    for raw in weight.ravel():
        used |= int(raw)
    return (used & -used).bit_length() - 1 if used else 64


def _fits(
    x: Operand,
    frac: int,
    weight: npt.NDArray[np.object_],
    bias: npt.NDArray[np.object_],
    accumulator: Format,
) -> bool:
    """Whether no product and no partial sum, in whatever order, leaves the range of the accumulator."""
    ends = np.stack([weight * x.low, weight * x.high])
    # Rounding moves a product by no more than one unit.
    dropped = frac - accumulator.frac
    unit = 1 if dropped > 0 else 0
    scaled = ends >> dropped if dropped > 0 else ends << -dropped
    low = np.minimum(scaled.min(axis=0), 0)
    high = np.where(scaled.max(axis=0) > 0, scaled.max(axis=0) + unit, 0)
    return bool(
        (low.min(initial=0) >= accumulator.min_raw)
        and (high.max(initial=0) <= accumulator.max_raw)
        and np.all(bias + low.sum(axis=0) >= accumulator.min_raw)
        and np.all(bias + high.sum(axis=0) <= accumulator.max_raw)
    )


def _accumulator_of_exact_sum(accumulator: Format, out: Format, fits: bool) -> Format | None:
    """The accumulator of an exact sum, None where the cast into ``out`` does the same alone.

    That is so where nothing overflows, or where both wrap and the result drops at least as many bits at the
    top, rounding alike everywhere.
    """
    alike = (Rounding.TRN, Rounding.RND, Rounding.RND_MIN_INF, Rounding.RND_CONV)
    wraps = accumulator.overflow is Overflow.WRAP and out.overflow is Overflow.WRAP
    if fits or (wraps and out.integer <= accumulator.integer and out.rounding in alike):
        return None
    return accumulator
