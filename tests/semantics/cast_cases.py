"""Casts with the results that the oracle gives, written to a file for cast_cases.cpp."""

from __future__ import annotations

import random

import numpy as np

import oracle

NARROW = [
    # Source and target (width, frac, signed); every raw of the source, every mode.
    ((7, 4, True), (4, 1, True)),
    ((7, 4, False), (4, 1, True)),
    ((7, 4, True), (4, 2, False)),
    ((5, 0, True), (3, 4, True)),
    ((6, 3, True), (6, 3, True)),
    ((5, 4, True), (1, 0, True)),
    ((4, 3, False), (1, 1, False)),
    ((6, 6, True), (4, -3, True)),
]


def every_mode(signed):
    return [(q, o) for q in range(7) for o in range(5) if signed or o != oracle.WRAP_SM]


def bits(raw):
    """A raw as an int64 bit pattern."""
    return oracle.wrap(raw, 64, True)


def record(source, target, raw):
    result = oracle.cast(oracle.value_of(raw, source), target)
    return (*source[:3], *target, bits(raw), bits(result))


def narrow_cases():
    for source, (width, frac, signed) in NARROW:
        low, high = oracle.raw_range((*source, oracle.TRN, oracle.WRAP))
        for modes in every_mode(signed):
            for raw in range(low, high + 1):
                yield record(source, (width, frac, signed, *modes), raw)
    for source in {source for source, _ in NARROW}:
        low, high = oracle.raw_range((*source, oracle.TRN, oracle.WRAP))
        for raw in range(low, high + 1):
            yield record(source, oracle.PM1, raw)


def wide_cases(count, seed):
    """Random formats of up to 64 bits with shifts beyond both, random and extreme raws."""
    rng = random.Random(seed)  # noqa: S311
    while count:
        source = (rng.randint(1, 64), rng.randint(-20, 80), rng.random() < 0.7)
        shift = rng.choice([rng.randint(-6, 6), rng.randint(-60, 70)])
        width, signed = rng.randint(1, 64), rng.random() < 0.7
        if source[0] + max(-shift, 0) + 3 > 128:
            continue
        low, high = oracle.raw_range((*source, oracle.TRN, oracle.WRAP))
        modes = rng.choice(every_mode(signed))
        for _ in range(20):
            anywhere = rng.randint(low, high)
            raw = rng.choice([low, high, 0, anywhere, anywhere >> rng.randint(0, 63)])
            raw = min(max(raw + rng.randint(-1, 1), low), high)
            yield record(source, (width, source[1] - shift, signed, *modes), raw)
        count -= 20


def write(path, wide=40_000, seed=1):
    """Write the file; returns the number of cases."""
    records = np.array([*narrow_cases(), *wide_cases(wide, seed)], dtype="<i8")
    path.write_bytes(records.tobytes())
    return len(records)
