"""Formats: how they are written, their ranges, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
from isobit import Format, FormatError, IsobitError, Overflow, Rounding
from isobit.formats import PM1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("fixed<16,6>", (16, 10, True, "TRN", "WRAP")),
        ("ap_fixed<16,6>", (16, 10, True, "TRN", "WRAP")),
        ("ap_fixed<16,6,AP_RND,AP_SAT>", (16, 10, True, "RND", "SAT")),
        ("ufixed<8,0>", (8, 8, False, "TRN", "WRAP")),
        ("ap_ufixed<8, 0, RND_CONV, SAT_SYM>", (8, 8, False, "RND_CONV", "SAT_SYM")),
        ("fixed<18,8,TRN,WRAP,0>", (18, 10, True, "TRN", "WRAP")),
        ("fixed<8,-3>", (8, 11, True, "TRN", "WRAP")),
        ("fixed<8,12>", (8, -4, True, "TRN", "WRAP")),
        ("ac_fixed<8,2>", (8, 6, True, "TRN", "WRAP")),
        ("int<8>", (8, 0, True, "TRN", "WRAP")),
        ("ap_uint<5>", (5, 0, False, "TRN", "WRAP")),
        (" pm1 ", (2, 0, True, "TRN", "PM1")),
    ],
)
def test_formats_parse(text, fields):
    fmt = Format.parse(text)
    assert (fmt.width, fmt.frac, fmt.signed, fmt.rounding.name, fmt.overflow.name) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "float32",
        "fixed<16>",
        "fixed<0,0>",
        "fixed<65,6>",
        "fixed<128,6>",
        "fixed<16,6,NEAREST>",
        "fixed<16,6,RND,CLIP>",
        "fixed<16,6,RND,SAT,1>",
        "fixed<16,6,RND,SAT,0,0>",
        "fixed<16.5,6>",
        "fixed<16,6",
        "int<8,3>",
        "ufixed<8,0,RND,WRAP_SM>",
        "fixed<2,2,TRN,PM1>",
        "pm1<2>",
        "fixed<8,200>",
    ],
)
def test_other_texts_are_refused_and_quoted(text):
    with pytest.raises(FormatError, match=r"fixed<|format") as caught:
        Format.parse(text)
    assert isinstance(caught.value, IsobitError)
    assert repr(text) in str(caught.value)


def test_what_is_no_text_is_refused():
    with pytest.raises(FormatError, match="must be a string, not int"):
        Format.parse(16)


formats = st.builds(
    Format,
    st.integers(1, 64),
    st.integers(-128, 128),
    st.just(True),
    st.sampled_from(list(Rounding)),
    st.sampled_from([o for o in Overflow if o is not Overflow.PM1]),
) | st.builds(
    Format,
    st.integers(1, 64),
    st.integers(-128, 128),
    st.just(False),
    st.sampled_from(list(Rounding)),
    st.sampled_from([o for o in Overflow if o not in (Overflow.WRAP_SM, Overflow.PM1)]),
)


formats |= st.just(PM1)


@given(formats)
def test_text_and_format_are_inverse(fmt):
    assert Format.parse(str(fmt)) == fmt


@given(formats)
def test_range_is_that_of_the_semantics(fmt):
    expected = oracle.raw_range((fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow)))
    assert (fmt.min_raw, fmt.max_raw) == expected
    assert fmt.integer == fmt.width - fmt.frac
    assert fmt.max == fmt.max_raw * 2.0**-fmt.frac


@pytest.mark.parametrize("fields", [(1, 0, True, 0), (2, 1, True, 0), (2, 0, False, 0), (2, 0, True, 2)])
def test_the_mode_pm1_belongs_to_one_format(fields):
    width, frac, signed, rounding = fields
    with pytest.raises(FormatError, match="write 'pm1'"):
        Format(width, frac, signed, Rounding(rounding), Overflow.PM1)
