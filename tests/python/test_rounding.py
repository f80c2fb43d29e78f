"""Constants into formats, against the oracle's rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
from isobit.formats import PM1, Format, Overflow, Rounding
from isobit.rounding import raw_dtype, round_fraction, to_raw, to_value

WIDTHS = [1, 2, 3, 8, 16, 31, 32, 53, 54, 60, 61, 62, 63, 64]


def code(fmt):
    return fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow)


@st.composite
def formats(draw):
    overflow = draw(st.sampled_from(list(Overflow)))
    if overflow is Overflow.PM1:
        return PM1
    signed = overflow is Overflow.WRAP_SM or draw(st.booleans())
    frac = draw(st.integers(-10, 70) | st.sampled_from([-128, 128]))
    return Format(
        draw(st.sampled_from(WIDTHS)), frac, signed, draw(st.sampled_from(list(Rounding))), overflow
    )


@given(formats(), st.data())
def test_casts_of_the_oracle(fmt, data):
    near = st.integers(-40, 40).map(lambda n: float(np.ldexp(n / 4, -fmt.frac)))
    ends = st.integers(-9, 9).map(lambda n: float(np.ldexp(fmt.max_raw + n / 4, -fmt.frac)))
    anything = st.floats(allow_nan=False, allow_infinity=False)
    values = data.draw(st.lists(near | ends | ends.map(lambda v: -v) | anything, min_size=1, max_size=8))
    raws = to_raw(np.array(values), fmt)
    assert raws.dtype == raw_dtype(fmt)
    assert [int(raw) for raw in raws] == [oracle.from_float(value, code(fmt)) for value in values]


@pytest.mark.parametrize("mode", list(Rounding))
def test_every_quarter_near_zero(mode):
    fmt = Format(8, 0, True, mode, Overflow.WRAP_SM)
    values = np.arange(-700, 700) / 4
    assert to_raw(values, fmt).tolist() == [oracle.from_float(v, code(fmt)) for v in values.tolist()]
    exact = [round_fraction(Fraction(v), mode) for v in values.tolist()]
    assert exact == [oracle.round_to_integer(Fraction(v), int(mode)) for v in values.tolist()]


def test_values_of_raws_are_exact_up_to_53_bits():
    fmt = Format(53, 60)
    raws = np.array([fmt.min_raw, -1, 0, 1, fmt.max_raw])
    assert [Fraction(v) for v in to_value(raws, fmt)] == [Fraction(int(r), 2**60) for r in raws]
