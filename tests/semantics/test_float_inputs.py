"""Floats enter a format by one cast of their exact binary value, whatever their size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drawing
import engine
import oracle
from isobit import _core as core

LOW_BITS, HIGH_BITS = 32, 33


def halves(fmt):
    """A network that shows an input of up to 64 bits in two pieces that a double holds."""
    low = (LOW_BITS, fmt[1], False, oracle.TRN, oracle.WRAP)
    high = (HIGH_BITS, fmt[1] - LOW_BITS, True, oracle.TRN, oracle.WRAP)
    ops = [engine.operation("linear", [0], 1), engine.operation("linear", [0], 2)]
    return engine.network([(1, fmt), (1, low), (1, high)], [0], [1, 2], ops)


def raws_of(program, fmt, array, isa):
    """The raws that the engine makes of floats of shape (n,)."""
    low, high = program.run([array.reshape(-1, 1)], [1, 2], 1, "auto", isa)
    to_integer = 2.0 ** fmt[1]
    low, high = low[:, 0].astype(float) * to_integer, high[:, 0].astype(float) * to_integer
    return [int(a) + int(b) for a, b in zip(low, high, strict=True)]


def assert_cast(fmt, array):
    program = core.Program(halves(fmt))
    expected = [oracle.from_float(float(number), fmt) for number in array]
    for isa in core.isas():
        assert raws_of(program, fmt, array, isa) == expected, (fmt, array, isa)


def numbers(fmt, width):
    """Floats of every kind, and those around ties and ends of a format."""
    step = 2.0 ** -fmt[1]
    low, high = oracle.raw_range(fmt)
    near = st.integers(-24, 24).map(lambda n: n / 8 * step)
    ends = st.tuples(st.sampled_from([low, high]), st.integers(-9, 9)).map(lambda t: (t[0] + t[1] / 4) * step)
    inside = drawing.raws(fmt).map(lambda raw: raw * step)
    return st.one_of(near, ends, inside, st.floats(allow_nan=False, allow_infinity=False)).map(
        lambda x: float(np.clip(np.float64(x), -3e38, 3e38).astype(np.float32)) if width == 32 else x
    )


@settings(max_examples=300, deadline=None)
@given(
    fmt=drawing.formats(max_width=64) | drawing.formats(max_width=64, frac=st.integers(-90, 100)),
    width=st.sampled_from([32, 64]),
    data=st.data(),
)
def test_any_float_into_any_format(fmt, width, data):
    drawn = data.draw(st.lists(numbers(fmt, width), min_size=1, max_size=20))
    assert_cast(fmt, np.array(drawn, dtype=np.float32 if width == 32 else np.float64))


@pytest.mark.parametrize("overflow", range(5))
@pytest.mark.parametrize("rounding", range(7))
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_extremes(kind, rounding, overflow):
    """Subnormals, the smallest and the largest floats, ties and zeros of both signs."""
    info = np.finfo(kind)
    sizes = [0.0, info.smallest_subnormal, info.tiny, info.eps, info.max, 0.5, 1.5, 2.5, 127.5, 128.0, 255.5]
    array = np.array([sign * size for size in sizes for sign in (1, -1)], dtype=kind)
    for width, frac in ((8, 0), (16, 20), (24, 4), (64, 30), (9, -3)):
        assert_cast((width, frac, True, rounding, overflow), array)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_random_bit_patterns(kind):
    """Every exponent that there is."""
    bits = np.random.default_rng(3).integers(0, 2**63, 4000).astype(np.int64)
    array = bits.view(np.float64) if kind == np.float64 else bits.astype(np.int32).view(np.float32)
    array = np.concatenate([array, -array])
    array = array[np.isfinite(array)]
    for overflow in (oracle.WRAP, oracle.SAT, oracle.SAT_ZERO):
        assert_cast((17, 7, True, oracle.RND_CONV, overflow), array)
