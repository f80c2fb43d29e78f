"""Sums of products with constants: dense layers, convolutions, scales and offsets."""

from __future__ import annotations

import math

import numpy as np

from isobit.hls.estimate import technology as tech
from isobit.hls.estimate.cost import Cost, Schedule
from isobit.hls.estimate.digits import digits, length, significant
from isobit.hls.estimate.operation import Integers, Operation


def sums(op: Operation, weights: Integers, schedule: Schedule) -> Cost:
    """The cost of an operation with weights."""
    copies = 1 if schedule.one_position else op.positions
    if schedule.reuse_factor == 1:
        return _unrolled(op, weights, copies, schedule)
    return _shared(op, weights, copies, schedule)


def _unrolled(op: Operation, weights: Integers, copies: int, schedule: Schedule) -> Cost:
    """A circuit for each constant."""
    count, bits = digits(weights), op.in_width + significant(weights)
    once = _first_of_each(weights) & (count > 1)
    in_dsp = once & (count > 2) & (bits >= tech.CONSTANT_PRODUCT_IN_DSP)
    in_lut = once & ~in_dsp
    product_bits = float(((count - 1) * bits)[in_lut].sum())
    slices = tech.dsp_slices(op.in_width, op.weight_width)

    terms, adders = _tree(op, weights)
    lut = copies * (product_bits + adders) * tech.LUT_PER_ADDER_BIT + _finish_lut(op, weights, copies)
    product_ns = max(
        tech.DSP_NS if in_dsp.any() else 0.0,
        tech.ADD_NS * tech.levels(float(count[in_lut].max(initial=1)), tech.ADDED_AT_ONCE),
    )
    tree_ns = tech.ADD_NS * tech.levels(terms, tech.ADDED_AT_ONCE)
    time = product_ns + tree_ns + _finish_ns(op, weights)
    dsp = int(in_dsp.sum()) * slices * copies
    ff = copies * _registers(op, weights.shape[1] * len(weights) / op.terms, terms, time, schedule)
    interval = _interval(op, schedule)
    return Cost(int(once.sum()) * copies, lut, ff, dsp, 0, time, interval - 1, interval)


def _shared(op: Operation, weights: Integers, copies: int, schedule: Schedule) -> Cost:
    """Multipliers of two variables; the weights come from memory."""
    reuse = schedule.reuse_factor
    # unrolled code knows zeros, code that reads weights does not
    products = int(np.count_nonzero(weights)) if schedule.strategy == "latency" else weights.size
    multipliers = math.ceil(copies * products / reuse)
    a, b = op.in_width, op.weight_width
    in_dsp = a + b >= tech.PRODUCT_IN_DSP
    dsp = multipliers * tech.dsp_slices(a, b) if in_dsp else 0
    width = _sum_width(op, weights)
    lut = multipliers * width * tech.LUT_PER_ADDER_BIT
    lut += 0 if in_dsp else multipliers * a * b * tech.LUT_PER_PRODUCT_BIT
    # each multiplier chooses among the inputs that it serves
    lut += multipliers * a * min(reuse, op.terms) * tech.LUT_PER_CHOICE_BIT / 2
    bram = 0
    if reuse > tech.MEMORY_DEPTH_IN_LUT:
        wide = math.ceil(multipliers * b / (2 * tech.BRAM_WIDTH))
        bram = wide * math.ceil(reuse / (tech.BRAM_DEPTH // 2))
    else:
        lut += multipliers * b
    lut += _finish_lut(op, weights, copies)
    each = max(1.0, op.terms / reuse)
    time = tech.LOGIC_NS * tech.levels(min(reuse, op.terms))
    time += tech.DSP_NS if in_dsp else tech.ADD_NS * tech.levels(b)
    time += tech.ADD_NS * (tech.levels(each, tech.ADDED_AT_ONCE) + 1) + _finish_ns(op, weights)
    columns = weights.shape[1] * len(weights) / op.terms * copies
    ff = columns * width + _registers(op, multipliers / each, each, time, schedule)
    interval = _interval(op, schedule)
    return Cost(multipliers, lut, ff, dsp, bram, time, interval - 1 + int(bram > 0), interval)


def _interval(op: Operation, schedule: Schedule) -> int:
    """Cycles between samples: positions one after the other, in a stream as fast as they come at best."""
    steps = schedule.reuse_factor * (op.positions if schedule.one_position else 1)
    return max(steps, op.pixels_in) if schedule.stream else steps


def _first_of_each(weights: Integers) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """True for one of equal constants that multiply the same input: its product is computed once."""
    order = np.argsort(weights, axis=1, kind="stable")
    ordered = np.take_along_axis(weights, order, axis=1)
    new = np.ones(weights.shape, dtype=np.bool_)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.empty_like(new)
    np.put_along_axis(first, order, new, axis=1)
    return first


def _tree(op: Operation, weights: Integers) -> tuple[float, float]:
    """Most terms of a sum, and the bits of all adders of a position."""
    terms = _terms(op, weights)
    return float(terms.max(initial=1)), _additions(terms) * _sum_width(op, weights)


def _terms(op: Operation, weights: Integers) -> Integers:
    """Terms of each sum of a position, the bias among them; 0 is none."""
    found: Integers = np.count_nonzero(weights.reshape(-1, op.terms, weights.shape[1]), axis=1)
    if op.bias is not None:
        found = found + (np.broadcast_to(op.bias, found.size).reshape(found.shape) != 0)
    return found


def _additions(terms: Integers) -> int:
    return int(np.maximum(terms - 1, 0).sum())


def _sum_width(op: Operation, weights: Integers) -> float:
    """Of an adder in the middle of the tree: two levels above the products."""
    used = weights[weights != 0]
    product = op.in_width + float(length(used).mean()) if used.size else float(op.in_width)
    return min(product + 2, op.most_bits or math.inf)


def _finish_lut(op: Operation, weights: Integers, copies: int) -> float:
    """Rounding, saturation: one addition and the choices of each result, as far as the trace has them."""
    share = copies / op.positions
    bits = _beyond_sums(op, weights) * tech.LUT_PER_ADDER_BIT
    bits += (op.counts["comparisons"] + op.counts["selects"]) * tech.LUT_PER_CHOICE_BIT
    return share * bits * op.out_width


def _beyond_sums(op: Operation, weights: Integers) -> int:
    """Additions of the trace that are not those of the sums: they round."""
    return max(0, op.counts["additions"] - op.positions * _additions(_terms(op, weights)))


def _finish_ns(op: Operation, weights: Integers) -> float:
    rounds = _beyond_sums(op, weights) > 0
    return (tech.ADD_NS if rounds else 0.0) + (2 * tech.LOGIC_NS if op.counts["selects"] else 0.0)


def _registers(op: Operation, columns: float, terms: float, time: float, schedule: Schedule) -> float:
    """Bits that cross the ends of cycles: the tree's numbers at that height, and the results."""
    used = tech.filled(schedule.clock_period)
    total = columns * op.out_width
    for cycle in range(1, math.ceil(time / used)):
        left = max(0.0, time - cycle * used) / tech.ADD_NS
        total += columns * min(terms, float(tech.ADDED_AT_ONCE) ** left) * (op.in_width + 2)
    return total
