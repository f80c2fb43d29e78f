"""Floats become raws by one rounding of their exact value, and raws become floats, for any format."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

import engine
import oracle
from plugin import joined

NUMBERS = 64


def port_format(rng):
    width, signed = (
        rng.choice([1, 2, 7, 8, 16, 23, 24, 25, 31, 32, 40, 53, 56, 57, 63, 64]),
        rng.random() < 0.7,
    )
    frac = rng.choice([0, 4, width // 2, width, width + 9, -3, -30, 60, 120, 128, -128])
    overflow = rng.choice([o for o in range(5) if signed or o != oracle.WRAP_SM])
    return (width, frac, signed, rng.randrange(7), overflow)


def numbers(rng, fmt, single):
    """Floats around the places of a format's last bits and of its ends, and the extremes of all floats."""
    width, frac, *_ = fmt
    found = [0.0, -0.0]
    while len(found) < NUMBERS:
        kind = rng.randrange(5)
        if kind == 0:
            value = math.ldexp(rng.randint(-64, 64), -frac - rng.randint(0, 5))
        elif kind == 1:
            value = math.ldexp(rng.uniform(-4, 4), width - frac)
        elif kind == 2:
            value = math.ldexp(rng.choice([-1, 1]), rng.randint(-148, 127))
        elif kind == 3:
            value = math.ldexp(rng.uniform(-1, 1), rng.randint(-148, 127))
        else:
            value = rng.choice([-1, 1]) * rng.choice(
                [3.4028234663852886e38, 1e-45, 5e-324, 1.7976931348623157e308]
            )
        if single:
            with np.errstate(over="ignore"):
                value = float(np.float32(value))
        if math.isfinite(value):
            found.append(value)
    return found


def raw_of(rng, fmt):
    if fmt == oracle.PM1:
        return rng.choice([-1, 1])
    return rng.randint(*oracle.raw_range(fmt if fmt[4] == oracle.SAT_SYM else engine.plain(fmt)))


@pytest.fixture(scope="module")
def ports():
    rng = random.Random(4)  # noqa: S311
    formats = [oracle.PM1, *(port_format(rng) for _ in range(40))]
    specs = []
    for fmt in formats:
        tensors = [(NUMBERS, fmt), (NUMBERS, engine.plain(fmt))]
        specs.append(engine.network(tensors, [0], [1], [engine.operation("linear", [0], 1)]))
    return formats, joined.join(specs), rng


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs(ports, dtype, tmp_path, compiler):
    formats, spec, rng = ports
    plugin = joined.compiled(spec, tmp_path)
    inputs = [np.array([numbers(rng, fmt, dtype is np.float32)], dtype=dtype) for fmt in formats]
    results = [np.empty((1, NUMBERS), dtype=np.int64) for _ in formats]
    plugin._native.run(inputs, results, 1)
    for fmt, given, found in zip(formats, inputs, results, strict=True):
        expected = [oracle.from_float(float(value), fmt) for value in given[0]]
        np.testing.assert_array_equal(found[0], engine.as_int64(expected, fmt), err_msg=str(fmt))
    # calm values only, so that every element takes the quick way
    largest = float(np.finfo(np.float32).max)
    steps = [[math.ldexp(i - 32, -fmt[1] - 2) for i in range(NUMBERS)] for fmt in formats]
    calm = [np.clip([row], -largest, largest).astype(dtype) for row in steps]
    plugin._native.run(calm, results, 1)
    for fmt, given, found in zip(formats, calm, results, strict=True):
        expected = [oracle.from_float(float(value), fmt) for value in given[0]]
        np.testing.assert_array_equal(found[0], engine.as_int64(expected, fmt), err_msg=str(fmt))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_outputs(ports, dtype, tmp_path, compiler):
    formats, spec, rng = ports
    bits = 24 if dtype is np.float32 else 53
    kept = [i for i, fmt in enumerate(formats) if fmt[0] <= bits and fmt[0] - fmt[1] <= 127]
    assert len(kept) > 10
    plugin = joined.compiled(spec, tmp_path)
    raws = [[raw_of(rng, fmt) for _ in range(NUMBERS)] for fmt in formats]
    inputs = [engine.as_int64(raw, fmt)[None] for raw, fmt in zip(raws, formats, strict=True)]
    results = [np.empty((1, NUMBERS), dtype if i in kept else np.int64) for i in range(len(formats))]
    plugin._native.run(inputs, results, 1)
    for i in kept:
        expected = [float(oracle.value_of(raw, formats[i])) for raw in raws[i]]
        assert results[i][0].tolist() == expected, formats[i]
