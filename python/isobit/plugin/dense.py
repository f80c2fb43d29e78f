"""Dense layers: weights packed into the words that the processor's dot products take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from isobit.backends.program import Code, decode
from isobit.cxx.literals import static_format
from isobit.cxx.network import raws
from isobit.formats import Overflow, Rounding
from isobit.plugin.fusion import Step
from isobit.plugin.layout import PADDING
from isobit.plugin.parts import Call, Parts


@dataclass(frozen=True)
class Packing:
    """How activations and weights lie in words.

    Attributes
    ----------
    elements : int
        In a word.
    word_bits : int
    kind : str
        The integer type of a packed activation.
    offset : int
        Added to every activation.
    """

    elements: int
    word_bits: int
    kind: str
    offset: int = 0


def dense(parts: Parts, step: Step) -> Iterator[Call]:
    """The call of one dense layer, with the operations that follow it in registers."""
    rows, n_in, n_out = parts.rows()
    (source,) = parts.op["inputs"]
    if parts.lane == 128 or is_ascending(parts):
        weight, bias = (parts.constant(i, parts.word) for i in range(2))
        yield parts.call(
            "plain_matrix", parts.scalar, parts.cell, rows, n_in, n_out, *parts.inputs, weight, bias,
            *parts.formats(), parts.output, "@scratch@", scratch_bytes=n_in * parts.bits // 8,
        )  # fmt: skip
        return
    packing = packing_of(parts, source)
    lanes = 8 * parts.isa.vector_bytes // packing.word_bits
    weight, bias = _declare(parts, packing, lanes, source, n_in, n_out)
    output, behind = then(parts, step, packing.word_bits)
    word = f"std::int{packing.word_bits}_t"
    yield parts.call(
        "matrix",
        f"packed_neurons<{packing.elements}, {word}, {lanes}>",
        packing.elements,
        packing.kind,
        packing.offset,
        parts.cell,
        rows,
        n_in,
        n_out,
        *parts.inputs,
        weight,
        bias,
        *parts.formats(),
        static_format(parts.network.format(parts.op["output"])),
        output,
        "@scratch@",
        *behind,
        scratch_bytes=(n_in + PADDING) * packing.word_bits // 8,
        least_bytes={source: packing.word_bits // packing.elements // 8},
    )


def then(parts: Parts, step: Step, word_bits: int) -> tuple[str, list[str]]:
    """The tensor in which a step ends, and the cells that follow its sum in registers."""
    output, behind = parts.output, []
    for number in step.followers:
        follower = Parts(parts.network, number, parts.isa, word_bits, parts.declared)
        fmt = static_format(parts.network.format(follower.op["output"]))
        behind.append(f"native::then<{', '.join([follower.cell, fmt, *follower.arguments()])}>")
        parts.data.extend(follower.data)
        output = follower.output
    return output, behind


def packing_of(parts: Parts, source: int) -> Packing:
    """The narrowest packing that is proven to hold the activations and holds the weights."""
    low, high = parts.network.ranges[source]
    weight = parts.op["constants"][0]
    values = raws(weight["raw"], weight["format"])
    least, most = min(values), max(values)
    if is_rounded(parts):
        within = min(least, low) >= -(2**15) and max(most, high) < 2**15
        if parts.lane <= 32 and within and _rounds_pairs(parts, source):
            return Packing(2, 32, "std::int16_t")
    elif parts.lane <= 32:
        if parts.isa.byte_range is not None and least >= -128 and most <= 127 and high - low <= 255:
            first, last = parts.isa.byte_range
            offset = 0 if first <= low and high <= last else -128 - low if first < 0 else -low
            return Packing(4, 32, "std::int8_t" if first < 0 else "std::uint8_t", offset)
        if least >= -(2**15) and most < 2**15 and high - low < 2**16:
            offset = 0 if low >= -(2**15) and high < 2**15 else -(2**15) - low
            return Packing(2, 32, "std::int16_t", offset)
    bits = max(32, parts.lane)
    return Packing(1, bits, f"std::int{bits}_t")


def is_ascending(parts: Parts) -> bool:
    """Whether sums are cast after every addition, one neuron after the other."""
    return str(parts.op["cell"]).startswith("ascending_")


def is_rounded(parts: Parts) -> bool:
    """Whether every product is rounded to the fractional bits of the accumulator."""
    return str(parts.op["cell"]).startswith("rounded_")


def _rounds_pairs(parts: Parts, source: int) -> bool:
    """Whether ``policy/rounded_products.hpp`` rounds such products, in words that then are right."""
    accumulator = decode(parts.op["formats"][0])
    product = fractional(parts.network.format(source)) + fractional(parts.op["constants"][0]["format"])
    dropped = product - accumulator.frac
    return (
        accumulator.rounding in (Rounding.TRN, Rounding.RND)
        and accumulator.overflow is Overflow.WRAP
        and 1 <= dropped <= 15
        and accumulator.width + dropped <= 32
    )


def fractional_of_sum(parts: Parts, source: int) -> tuple[int, int]:
    """Fractional bits of what is added up, and of the sum with its bias."""
    weight, bias = parts.op["constants"]
    product = fractional(parts.network.format(source)) + fractional(weight["format"])
    if is_rounded(parts):
        product = min(product, fractional(parts.op["formats"][0]))
    return product, max(product, fractional(bias["format"]))


def _declare(
    parts: Parts, packing: Packing, lanes: int, source: int, n_in: int, n_out: int
) -> tuple[str, str]:
    """Weights as tiles of [word][register][lane], and what the sums begin with; returns their names."""
    weight, bias = parts.op["constants"]
    # Everything below is right modulo 2**word_bits, which the proof says is enough.
    matrix = weight["raw"].reshape(n_in, n_out)
    k, panels = packing.elements, -(-n_out // lanes)
    full = np.zeros((-(-n_in // k) * k, panels * lanes), dtype=np.int64)
    full[:n_in, :n_out] = matrix
    part = packing.word_bits // k
    words = full if k == 1 else sum((full[i::k] & (2**part - 1)) << (part * i) for i in range(k))
    words = np.asarray(words).reshape(-1, panels, lanes)
    tiles = [words[:, first : first + size].ravel() for first, size in _tiles(panels)]

    product, total = fractional_of_sum(parts, source)
    start = np.zeros(panels * lanes, dtype=np.int64)
    start[:n_out] = bias["raw"] << (total - fractional(bias["format"]))
    start[:n_out] -= (packing.offset * matrix.sum(axis=0)) << (total - product)
    kind = f"std::int{packing.word_bits}_t"
    stored = np.int32 if packing.word_bits == 32 else np.int64
    return (
        parts.declare("c0", "constant", kind, np.concatenate(tiles).astype(stored), about(weight)),
        parts.declare("c1", "constant", kind, start.astype(stored), about(bias)),
    )


def fractional(code: Code) -> int:
    """The fractional bits of a format."""
    return code[1]


def _tiles(registers: int) -> Iterator[tuple[int, int]]:
    """First register and number of registers of every tile, as the schedule takes them."""
    first = 0
    for size in (8, 2, 1) if registers % 8 >= 4 else (8, 1):
        while first + size <= registers:
            yield first, size
            first += size


def about(constant: Any) -> str:
    """What the type of a constant says of it."""
    return f"{static_format(constant['format'])}, {constant['raw'].size}"
