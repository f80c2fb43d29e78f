"""What an operator declares about its attributes and constants, and the checks that follow from it."""

from __future__ import annotations

import enum
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from isobit.errors import GraphError, closest

_T = TypeVar("_T")


class Kind(enum.Enum):
    """The type of an attribute."""

    INT = "an integer"
    FLOAT = "a finite number"
    BOOL = "True or False"
    STR = "a string"
    INTS = "a sequence of integers"
    INTS_OR_NONE = "a sequence of integers and None"


class Required:
    """The default of an attribute that has none."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of an operator.

    Parameters
    ----------
    kind : Kind
        Its type.
    default
        Value when it is not given; ``Required`` if it must be given. ``None`` means "absent" and is then
        a legal value (for ``axis``: the last one).
    choices : tuple
        The legal values, if they are few.
    least, above : float
        Of a number: the smallest legal value, and what all legal values are larger than.
    """

    kind: Kind
    default: Any = Required
    choices: tuple[Any, ...] = ()
    least: float | None = None
    above: float | None = None

    def checked(self, layer: str, name: str, value: Any) -> Any:
        """The value as a plain Python object; :class:`GraphError` if it is of the wrong type."""
        if value is None and self.default is None:
            return None
        plain = _plain(self.kind, value)
        if plain is None:
            raise GraphError(f"layer {layer!r}: attribute {name} must be {self.kind.value}, not {value!r}")
        if self.choices and plain not in self.choices:
            known = ", ".join(repr(choice) for choice in self.choices)
            raise GraphError(f"layer {layer!r}: attribute {name} is {plain!r}; supported: {known}")
        if self.least is not None and plain < self.least:
            raise GraphError(f"layer {layer!r}: attribute {name} must be at least {self.least}, not {plain}")
        if self.above is not None and plain <= self.above:
            raise GraphError(f"layer {layer!r}: attribute {name} must be above {self.above}, not {plain}")
        return plain


@dataclass(frozen=True)
class Constant:
    """One trained array of an operator: what it is, and whether a layer may do without it."""

    text: str
    optional: bool = False


def declare(entries: Mapping[str, _T]) -> Mapping[str, _T]:
    """The same mapping, read-only, for a class to own."""
    return MappingProxyType(dict(entries))


def complete(
    layer: str, op: str, declared: Mapping[str, Attribute], given: Mapping[str, Any]
) -> dict[str, Any]:
    """All attributes, checked, with defaults filled in.

    Raises
    ------
    GraphError
        For an unknown, missing or ill-typed attribute.
    """
    for name in given:
        if name not in declared:
            hint = closest(name, declared) or " It has none."
            raise GraphError(f"layer {layer!r}: operator {op} has no attribute {name!r}.{hint}")
    full: dict[str, Any] = {}
    for name, attribute in declared.items():
        if name in given:
            full[name] = attribute.checked(layer, name, given[name])
        elif attribute.default is Required:
            raise GraphError(f"layer {layer!r}: operator {op} needs the attribute {name!r}")
        else:
            full[name] = attribute.default
    return full


def _plain(kind: Kind, value: Any) -> Any:
    """The value as a plain object of this kind, or None if it is not of this kind."""
    if kind is Kind.INT:
        return int(value) if _is_int(value) else None
    if kind is Kind.FLOAT:
        number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
        return float(value) if number else None
    if kind is Kind.BOOL:
        return bool(value) if isinstance(value, bool) else None
    if kind is Kind.STR:
        return value if isinstance(value, str) else None
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    allow_none = kind is Kind.INTS_OR_NONE
    if not all(_is_int(entry) or (allow_none and entry is None) for entry in value):
        return None
    return tuple(None if entry is None else int(entry) for entry in value)


def _is_int(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
