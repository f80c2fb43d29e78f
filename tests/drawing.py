"""Hypothesis strategies for formats and raws; they prefer the edges, where faults live."""

from __future__ import annotations

import zlib

import numpy as np
from hypothesis import strategies as st

import oracle

ROUNDINGS = range(7)
OVERFLOWS = range(5)


@st.composite
def formats(draw, max_width=16, frac=None, signed=None, overflows=OVERFLOWS, min_width=1):
    """A format (width, frac, signed, rounding, overflow); frac may be negative or exceed the width."""
    width = draw(st.integers(min_width, max_width))
    is_signed = draw(st.booleans()) if signed is None else signed
    overflow = draw(st.sampled_from([o for o in overflows if is_signed or o != oracle.WRAP_SM]))
    places = draw(st.integers(-3, width + 3) if frac is None else frac)
    return (width, places, is_signed, draw(st.sampled_from(ROUNDINGS)), overflow)


def raws(fmt):
    """One raw, often at an edge."""
    if fmt == oracle.PM1:
        return st.sampled_from([-1, 1])
    return st.one_of(st.integers(*oracle.raw_range(fmt)), st.sampled_from(edges(fmt)))


def edges(fmt):
    """The ends of a format's range, their halves and zero, give or take one; in order."""
    low, high = oracle.raw_range(fmt)
    near = {base + step for base in (low, high, 0, low // 2, high // 2 + 1) for step in (-1, 0, 1)}
    return sorted(raw for raw in near if low <= raw <= high)


def generator(draw):
    """Random numbers by the thousand, which Hypothesis would take long to draw: it draws the seed."""
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def some_raws(rng, fmt, size):
    """A list of raws, half of which are at an edge."""
    if fmt == oracle.PM1:
        return rng.choice([-1, 1], size).tolist()
    low, high = oracle.raw_range(fmt)
    anywhere = rng.integers(low, high, size, dtype=np.uint64 if high >= 2**63 else np.int64, endpoint=True)
    known = edges(fmt)
    picked = zip(anywhere.tolist(), rng.integers(len(known), size=size), rng.random(size) < 0.5, strict=True)
    return [known[i] if edge else raw for raw, i, edge in picked]


def samples(spec, count):
    """``count`` samples for a description of a network (see tests/engine.py), the same for equal tensors.

    They are not drawn: Hypothesis would take a network with other samples for another example.
    """
    rng = np.random.default_rng(zlib.crc32(repr(spec["tensors"]).encode()))
    kinds = [(spec["tensors"][n]["size"], spec["tensors"][n]["format"]) for n in spec["inputs"]]
    return [[some_raws(rng, fmt, size) for size, fmt in kinds] for _ in range(count)]
