"""Constants as the compiler makes them: decimal text, then a double, then the cast of their type."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from isobit.backends.stored import exact_format
from isobit.formats import MAX_FRAC, Format
from isobit.hls4ml.firmware import Weight
from isobit.hls4ml.reading.expressions import Enumerator, Integer, evaluate
from isobit.hls4ml.reading.literals import parse_numbers
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Constant, Scope
from isobit.hls4ml.reading.syntax import Node
from isobit.hls4ml.reading.types import Number, Power
from isobit.rounding import to_raw

_EXACT = 2.0**53


def array(name: str, fmt: Format, scope: Scope, place: Place, length: int) -> Weight:
    """A constant array of the project.

    Parameters
    ----------
    name : str
    fmt : Format
        What the function that reads the array takes it for; its own type must say the same.
    place : Place
        Of the call.
    length : int
        How many elements the function reads.

    Raises
    ------
    FileFormatError
        When it is missing, has another type, or another number of elements.
    """
    constant = _find(name, scope, place)
    kind = scope.type(constant.type)
    if not isinstance(kind, Number) or kind.format != fmt:
        raise damaged(constant.place, f"{name} has the type {constant.type.text[:80]!r}; {place} reads {fmt}")
    values = _values(name, constant, scope)
    if len(values) != length:
        raise damaged(constant.place, f"{name} has {len(values)} numbers; {place} reads {length}")
    return _cast(values, kind, name, constant.place)


def powers(name: str, kind: Power, scope: Scope, place: Place, length: int) -> Weight:
    """A constant array of powers of two, in the smallest format that has them all."""
    constant = _find(name, scope, place)
    if scope.type(constant.type) != kind or constant.value is None:
        raise damaged(
            constant.place, f"{name} has the type {constant.type.text[:80]!r}, not what {place} reads"
        )
    values = []
    for item in constant.value:
        pair = [scope.integer(number) for number in item] if item.kind == "initializer_list" else []
        exponent = kind.exponent.format
        if len(pair) != 2 or pair[0] not in (0, 1) or not exponent.min_raw <= pair[1] <= exponent.max_raw:
            raise damaged(item.place, f"{name}: {item.text[:40]!r} is no sign and exponent")
        values.append(2.0 ** pair[1] * (1 if pair[0] else -1) if abs(pair[1]) <= MAX_FRAC else 0.0)
    if len(values) != length:
        raise damaged(constant.place, f"{name} has {len(values)} numbers; {place} reads {length}")
    fmt = exact_format(np.array(values), limit=int(math.log2(_EXACT)))
    if fmt is None or 0.0 in values:
        raise refused(constant.place, f"{name}: powers of two that no format of 53 bits holds together")
    return Weight(fmt, to_raw(np.array(values), fmt))


def sizes(name: str, scope: Scope, place: Place) -> tuple[int, ...]:
    """A constant array of ``unsigned``."""
    constant = _find(name, scope, place)
    if constant.type.text != "unsigned":
        raise refused(
            constant.place, f"{name} has the type {constant.type.text[:80]!r}; unsigned was expected"
        )
    numbers = [int(value) if value == int(value) else -1 for value in _values(name, constant, scope).tolist()]
    if not all(0 <= number < 1 << 31 for number in numbers):
        raise damaged(constant.place, f"{name} has a number that is no size")
    return tuple(numbers)


def _find(name: str, scope: Scope, place: Place) -> Constant:
    constant = scope.constants.get(name)
    if constant is None:
        raise damaged(place, f"the array {name[:80]!r} is not defined; its header is missing")
    if not constant.is_array or constant.value is None:
        raise damaged(constant.place, f"{name} has no values here; the source with its numbers is missing")
    return constant


def scalar(value: Node | None, kind: Number, scope: Scope, place: Place) -> Weight:
    """One constant."""
    if value is None:
        raise damaged(place, "a constant without value")
    return _cast(np.array([_real(value, scope)]), kind, value.text[:80], place)


def _real(node: Node, scope: Scope) -> float:
    value = evaluate(node, scope.value)
    if isinstance(value, Enumerator):
        raise refused(node.place, f"{node.text[:80]!r} is not a number")
    return float(value.value) if isinstance(value, Integer) else value


def _values(name: str, constant: Constant, scope: Scope) -> npt.NDArray[np.float64]:
    initializer = constant.value
    if initializer is None or initializer.kind != "initializer_list":
        raise refused(constant.place, f"{name} has no list of numbers")
    items = list(initializer)
    if len(items) == 1 and items[0].text in scope.numbers:
        values = parse_numbers(scope.numbers[items[0].text])
        if values is None:
            raise damaged(constant.place, f"{name}: its values are not decimal numbers between commas")
    else:
        values = np.array([_real(item, scope) for item in items], dtype=np.float64)
    if not len(values):
        raise damaged(constant.place, f"{name} has no numbers")
    size = len(values) if constant.size is None else scope.integer(constant.size)
    if size != len(values):
        # C++ would fill the rest with zeros.
        raise damaged(
            constant.place, f"{name} is declared with {size} elements and has {len(values)} numbers"
        )
    return values


def _cast(values: npt.NDArray[np.float64], kind: Number, name: str, place: Place) -> Weight:
    if not np.all(np.isfinite(values)):
        raise damaged(place, f"{name}: a number is too large")
    if kind.integer and not np.array_equal(values, np.trunc(values)):
        raise refused(place, f"{name}: a fraction in an array of integers")
    if np.any(np.abs(values) > _EXACT):
        raise refused(place, f"{name}: a number beyond 2^{int(math.log2(_EXACT))}")
    return Weight(kind.format, to_raw(values, kind.format))
