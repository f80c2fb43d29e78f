"""All other operations: by their counts."""

from __future__ import annotations

import math

from isobit.hls.estimate import technology as tech
from isobit.hls.estimate.cost import Cost, Schedule
from isobit.hls.estimate.operation import Operation


def elements(op: Operation, schedule: Schedule) -> Cost:
    """The cost of an operation without weights."""
    steps = schedule.reuse_factor
    passes = op.pixels if schedule.stream else 1
    width = max(op.in_width, op.out_width)
    share = 1 / (passes * steps)
    products = math.ceil(op.counts["multiplications"] * share)
    in_dsp = 2 * width >= tech.PRODUCT_IN_DSP
    dsp = products * tech.dsp_slices(op.in_width, op.in_width) if in_dsp else 0
    readers = math.ceil(op.counts["lookups"] * share / max(1, len(op.tables)))
    lut = share * width * op.counts["additions"] * tech.LUT_PER_ADDER_BIT
    lut += share * width * (op.counts["comparisons"] + op.counts["selects"]) * tech.LUT_PER_CHOICE_BIT
    lut += 0 if in_dsp else products * op.in_width**2 * tech.LUT_PER_PRODUCT_BIT
    lut += sum(tech.table_lut(entries, bits, readers) for entries, bits in op.tables)
    bram = sum(tech.table_bram(entries, bits, readers) for entries, bits in op.tables)
    reads = len(op.tables) if op.counts["lookups"] else 0
    time = _nanoseconds(op, in_dsp)
    stages = reads + math.ceil(time / tech.filled(schedule.clock_period)) - 1
    ff = op.out_width * math.ceil(op.size * share) * max(0, stages)
    interval = steps * (max(op.pixels, op.pixels_in) if schedule.stream else 1)
    return Cost(products, lut, ff, dsp, bram, time, reads + interval - 1, interval)


def _nanoseconds(op: Operation, in_dsp: bool) -> float:
    """Of the longest path, where what elements of the result share is a balanced tree."""
    kinds = {
        "additions": tech.ADD_NS,
        "comparisons": tech.ADD_NS,
        "selects": tech.LOGIC_NS,
    }
    time = sum(cost * tech.levels(1 + op.counts[kind] / max(1, op.size)) for kind, cost in kinds.items())
    if op.counts["multiplications"]:
        time += tech.DSP_NS if in_dsp else tech.ADD_NS * tech.levels(op.in_width)
    return time
