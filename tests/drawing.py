"""Hypothesis strategies for formats and raws; they prefer the edges, where faults live."""

from __future__ import annotations

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
    """One raw: often an end of the range, a power of two or zero, give or take one."""
    if fmt == oracle.PM1:
        return st.sampled_from([-1, 1])
    low, high = oracle.raw_range(fmt)
    edges = {low, high, 0, 1, -1, low // 2, high // 2 + 1}
    edges |= {base + step for base in tuple(edges) for step in (-1, 1)}
    return st.one_of(st.integers(low, high), st.sampled_from(sorted(e for e in edges if low <= e <= high)))


@st.composite
def samples(draw, spec, count):
    """``count`` samples for a description of a network (see tests/engine.py)."""
    kinds = [(spec["tensors"][n]["size"], spec["tensors"][n]["format"]) for n in spec["inputs"]]
    return [
        [draw(st.lists(raws(fmt), min_size=size, max_size=size)) for size, fmt in kinds] for _ in range(count)
    ]
