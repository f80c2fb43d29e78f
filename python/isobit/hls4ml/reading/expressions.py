"""Constant expressions of C++, in its 32-bit arithmetic."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.syntax import Node

MAX_DEPTH = 60
_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]{1,8}|0[0-7]{0,11}|[1-9]\d{0,10})([uU]?[lL]{0,2})")
_REAL = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?[fF]?")
_MAX_TEXT = 400


@dataclass(frozen=True)
class Integer:
    """A value of ``int`` or ``unsigned`` (or ``bool``, which is an ``int`` in arithmetic)."""

    value: int
    unsigned: bool = False


@dataclass(frozen=True)
class Enumerator:
    """A name of ``nnet`` or of the vendor, such as ``io_parallel`` or ``AP_RND``."""

    name: str


Value = Integer | float | Enumerator
Lookup = Callable[[Node], Value]

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(node: Node, lookup: Lookup, depth: int = 0) -> Value:
    """The value of an expression; ``lookup`` gives those of names.

    Raises
    ------
    FileFormatError
        When it divides by zero or overflows.
    UnsupportedError
        When it has anything that constants of hls4ml do not have.
    """
    if depth > MAX_DEPTH:
        raise damaged(node.place, "an expression is nested too deeply")
    kind = node.kind
    if kind == "number_literal":
        return _literal(node)
    if kind in ("true", "false"):
        return Integer(int(kind == "true"))
    if kind in ("identifier", "qualified_identifier", "field_identifier", "type_identifier"):
        return lookup(node)
    if kind in ("parenthesized_expression", "type_descriptor"):
        children = list(node)
        if len(children) == 1:
            return evaluate(children[0], lookup, depth + 1)
    if kind == "unary_expression":
        return _unary(node["operator"].text, evaluate(node["argument"], lookup, depth + 1), node)
    if kind == "binary_expression":
        left, right = (evaluate(node[side], lookup, depth + 1) for side in ("left", "right"))
        return _binary(node["operator"].text, left, right, node)
    if kind == "conditional_expression":
        condition = _integer(evaluate(node["condition"], lookup, depth + 1), node)
        return evaluate(node["consequence" if condition.value else "alternative"], lookup, depth + 1)
    if kind == "call_expression":
        return _call(node, lookup, depth)
    raise refused(node.place, f"{node.text[:80]!r} in a constant")


def integer(node: Node, lookup: Lookup) -> int:
    """The value of an expression that must be an integer."""
    return _integer(evaluate(node, lookup), node).value


def wrap(value: int, unsigned: bool, place: Place) -> Integer:
    """An integer of 32 bits: modulo 2^32 without sign, within bounds with sign."""
    if unsigned:
        return Integer(value & 0xFFFFFFFF, True)
    if not -(1 << 31) <= value < 1 << 31:
        raise damaged(place, f"{value} does not fit in an int")
    return Integer(value)


def _literal(node: Node) -> Value:
    text = node.text
    sign = -1 if text.startswith("-") else 1  # which the grammar makes part of a number
    digits = text.lstrip("+-")
    if len(text) > _MAX_TEXT:
        raise refused(node.place, "a number of more than 400 characters")
    found = _INTEGER.fullmatch(digits)
    if found is not None:
        octal = len(found.group(1)) > 1 and found.group(1)[0] == "0" and found.group(1)[1] not in "xX"
        value = int(found.group(1), 8 if octal else 0)
        return wrap(sign * value, "u" in found.group(2).lower() or value >= 1 << 31, node.place)
    if _REAL.fullmatch(digits):
        return sign * float(digits.rstrip("fF"))
    raise refused(node.place, f"the number {text[:80]!r}")


def _integer(value: Value, node: Node) -> Integer:
    if not isinstance(value, Integer):
        raise refused(node.place, f"{node.text[:80]!r} is not an integer")
    return value


def _unary(sign: str, value: Value, node: Node) -> Value:
    if isinstance(value, float) and sign in ("-", "+"):
        return -value if sign == "-" else value
    number = _integer(value, node)
    if sign in ("-", "+"):
        return wrap(-number.value if sign == "-" else number.value, number.unsigned, node.place)
    if sign == "!":
        return Integer(int(not number.value))
    raise refused(node.place, f"the operator {sign!r} in a constant")


def _binary(sign: str, left: Value, right: Value, node: Node) -> Value:
    if isinstance(left, Enumerator) and isinstance(right, Enumerator) and sign in ("==", "!="):
        return Integer(int((left.name == right.name) == (sign == "==")))
    first, second = _integer(left, node), _integer(right, node)
    unsigned = first.unsigned or second.unsigned
    a, b = (wrap(number.value, unsigned, node.place).value for number in (first, second))
    if sign in _COMPARISONS:
        return Integer(int(_COMPARISONS[sign](a, b)))
    if sign in ("&&", "||"):
        return Integer(int(bool(a and b) if sign == "&&" else bool(a or b)))
    if sign in ("+", "-", "*"):
        return wrap({"+": a + b, "-": a - b, "*": a * b}[sign], unsigned, node.place)
    if sign in ("/", "%"):
        if b == 0:
            raise damaged(node.place, "a constant divides by zero")
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return wrap(quotient if sign == "/" else a - quotient * b, unsigned, node.place)
    if sign in ("<<", ">>") and 0 <= second.value < 32 and first.value >= 0:
        shifted = first.value << second.value if sign == "<<" else first.value >> second.value
        return wrap(shifted, first.unsigned, node.place)
    raise refused(node.place, f"the operator {sign!r} in a constant")


def _call(node: Node, lookup: Lookup, depth: int) -> Value:
    """The three macros of hls4ml, whose arguments are replaced as text."""
    name, arguments = node["function"].text, list(node["arguments"])
    if name not in ("DIV_ROUNDUP", "MIN", "MAX") or len(arguments) != 2:
        raise refused(node.place, f"{node.text[:80]!r} in a constant")
    for position, argument in enumerate(arguments):
        product = argument.kind == "binary_expression" and argument["operator"].text == "*"
        if argument.kind in ("binary_expression", "conditional_expression") and (position or not product):
            raise refused(argument.place, f"{argument.text[:80]!r} as an argument of a macro")
    a, b = (evaluate(argument, lookup, depth + 1) for argument in arguments)
    if name == "DIV_ROUNDUP":
        rounded = _binary("-", _binary("+", a, b, node), Integer(1), node)
        return _binary("/", rounded, b, node)
    larger = _integer(_binary(">", a, b, node), node).value
    return (b if larger else a) if name == "MIN" else (a if larger else b)
