"""Casts between any two formats of 1 to 64 bits, through every path of the engine."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
import oracle
from drawing import formats, raws
from isobit import _core as core


def one_cast(source, target):
    return engine.network([(1, source), (1, target)], [0], [1], [engine.operation("linear", [0], 1)])


def fits_128_bits(source, target):
    appended = max(target[1] - source[1], 0)
    return source[0] + appended + 3 <= 128


@st.composite
def casts(draw):
    source = draw(formats(max_width=64))
    shift = draw(st.one_of(st.integers(-8, 8), st.integers(-140, 62)))
    target = draw(formats(max_width=64, frac=st.just(max(-128, min(128, source[1] + shift)))))
    return source, target, draw(st.lists(raws(source), min_size=1, max_size=12))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(casts())
def test_any_cast(case):
    source, target, numbers = case
    spec = one_cast(source, target)
    if not fits_128_bits(source, target):
        return
    engine.check(core, spec, [[[number]] for number in numbers])


@pytest.mark.parametrize("overflow", range(4))
@pytest.mark.parametrize("rounding", range(7))
def test_widest_unsigned(rounding, overflow):
    """ufixed<64,..> raws beyond 2^63 survive the trip through int64 arrays as bit patterns."""
    source = (64, 10, False, oracle.TRN, oracle.WRAP)
    numbers = [0, 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 512, 2**64 - 513, 511, 512, 513]
    for target in (
        (64, 10, False, rounding, overflow),
        (64, 0, False, rounding, overflow),
        (63, 10, True, rounding, overflow),
        (64, 10, True, rounding, overflow),
        (54, 0, False, rounding, overflow),
    ):
        engine.check(core, one_cast(source, target), [[[number]] for number in numbers])


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("rounding", range(7))
def test_shift_beyond_every_bit(rounding, signed):
    """What lies entirely below the last place still rounds by its sign and its size."""
    source = (8, 100, signed, oracle.TRN, oracle.WRAP)
    low, high = oracle.raw_range(source)
    numbers = [[[n]] for n in (low, low // 2, 0, 1, high // 2, high // 2 + 1, high)]
    for dropped in (7, 8, 9, 10, 11, 64, 100, 128):
        for overflow in (oracle.WRAP, oracle.SAT_SYM):
            engine.check(core, one_cast(source, (8, 100 - dropped, True, rounding, overflow)), numbers)
