"""Comparisons of the libraries against their two forms in a forest, at thresholds and next to them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isobit.frontends.trees.comparisons import compared


def decisions(x, threshold, inclusive):
    return np.where(inclusive, ~(threshold < x), x < threshold)


def around(t):
    """Doubles near a threshold: neighbours, and ends and middles of the floats around it."""
    with np.errstate(over="ignore"):
        single = np.float32(t)
        floats = [np.nextafter(single, np.float32(way)) for way in (-np.inf, np.inf)]
    wide = [float(f) for f in (single, *floats) if np.isfinite(f)]
    middles = [(a + b) / 2 for a in wide for b in wide]
    near = [t, *wide, *middles]
    return np.array([*near, *np.nextafter(near, np.inf), *np.nextafter(near, -np.inf), np.nan])


@given(
    t=st.floats(width=32, allow_nan=False, allow_infinity=False),
    up_to=st.booleans(),
    nan_left=st.booleans(),
)
def test_features_that_are_rounded_to_single_precision(t, up_to, nan_left):
    x = around(t)
    with np.errstate(over="ignore"):
        single = x.astype(np.float32)
    expected = single <= np.float32(t) if up_to else single < np.float32(t)
    expected = np.where(np.isnan(x), nan_left, expected)
    found = compared(np.array([t]), up_to, np.array([nan_left]), single=True)
    np.testing.assert_array_equal(decisions(x, *found), expected)


@given(t=st.floats(-1e300, 1e300), up_to=st.booleans(), nan_left=st.booleans())
def test_features_in_double_precision(t, up_to, nan_left):
    x = np.array([t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf), -t, 0.0, np.nan])
    expected = np.where(np.isnan(x), nan_left, x <= t if up_to else x < t)
    found = compared(np.array([t]), up_to, np.array([nan_left]))
    np.testing.assert_array_equal(decisions(x, *found), expected)
