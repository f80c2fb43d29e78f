"""Convolutions: weights in panels of neighbouring channels, and the pixels that every tap meets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.cxx.literals import array, static_format
from isobit.plugin.dense import Packing, about, fractional, fractional_of_sum, is_ascending, packing_of, then
from isobit.plugin.fusion import Step
from isobit.plugin.parts import Call, Parts


def convolution(parts: Parts, step: Step) -> Iterator[Call]:
    """The call of one convolution, with the operations that follow it in registers."""
    positions, groups, n_in, n_out, taps = (int(n) for n in parts.op["ints"][:5])
    windows = _windows(parts, [positions, groups, n_in, n_out, taps])
    (source,) = parts.op["inputs"]
    size = parts.network.size(source)
    cell = parts.cell.replace("convolution", "dense")
    if parts.lane == 128 or is_ascending(parts):
        weight, bias = (parts.constant(i, parts.word) for i in range(2))
        yield parts.call(
            "plain_convolution", parts.scalar, cell, windows, *parts.inputs, weight, bias, *parts.formats(),
            parts.output, "@scratch@", scratch_bytes=size * parts.bits // 8,
        )  # fmt: skip
        return
    packing = packing_of(parts, source)
    lanes = 8 * parts.isa.vector_bytes // packing.word_bits
    weight, bias = _declare(parts, packing, lanes, source, (groups, n_in, n_out, taps))
    k = packing.elements
    row = -(-n_in // k) * k
    zeros = parts.declare(
        "zeros", "constant", packing.kind, [packing.offset] * row,
        f"{static_format(parts.network.format(source))}, {row}",
    )  # fmt: skip
    output, behind = then(parts, step, packing.word_bits)
    yield parts.call(
        "convolution",
        f"packed_neurons<{k}, std::int{packing.word_bits}_t, {lanes}>",
        k,
        packing.kind,
        packing.offset,
        cell,
        windows,
        *parts.inputs,
        weight,
        bias,
        zeros,
        *parts.formats(),
        static_format(parts.network.format(parts.op["output"])),
        output,
        "@scratch@",
        *behind,
        scratch_bytes=size // n_in * row * packing.word_bits // k // 8,
        least_bytes={source: packing.word_bits // k // 8},
    )


def _windows(parts: Parts, sizes: list[int]) -> str:
    name = f"op{parts.number}_windows"
    pixels = np.asarray(parts.op["ints"][5:], dtype=np.int32)
    parts.data.append(array(name, "int", pixels))
    parts.data.append(
        f"struct {name}_data_of {{\n  static const int* data() {{ return {name}_data(); }}\n}};\n"
        f"using {name} = native::windows_of<{name}_data_of, {', '.join(map(str, sizes))}>;"
    )
    return name


def _declare(
    parts: Parts, packing: Packing, lanes: int, source: int, sizes: tuple[int, int, int, int]
) -> tuple[str, str]:
    """Weights by group as panels of [tap][word][lane], and what the sums begin with; returns their names."""
    groups, n_in, n_out, taps = sizes
    weight, bias = parts.op["constants"]
    # Everything below is right modulo 2**word_bits, which the proof says is enough.
    k, panels = packing.elements, -(-n_out // lanes)
    matrix = weight["raw"].reshape(taps, n_in, groups, n_out)
    full = np.zeros((taps, -(-n_in // k) * k, groups, panels * lanes), dtype=np.int64)
    full[:, :n_in, :, :n_out] = matrix
    part = packing.word_bits // k
    words: npt.NDArray[Any] = full
    if k > 1:
        words = np.sum([(full[:, i::k] & (2**part - 1)) << (part * i) for i in range(k)], axis=0)
    words = words.reshape(taps, -1, groups, panels, lanes).transpose(2, 3, 0, 1, 4)

    product, total = fractional_of_sum(parts, source)
    start = np.zeros((groups, panels * lanes), dtype=np.int64)
    start[:, :n_out] = (bias["raw"] << (total - fractional(bias["format"]))).reshape(groups, n_out)
    start[:, :n_out] -= (packing.offset * matrix.sum(axis=(0, 1))) << (total - product)
    kind = f"std::int{packing.word_bits}_t"
    stored = np.int32 if packing.word_bits == 32 else np.int64
    return (
        parts.declare("c0", "constant", kind, words.ravel().astype(stored), about(weight)),
        parts.declare("c1", "constant", kind, start.ravel().astype(stored), about(bias)),
    )
