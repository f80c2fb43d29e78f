"""Values of a model as C++ text. Nothing of a model's content becomes code but through these functions."""

from __future__ import annotations

import string
from collections.abc import Iterable

from isobit.backends.program import Code

_PLAIN = frozenset((string.ascii_letters + string.digits + " _-.,:;/()[]{}<>=+*!#$%&^|~@'`").encode())
_ROUNDINGS = ("trn", "trn_zero", "rnd", "rnd_zero", "rnd_inf", "rnd_min_inf", "rnd_conv")
_OVERFLOWS = ("wrap", "sat", "sat_sym", "sat_zero", "wrap_sm")
_PER_LINE = 16

EXACT = "native::exact"


def text(value: str) -> str:
    """A string literal of the UTF-8 bytes."""
    escaped = "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in value.encode())
    return f'"{escaped}"'


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


def array(name: str, kind: str, values: Iterable[int]) -> str:
    """A constant array, aligned for the widest vectors."""
    items = [integer(value) for value in values]
    lines = (", ".join(items[i : i + _PER_LINE]) for i in range(0, len(items), _PER_LINE))
    return f"alignas(64) constexpr {kind} {name}[] = {{\n" + ",\n".join(lines) + "};\n"
