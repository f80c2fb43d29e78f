"""How constants cost: as sums and differences of shifted inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


def digits(numbers: Integers) -> Integers:
    """Digits other than 0 of the canonical signed-digit form: the fewest powers of two that make a number."""
    size = magnitude(numbers)
    return _ones(np.bitwise_xor(size, size * np.uint64(3)))


def significant(numbers: Integers) -> Integers:
    """Bits between the highest and the lowest one."""
    size = magnitude(numbers)
    trailing = _ones((size & (~size + np.uint64(1))) - np.uint64(1))
    found: Integers = np.where(size != 0, length(numbers) - trailing, 0)
    return found


def length(numbers: Integers) -> Integers:
    """Bits up to the highest one."""
    size = magnitude(numbers)
    for shift in (1, 2, 4, 8, 16, 32):
        size = size | (size >> np.uint64(shift))
    return _ones(size)


def magnitude(numbers: Integers) -> npt.NDArray[np.uint64]:
    """Without signs. Numbers of more than 61 bits lose their lowest bits, which changes no estimate."""
    kept = np.abs(numbers.astype(np.int64))
    return np.where(kept >= 1 << 61, kept >> 3, kept).astype(np.uint64)


def _ones(words: npt.NDArray[np.uint64]) -> Integers:
    octets = np.ascontiguousarray(words)[..., None].view(np.uint8)
    counted: Integers = np.unpackbits(octets, axis=-1).sum(axis=-1, dtype=np.int64)
    return counted
