"""Numbers as protobuf encodes them: integers of variable length, and little-endian floats."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.frontends.onnx.fields import DOUBLE, FLOAT, INT

FLOAT_WIDTHS = {FLOAT: 4, DOUBLE: 8}
_CHUNK = 1 << 20
_MAX_VARINT = 10
_FEW = 64


def varint(data: bytes | bytearray, position: int, end: int) -> tuple[int, int]:
    """An unsigned 64-bit integer of variable length and the position after it."""
    value = shift = 0
    while position < end and shift < 7 * _MAX_VARINT:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
    raise FileFormatError(f"it breaks off, or is damaged, at byte {position}")


def signed(number: int, kind: str) -> int:
    """An unsigned 64-bit number as the type ``kind`` has it."""
    return number - 2**64 if kind == INT and number >= 2**63 else number


def real(raw: memoryview, kind: str) -> float:
    """The number of 4 or 8 bytes."""
    return float(struct.unpack("<f" if kind == FLOAT else "<d", raw)[0])


def numbers(raw: bytearray, kind: str) -> npt.NDArray[Any]:
    """Numbers of the type ``kind`` that lie one after the other.

    Raises
    ------
    FileFormatError
        When the last one is cut off, or one is longer than any number.
    """
    if kind in FLOAT_WIDTHS:
        if len(raw) % FLOAT_WIDTHS[kind]:
            raise FileFormatError("the last number is cut off")
        return np.frombuffer(raw, f"<f{FLOAT_WIDTHS[kind]}")
    unsigned = _few(raw) if len(raw) <= _FEW else _many(np.frombuffer(raw, np.uint8))
    return unsigned.view(np.int64) if kind == INT else unsigned


def _few(raw: bytearray) -> npt.NDArray[np.uint64]:
    found, position = [], 0
    while position < len(raw):
        number, position = varint(raw, position, len(raw))
        found.append(number)
    return np.array(found, dtype=np.uint64)


def _many(encoded: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The same over arrays: the k-th bytes of all numbers at once, in chunks, to save memory."""
    last = encoded < 0x80
    found = np.zeros(np.count_nonzero(last), dtype=np.uint64)
    position = count = 0
    while position < len(encoded):
        chunk = encoded[position : position + _CHUNK]
        ends = np.flatnonzero(last[position : position + _CHUNK])
        if len(ends) == 0:
            raise FileFormatError("the last number is cut off, or damaged")
        begins = np.concatenate(([0], ends[:-1] + 1))
        lengths = ends - begins + 1
        if lengths.max() > _MAX_VARINT:
            raise FileFormatError("a number is damaged")
        values = found[count : count + len(ends)]
        for k in range(lengths.max()):
            longer = np.flatnonzero(lengths > k)
            values[longer] |= (chunk[begins[longer] + k] & 0x7F).astype(np.uint64) << np.uint64(7 * k)
        position += int(ends[-1]) + 1
        count += len(ends)
    return found
