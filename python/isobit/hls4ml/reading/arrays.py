"""Constants as the compiler makes them: decimal text, then a double, then the cast of their type."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.hls4ml.firmware import Weight
from isobit.hls4ml.reading.expressions import Integer, evaluate
from isobit.hls4ml.reading.literals import parse_numbers
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Constant, Scope
from isobit.hls4ml.reading.syntax import Node
from isobit.hls4ml.reading.types import Number
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


def sizes(name: str, scope: Scope, place: Place) -> Weight:
    """A constant array of ``unsigned``."""
    constant = _find(name, scope, place)
    if constant.type.text != "unsigned":
        raise refused(
            constant.place, f"{name} has the type {constant.type.text[:80]!r}; unsigned was expected"
        )
    return _cast(_values(name, constant, scope), Number(Format(32, 0, False), True), name, constant.place)


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
    number = evaluate(value, scope.value)
    if not isinstance(number, (Integer, float)):
        raise refused(place, f"the constant {value.text[:80]!r}")
    plain = float(number.value) if isinstance(number, Integer) else number
    return _cast(np.array([plain]), kind, value.text[:80], place)


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
        numbers = [evaluate(item, scope.value) for item in items]
        if not all(isinstance(number, (Integer, float)) for number in numbers):
            raise refused(constant.place, f"{name}: its values are not numbers")
        values = np.array([float(n.value if isinstance(n, Integer) else n) for n in numbers])  # type: ignore[union-attr]
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
