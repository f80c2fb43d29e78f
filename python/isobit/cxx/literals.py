"""Values of a model as C++ text. Nothing of a model's content becomes code but through these functions."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.program import Code

_PLAIN = frozenset((string.ascii_letters + string.digits + " _-.,:;/()[]{}<>=+*!#$%&^|~@'`").encode())
_ROUNDINGS = ("trn", "trn_zero", "rnd", "rnd_zero", "rnd_inf", "rnd_min_inf", "rnd_conv")
_OVERFLOWS = ("wrap", "sat", "sat_sym", "sat_zero", "wrap_sm", "pm1")
Values = Sequence[int] | npt.NDArray[Any]

_PER_LINE = 16
_BYTES_PER_LINE = 64
_MANY = 2**14
_BYTES = [chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in range(256)]

EXACT = "exact"
"""The tag of an accumulator that is cast nowhere, in the namespace of the kernels."""


def text(value: str) -> str:
    """A string literal of the UTF-8 bytes."""
    return '"' + "".join(map(_BYTES.__getitem__, value.encode())) + '"'


def static_format(code: Code) -> str:
    """The type of a format; the exact accumulator has a tag of its own."""
    width, frac, signed, rounding, overflow = code
    if width == 0:
        return EXACT
    return (
        f"fmt<{width}, {frac}, {'true' if signed else 'false'}, rounding::{_ROUNDINGS[rounding]}, "
        f"overflow::{_OVERFLOWS[overflow]}>"
    )


def format_fields(code: Code) -> str:
    """The fields of an ``isobit_format``."""
    return "{" + ", ".join(str(int(field)) for field in code) + "}"


def integer(value: int) -> str:
    """An integer literal, of a type that holds it (up to 64 bits)."""
    if value == -(2**63):
        return "-9223372036854775807 - 1"
    return f"{value}u" if value >= 2**63 else str(value)


def array(name: str, kind: str, values: Values) -> str:
    """Declarations that make ``<name>_data()`` a constant array, aligned for the widest vectors.

    Many values in a NumPy array become one string of bytes, which compilers read several times as fast as
    numbers.
    """
    if isinstance(values, np.ndarray) and values.size > _MANY:
        data = values.tobytes()
        lines = (data[i : i + _BYTES_PER_LINE] for i in range(0, len(data), _BYTES_PER_LINE))
        text = "\n".join('"' + "".join(map(_BYTES.__getitem__, line)) + '"' for line in lines)
        held = f"reinterpret_cast<const {kind}*>({name}_bytes)"
        declared = f"alignas(64) constexpr char {name}_bytes[] =\n{text};\n"
    else:
        items = [integer(int(value)) for value in values]
        rows = (", ".join(items[i : i + _PER_LINE]) for i in range(0, len(items), _PER_LINE))
        held = f"{name}_values"
        declared = f"alignas(64) constexpr {kind} {name}_values[] = {{\n" + ",\n".join(rows) + "};\n"
    return f"{declared}inline const {kind}* {name}_data() {{ return {held}; }}\n"
