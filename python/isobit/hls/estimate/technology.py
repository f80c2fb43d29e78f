"""What logic of the vendor's devices takes, in time and in look-up tables.

The numbers are for UltraScale+ devices of speed grade 2. ``docs/estimates.md`` tells where each comes from.
"""

from __future__ import annotations

import math

CLOCK_USED = 0.875
"""The part of a clock period that an HLS compiler fills; the rest is left for routing."""
ADD_NS = 0.6
"""An addition of up to three numbers, or a comparison, of 16 to 32 bits on a carry chain."""
LOGIC_NS = 0.4
"""A look-up table with its wires: a choice between two, a mask."""
DSP_NS = 2.4
"""A product in a DSP slice."""

ADDED_AT_ONCE = 3
"""Numbers that one carry chain adds."""
LUT_PER_ADDER_BIT = 0.6
"""Fitted (see the docs). One for an adder of two numbers; adders of three lower it."""
LUT_PER_CHOICE_BIT = 0.5
"""Two-to-one choices, and comparisons: a look-up table serves two bits."""
LUT_PER_PRODUCT_BIT = 1.0
"""Of a product of two variables without a DSP slice, for each pair of bits."""

DSP_WIDTHS = (27, 18)
"""What one slice multiplies, signed."""
CONSTANT_PRODUCT_IN_DSP = 20
"""From this sum of widths on a product with a constant of three or more digits takes a DSP slice."""
PRODUCT_IN_DSP = 18
"""From this sum of widths on a product of two variables takes a DSP slice."""

ROM_BITS_IN_LUT = 64
SMALL_TABLE_BITS = 1024
"""Up to here a table lies in look-up tables."""
BRAM_WIDTH, BRAM_DEPTH, BRAM_PORTS = 18, 1024, 2
MEMORY_DEPTH_IN_LUT = 64
"""Weights that are read one after the other lie in look-up tables up to this depth."""


def filled(clock_period: float) -> float:
    """Nanoseconds of logic in one cycle."""
    return clock_period * CLOCK_USED


def dsp_slices(a: int, b: int) -> int:
    """Slices for a signed product of two widths."""
    wide, narrow = max(a, b), min(a, b)
    return math.ceil(wide / DSP_WIDTHS[0]) * math.ceil(narrow / DSP_WIDTHS[1])


def table_bram(entries: int, width: int, readers: int) -> int:
    """Block memories of 18 Kbit for a table that several read in each cycle."""
    if entries * width <= SMALL_TABLE_BITS:
        return 0
    blocks = math.ceil(width / BRAM_WIDTH) * math.ceil(entries / BRAM_DEPTH)
    return blocks * math.ceil(readers / BRAM_PORTS)


def table_lut(entries: int, width: int, readers: int) -> int:
    """Look-up tables for a table that is too small for a block memory."""
    if entries * width > SMALL_TABLE_BITS:
        return 0
    return width * math.ceil(entries / ROM_BITS_IN_LUT) * readers


def levels(n: float, at_once: int = 2) -> int:
    """Of a balanced tree with n leaves, of which each node joins a few."""
    return math.ceil(math.log(n, at_once) - 1e-9) if n > 1 else 0
