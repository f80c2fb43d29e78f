"""Tables: every entry correctly rounded, addresses well chosen, the stated error true."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import oracle
from isobit import Format, FormatError
from isobit.ops import elu, lookup, lookup_relu, power, ramps, softmax, tabulated
from isobit.tables import make_table

MP = mpmath.MPContext()
MP.prec = 600

TRUE = {
    lookup.SIGMOID: lambda x, p: 1 / (1 + MP.exp(-x)),
    lookup.TANH: lambda x, p: MP.tanh(x),
    lookup.SOFTSIGN: lambda x, p: x / (1 + abs(x)),
    lookup.EXP: lambda x, p: MP.exp(x),
    lookup_relu.SOFTPLUS_TAIL: lambda a, p: MP.log(1 + MP.exp(-a)),
    lookup_relu.SILU_TAIL: lambda a, p: -a * (1 / (1 + MP.exp(a))),
    lookup_relu.GELU_TAIL: lambda a, p: -a * MP.ncdf(-a),
    lookup_relu.GELU_TANH_TAIL: lambda a, p: (
        -a / 2 * (1 - MP.tanh(MP.sqrt(2 / MP.pi) * (a + MP.mpf(44715) / 10**6 * a**3)))
    ),
    elu.ELU_TAIL: lambda a, p: p * (MP.exp(-a) - 1),
    softmax.EXP_NEG: lambda a, p: MP.exp(-a),
    softmax.RECIPROCAL: lambda a, p: 1 / a,
    softmax.LOG: lambda a, p: MP.log(a),
    elu.CELU_TAIL: lambda a, p: p * (MP.exp(-a / p) - 1),
    ramps.LOGSIGMOID_TAIL: lambda a, p: -MP.log(1 + MP.exp(-a)),
    ramps.MISH_TAIL: lambda x, p: x * MP.tanh(MP.log(1 + MP.exp(x))) - max(x, 0),
    power.RSQRT: lambda x, p: 1 / MP.sqrt(max(x, 0) + p),
    tabulated.SQRT: lambda x, p: MP.sqrt(max(x, 0)),
    tabulated.ERF: lambda x, p: MP.erf(x),
    tabulated.SIN: lambda x, p: MP.sin(x),
    tabulated.COS: lambda x, p: MP.cos(x),
    tabulated.ASIN: lambda x, p: MP.asin(min(max(x, -1), 1)),
    tabulated.ACOS: lambda x, p: MP.acos(min(max(x, -1), 1)),
    tabulated.ATAN: lambda x, p: MP.atan(x),
    tabulated.SINH: lambda x, p: MP.sinh(x),
    tabulated.COSH: lambda x, p: MP.cosh(x),
    tabulated.ASINH: lambda x, p: MP.asinh(x),
    tabulated.ACOSH: lambda x, p: MP.acosh(max(x, 1)),
}
"""The functions once more, in high precision and from their definitions."""

SIGNED = {
    lookup.SIGMOID, lookup.TANH, lookup.SOFTSIGN, lookup.EXP, ramps.MISH_TAIL, tabulated.ERF, tabulated.SIN,
    tabulated.COS, tabulated.ASIN, tabulated.ACOS, tabulated.ATAN, tabulated.SINH, tabulated.COSH,
    tabulated.ASINH,
}  # fmt: skip
ENTRIES = [
    "fixed<16,6,RND,SAT>",
    "fixed<12,4>",
    "fixed<18,3,TRN_ZERO,SAT_SYM>",
    "fixed<10,2,RND_CONV,SAT_ZERO>",
    "fixed<9,1,RND_INF,WRAP_SM>",
    "fixed<40,4,RND_MIN_INF,SAT>",
    "ufixed<64,1,RND_ZERO,SAT>",
]


def code(fmt):
    return fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow)


def rational(value):
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def names(function):
    return getattr(function, "name", None)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("function", list(TRUE), ids=names)
def test_every_entry_is_correctly_rounded(function, entry):
    source = Format.parse("fixed<8,4>" if function in SIGNED else "ufixed<8,4>")
    parameter, fmt = (1.7580993408473766, Format.parse(entry))
    table = make_table(function, parameter, source, fmt)
    for position, entry_raw in enumerate(table.entries.tolist()):
        x = Fraction(table.low + position) / Fraction(2) ** table.index.frac
        if x == 0 and function in (softmax.RECIPROCAL, softmax.LOG):
            pole = fmt.max_raw if function is softmax.RECIPROCAL else fmt.min_raw
            assert entry_raw == pole
            continue
        true = TRUE[function](MP.mpf(x.numerator) / x.denominator, MP.mpf(parameter))
        assert entry_raw == oracle.cast(rational(MP.mpf(true)), code(fmt)), (function.name, x)


@pytest.mark.parametrize("function", list(TRUE), ids=names)
@pytest.mark.parametrize("size", [16, 256, 4096])
def test_the_stated_error_is_the_largest_over_all_inputs(function, size):
    signed = function in SIGNED
    source, fmt = Format(10, 5, signed), Format.parse("fixed<14,4,RND,SAT>")
    reachable = (1.0, 5.0) if function in (softmax.RECIPROCAL, softmax.LOG) else None
    table = make_table(function, 1.0, source, fmt, size, reachable)
    assert len(table.entries) <= min(size, 2**source.width)
    low, high = reachable or (source.min, source.max)
    described = {
        "index": code(table.index),
        "low": table.low,
        "entries": table.entries.tolist(),
        "format": code(fmt),
    }
    largest = Fraction(0)
    for raw in range(source.min_raw, source.max_raw + 1):
        x = Fraction(raw, 2**source.frac)
        if low <= x <= high:
            with MP.workprec(120):  # far beyond the nine digits that are compared
                true = rational(MP.mpf(TRUE[function](MP.mpf(x.numerator) / x.denominator, MP.mpf(1))))
            largest = max(largest, abs(oracle.look_up(x, described) - true))
    assert table.max_error == pytest.approx(float(largest), rel=1e-9)


def test_errors_of_wide_inputs_are_found_at_the_ends_of_the_cells(monkeypatch):
    fmt = Format.parse("fixed<14,4,RND,SAT>")
    for function in TRUE:
        if function in (softmax.RECIPROCAL, softmax.LOG):
            continue
        source = Format(12, 6, function in SIGNED)
        every = make_table.__wrapped__(function, 1.0, source, fmt, 64)
        monkeypatch.setattr("isobit.tables._EXHAUSTIVE", 1)
        ends = make_table.__wrapped__(function, 1.0, source, fmt, 64)
        assert ends.max_error == every.max_error, function.name
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("source", "entry", "size", "index"),
    [
        ("fixed<16,6>", "fixed<16,6,RND,SAT>", 4096, "fixed<12,4,RND,SAT>"),  # settled beyond 8
        ("fixed<16,6>", "fixed<16,6,RND,SAT>", 65536, "fixed<14,4,RND,SAT>"),  # no finer than the input
        ("fixed<8,3>", "fixed<16,6,RND,SAT>", 4096, "fixed<8,3,RND,SAT>"),  # one entry per input
        ("fixed<16,6>", "fixed<6,2,RND,SAT>", 1024, "fixed<10,3,RND,SAT>"),
        ("ufixed<16,6>", "fixed<16,6,RND,SAT>", 4096, "ufixed<12,3,RND,SAT>"),
        ("fixed<64,40>", "fixed<16,6,RND,SAT>", 4096, "fixed<12,4,RND,SAT>"),
    ],
)
def test_addresses_of_sigmoid(source, entry, size, index):
    table = make_table(lookup.SIGMOID, 0.0, Format.parse(source), Format.parse(entry), size)
    assert str(table.index) == index


def test_inputs_that_one_step_distinguishes():
    table = make_table(lookup.SIGMOID, 0.0, Format.parse("fixed<1,-30>"), Format.parse("fixed<8,1,RND,SAT>"))
    assert table.entries.tolist() == [64, 64]


def test_a_wrapping_table_that_would_need_enormous_numbers_is_refused():
    with pytest.raises(FormatError, match=r"exp reaches .*saturates"):
        make_table(lookup.EXP, 0.0, Format.parse("fixed<32,20>"), Format.parse("fixed<16,6>"))


def test_a_table_that_zeroes_what_overflows():
    table = make_table(lookup.EXP, 0.0, Format.parse("fixed<12,11>"), Format.parse("fixed<8,4,RND,SAT_ZERO>"))
    assert str(table.index) == "fixed<12,11,RND,SAT>"
    values = np.exp(np.arange(-1024, 1024, 0.5)[:2050])
    assert table.entries[:2050].tolist() == [round(16 * v) if 16 * v < 127.5 else 0 for v in values]
    assert not table.entries[2060:].any()


def test_entries_near_an_asymptote_are_decided():
    truncating = Format.parse("fixed<16,2,TRN,SAT>")
    table = make_table(lookup.TANH, 0.0, Format.parse("fixed<40,30>"), truncating)
    assert table.entries.max() == 2**14 - 1  # tanh never reaches 1
    assert table.entries.min() == -(2**14)  # and truncation takes it to -1


def test_tables_are_made_once():
    arguments = (lookup.TANH, 0.0, Format.parse("fixed<16,6>"), Format.parse("fixed<16,6,RND,SAT>"))
    assert make_table(*arguments) is make_table(*arguments)
    assert make_table(*arguments).digest == make_table.__wrapped__(*arguments).digest
    assert not np.any(make_table(*arguments).entries.flags.writeable)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 0.25, 1.5, 0.3, -0.5, -0.7, 5.0, 6.0, -1.0, -2.0])
def test_powers(exponent):
    function = power.power_function(exponent)
    whole = exponent.is_integer()
    fmt = Format.parse("fixed<30,10,RND,SAT>")
    table = make_table(function, exponent, Format(7, 3, whole), fmt)
    for position, raw in enumerate(table.entries.tolist()):
        x = Fraction(table.low + position) / Fraction(2) ** table.index.frac
        if x == 0 and exponent < 0:
            assert raw == fmt.max_raw
            continue
        # square roots and integer powers are rational here and there: 600 bits are beyond all ties
        true = MP.power(MP.mpf(x.numerator) / x.denominator, MP.mpf(exponent)) if x or exponent else 1
        assert raw == oracle.cast(rational(MP.mpf(true)), code(fmt)), x
