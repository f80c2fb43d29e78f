"""The types that hls4ml writes: fixed-point numbers, packs of them, streams, names of its structures."""

from __future__ import annotations

from dataclasses import dataclass

from isobit.errors import FormatError
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.reading.expressions import Enumerator, Integer, Lookup, evaluate
from isobit.hls4ml.reading.places import refused
from isobit.hls4ml.reading.syntax import Node

_FIXED = {"ap_fixed": True, "ap_ufixed": False}
_INTEGERS = {"ap_int": True, "ap_uint": False}
_OVERFLOW_NUMBERS = {"AP_SAT": 0, "SC_SAT": 0}
"""Enumerators that older versions write where the number of saturation bits belongs."""


@dataclass(frozen=True)
class Number:
    """``ap_fixed`` and its relatives.

    Attributes
    ----------
    format : Format
    integer : bool
        Whether it is ``ap_int`` or ``ap_uint``, which truncate toward zero what has a fraction.
    """

    format: Format
    integer: bool = False


@dataclass(frozen=True)
class Power:
    """A structure of sign and exponent: a power of two as a weight."""

    sign: Number
    exponent: Number


@dataclass(frozen=True)
class Pack:
    """``nnet::array``: numbers that travel together."""

    element: Number
    length: int


@dataclass(frozen=True)
class Stream:
    """``hls::stream``."""

    element: Pack


@dataclass(frozen=True)
class Structure:
    """A configuration structure, by name."""

    name: str


@dataclass(frozen=True)
class Other:
    """A type of C++ or of ``nnet``, by name without namespaces."""

    name: str


Type = Number | Power | Pack | Stream | Structure | Other


def number_type(node: Node, lookup: Lookup) -> Number | None:
    """The number that a ``template_type`` names, None for other templates.

    Raises
    ------
    UnsupportedError
        For widths and modes that isobit does not have.
    """
    name, arguments = node["name"].text, list(node["arguments"])
    if name in _INTEGERS:
        if len(arguments) != 1:
            raise refused(node.place, f"{node.text[:80]!r}: one width was expected")
        width = _integer(arguments[0], lookup)
        fmt = _format(width, width, _INTEGERS[name], Rounding.TRN_ZERO, Overflow.WRAP, node)
        return Number(fmt, True)
    if name not in _FIXED:
        return None
    if not 2 <= len(arguments) <= 5:
        raise refused(node.place, f"{node.text[:80]!r}: width, integer bits and modes were expected")
    width, whole = (_integer(argument, lookup) for argument in arguments[:2])
    rounding = (
        Rounding[_mode(arguments[2], lookup, Rounding.__members__)] if len(arguments) > 2 else Rounding.TRN
    )
    overflow = (
        Overflow[_mode(arguments[3], lookup, Overflow.__members__)] if len(arguments) > 3 else Overflow.WRAP
    )
    # Only wrapping reads the saturation bits.
    wraps = len(arguments) == 5 and overflow in (Overflow.WRAP, Overflow.WRAP_SM)
    if wraps and _saturation_bits(arguments[4], lookup) != 0:
        raise refused(node.place, f"{node.text[:80]!r}: saturation bits other than 0")
    return Number(_format(width, whole, _FIXED[name], rounding, overflow, node))


def _format(
    width: int, whole: int, signed: bool, rounding: Rounding, overflow: Overflow, node: Node
) -> Format:
    try:
        fmt = Format(width, width - whole, signed, rounding, overflow)
    except FormatError as error:
        raise refused(node.place, f"{node.text[:80]!r}: {error}") from None
    if width > 64:
        raise refused(node.place, f"{node.text[:80]!r}: numbers of more than 64 bits")
    return fmt


def _integer(node: Node, lookup: Lookup) -> int:
    value = evaluate(node, lookup)
    if not isinstance(value, Integer):
        raise refused(node.place, f"{node.text[:80]!r} is not an integer")
    return value.value - (1 << 32) if value.unsigned and value.value >= 1 << 31 else value.value


def _mode(node: Node, lookup: Lookup, known: object) -> str:
    value = evaluate(node, lookup)
    if isinstance(value, Enumerator):
        name = value.name.removeprefix("AP_").removeprefix("SC_")
        if name in known and name != "PM1":  # type: ignore[operator]
            return name
    raise refused(node.place, f"{node.text[:80]!r} is no mode of ap_fixed")


def _saturation_bits(node: Node, lookup: Lookup) -> int:
    value = evaluate(node, lookup)
    if isinstance(value, Enumerator):
        return _OVERFLOW_NUMBERS.get(value.name, -1)
    return _integer(node, lookup)
