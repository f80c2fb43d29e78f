"""The attributes of one node, read by name and type; what nobody reads is refused in the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx.messages import ATTRIBUTE_TYPES, AttributeProto, NodeProto, numbered
from isobit.frontends.onnx.values import Array

if TYPE_CHECKING:
    from isobit.frontends.onnx.scope import Scope


class Attributes:
    """Typed access to the attributes of a node.

    Every accessor returns the default when the attribute is absent and raises
    :class:`~isobit.FileFormatError` when it has another type.
    """

    def __init__(self, node: NodeProto, scope: Scope) -> None:
        self._scope = scope
        self._all = {entry.name: entry for entry in node.attribute}
        self._unread = dict(self._all)
        if len(self._unread) != len(node.attribute):
            names = [entry.name for entry in node.attribute]
            twice = next(name for name in names if names.count(name) > 1)
            raise FileFormatError(f"attribute {twice!r} is given twice")

    def has(self, name: str) -> bool:
        """Whether the attribute is given (and not read yet)."""
        return name in self._unread

    def number(self, name: str, default: float, infinite: bool = False) -> float:
        """A floating-point number (ONNX stores it in single precision)."""
        entry = self._take(name, "FLOAT")
        value = default if entry is None else float(entry.f)
        if math.isnan(value) or (math.isinf(value) and not infinite):
            raise FileFormatError(f"attribute {name} is {value}")
        return value

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        entry = self._take(name, "INT")
        return default if entry is None else int(entry.i)

    def flag(self, name: str, default: bool) -> bool:
        """A whole number that must be 0 or 1."""
        value = self.integer(name, int(default))
        if value not in (0, 1):
            raise UnsupportedError(f"attribute {name} is {value}; supported: 0, 1")
        return bool(value)

    def integers(self, name: str) -> tuple[int, ...] | None:
        """A list of whole numbers; None if absent."""
        entry = self._take(name, "INTS")
        return None if entry is None else tuple(int(n) for n in entry.ints)

    def text(self, name: str, default: str) -> str:
        """A string."""
        entry = self._take(name, "STRING")
        if entry is None:
            return default
        try:
            return bytes(entry.s).decode("utf-8")
        except UnicodeDecodeError:
            raise FileFormatError(f"attribute {name} is not UTF-8 text") from None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of strings; None if absent."""
        entry = self._take(name, "STRINGS")
        if entry is None:
            return None
        try:
            return tuple(bytes(text).decode("utf-8") for text in entry.strings)
        except UnicodeDecodeError:
            raise FileFormatError(f"attribute {name} is not UTF-8 text") from None

    def array(self, name: str) -> Array | None:
        """A tensor; None if absent."""
        entry = self._take(name, "TENSOR")
        return None if entry is None else self._scope.decode(entry.t)

    def numbers(self, name: str) -> Array | None:
        """A list of floating-point numbers as float32; None if absent."""
        entry = self._take(name, "FLOATS")
        return None if entry is None else np.array(entry.floats, dtype=np.float32)

    def rewind(self) -> None:
        """Let every attribute be read again, by a second computation of the same node."""
        self._unread = dict(self._all)

    def rewind_one(self, name: str) -> None:
        """Let one attribute be read again, by another part of the same handler."""
        if name in self._all:
            self._unread[name] = self._all[name]

    def finish(self) -> None:
        """Raise unless every attribute was read."""
        if self._unread:
            name = next(iter(self._unread))
            raise UnsupportedError(f"attribute {name!r} is not supported")

    def _take(self, name: str, kind: str) -> AttributeProto | None:
        entry = self._unread.pop(name, None)
        if entry is None:
            return None
        if entry.ref_attr_name:
            raise UnsupportedError(
                f"attribute {name} refers to a function's attribute {entry.ref_attr_name!r}"
            )
        found = numbered(ATTRIBUTE_TYPES, entry.type)
        if found != kind:
            raise FileFormatError(f"attribute {name} has type {found}; it must be {kind}")
        return entry
