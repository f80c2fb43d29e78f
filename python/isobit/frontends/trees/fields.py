"""Typed access to the fields of a document (nested dicts and lists) that nobody has checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError


class Fields:
    """An object of a document, with the path that leads to it for messages."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, Mapping):
            raise FileFormatError(f"{where} is {_kind(value)}; it must be an object")
        self._all, self.where = value, where

    def __contains__(self, name: str) -> bool:
        return name in self._all

    def path(self, name: str) -> str:
        """How a field is called in messages."""
        return f"{self.where}.{name}"

    def child(self, name: str) -> Fields:
        """A field that is an object."""
        return Fields(self._take(name), self.path(name))

    def text(self, name: str) -> str:
        """A field that is a string."""
        value = self._take(name)
        if not isinstance(value, str):
            raise FileFormatError(f"{self.path(name)} is {_kind(value)}; it must be a string")
        return value

    def whole(self, name: str, default: int | None = None, most: int = 2**31) -> int:
        """A field that is a whole number from 0, or a string of one."""
        if default is not None and name not in self._all:
            return default
        value = self._take(name)
        try:
            number = int(value) if isinstance(value, str) and len(value) < 20 else value
        except ValueError:
            number = value
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
            raise FileFormatError(f"{self.path(name)} is {_short(value)}; it must be an integer, 0 to {most}")
        return number

    def entries(self, name: str) -> Sequence[Any]:
        """A field that is a list."""
        value = self._take(name)
        if isinstance(value, np.ndarray):
            return list(value.tolist())
        if not isinstance(value, list):
            raise FileFormatError(f"{self.path(name)} is {_kind(value)}; it must be a list")
        return value

    def numbers(self, name: str, count: int | None = None) -> npt.NDArray[np.float64]:
        """A field that is a list of numbers, of a certain length."""
        value = self._take(name)
        if isinstance(value, list):
            if not all(type(entry) in (int, float, bool) for entry in value):
                raise FileFormatError(f"{self.path(name)} holds something that is not a number")
            try:
                value = np.array(value, dtype=np.float64)
            except OverflowError:
                raise FileFormatError(f"{self.path(name)} holds a number that is too large") from None
        if not isinstance(value, np.ndarray):
            raise FileFormatError(f"{self.path(name)} is {_kind(value)}; it must be a list of numbers")
        if count is not None and len(value) != count:
            raise FileFormatError(f"{self.path(name)} has {len(value)} entries; expected are {count}")
        return value.astype(np.float64)

    def wholes(self, name: str, count: int | None = None) -> npt.NDArray[np.int64]:
        """A field that is a list of whole numbers."""
        value = self.numbers(name, count)
        if not np.all(np.abs(value) < 2.0**53) or np.any(value != np.floor(value)):
            raise FileFormatError(f"{self.path(name)} must hold integers")
        return value.astype(np.int64)

    def _take(self, name: str) -> Any:
        if name not in self._all:
            raise FileFormatError(f"{self.where} has no field {name!r}")
        return self._all[name]


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "null"}
    return kinds.get(type(value), "a number")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 40 else text[:40] + "..."
