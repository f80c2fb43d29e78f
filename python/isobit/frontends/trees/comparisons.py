"""How a library compares a feature with a threshold, as the two forms that the operator ``forest`` has.

``x < t`` sends a NaN right, ``x <= t`` sends it left; a comparison of the other kind, or of features that
are rounded to single precision first, has a neighbouring number as its threshold.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isobit.ir import FloatArray

Flags = npt.NDArray[np.bool_]


def compared(
    threshold: FloatArray, up_to: Flags | bool, nan_left: Flags, single: bool = False
) -> tuple[FloatArray, Flags]:
    """Thresholds and ``inclusive`` of nodes that go left where ``x < threshold``.

    Parameters
    ----------
    threshold : float64 array
        Finite; single-precision numbers where ``single`` is set.
    up_to : bool or array
        Whether they go left at the threshold too.
    nan_left : array
        Whether they send NaN left.
    single : bool
        Whether the library rounds features to float32 (to nearest, ties to even) before it compares.

    Returns
    -------
    threshold, inclusive
        For float64 features: left where ``x < threshold``, or ``x <= threshold`` where inclusive.
    """
    closed = np.broadcast_to(np.asarray(up_to, dtype=bool), threshold.shape)
    if single:
        threshold, closed = _rounded_features(threshold, closed)
    up = np.nextafter(threshold, np.inf)
    down = np.nextafter(threshold, -np.inf)
    shifted = np.where(closed & ~nan_left, up, np.where(~closed & nan_left, down, threshold))
    return shifted, nan_left.copy()


def _rounded_features(threshold: FloatArray, closed: Flags) -> tuple[FloatArray, Flags]:
    """Where float64 features lie that, rounded to float32, are below the threshold (or at it, if closed)."""
    with np.errstate(over="ignore"):  # the number after the largest one
        single = threshold.astype(np.float32)
        first_out = np.where(closed, np.nextafter(single, np.float32(np.inf)), single)
        last_in = np.nextafter(first_out, np.float32(-np.inf))
    edge = (_wide(last_in) + _wide(first_out)) / 2  # exact: neighbours in single precision
    tie_goes_down = (first_out.view(np.uint32) & 1).astype(bool)  # to the even one of the two
    return edge, tie_goes_down


def _wide(single: npt.NDArray[np.float32]) -> FloatArray:
    """As float64; infinity is where the next number would be."""
    wide: FloatArray = np.clip(single.astype(np.float64), -(2.0**128), 2.0**128)
    return wide
