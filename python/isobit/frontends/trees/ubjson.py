"""UBJSON (draft 12) from untrusted files: plain Python values, typed arrays as NumPy's.

No value is larger than the bytes that describe it: counts are checked against what is left of the file
before anything is made.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from isobit.errors import FileFormatError

MAX_DEPTH = 64

_NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}
_CONSTANTS: dict[bytes, Any] = {b"Z": None, b"T": True, b"F": False}


def parse(data: bytes, where: str) -> Any:
    """The value that the bytes describe.

    Raises
    ------
    FileFormatError
        When they are no UBJSON, end early, go on behind their value, or are nested too deeply.
    """
    reader = _Reader(data, where)
    value = reader.value(reader.marker(), 0)
    if reader.at != len(data):
        raise reader.error("something follows behind the end of the document")
    return value


class _Reader:
    def __init__(self, data: bytes, where: str) -> None:
        self._data, self._where = data, where
        self.at = 0

    def error(self, text: str) -> FileFormatError:
        return FileFormatError(f"{self._where} is no valid UBJSON: {text} (byte {self.at})")

    def marker(self) -> bytes:
        """The next type marker; no-ops are skipped."""
        while (found := self._bytes(1)) == b"N":
            pass
        return found

    def value(self, marker: bytes, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.error(f"lists and objects are nested more than {MAX_DEPTH} deep")
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker in _NUMBERS:
            return self._number(marker)
        if marker == b"S":
            return self._string()
        if marker == b"C":
            return chr(self._bytes(1)[0])
        if marker == b"[":
            return self._list(depth)
        if marker == b"{":
            return self._object(depth)
        raise self.error(f"unknown type marker {marker!r}")

    def _list(self, depth: int) -> Any:
        kind, count = self._container()
        if kind is not None:
            return self._typed(kind, count)
        found: list[Any] = []
        while count is None or len(found) < count:
            marker = self.marker()
            if count is None and marker == b"]":
                break
            found.append(self.value(marker, depth + 1))
        return found

    def _typed(self, kind: bytes, count: int | None) -> Any:
        if kind not in _NUMBERS or count is None:
            raise self.error(f"typed lists must hold numbers and have a count, not the type {kind!r}")
        dtype = np.dtype(_NUMBERS[kind])
        return np.frombuffer(self._bytes(count * dtype.itemsize), dtype=dtype).astype(dtype.newbyteorder("="))

    def _object(self, depth: int) -> dict[str, Any]:
        kind, count = self._container()
        found: dict[str, Any] = {}
        read = 0
        while count is None or read < count:
            if count is None and self._data[self.at : self.at + 1] == b"}":
                self.at += 1
                break
            if count is None and self._data[self.at : self.at + 1] == b"N":
                self.at += 1
                continue
            name = self._string()
            if name in found:
                raise self.error(f"the field {name!r} is given twice")
            found[name] = self.value(kind or self.marker(), depth + 1)
            read += 1
        return found

    def _container(self) -> tuple[bytes | None, int | None]:
        """Type and count of what follows, where they are given."""
        kind = count = None
        if self._data[self.at : self.at + 1] == b"$":
            self.at += 1
            kind = self._bytes(1)
            if self._data[self.at : self.at + 1] != b"#":
                raise self.error("a type without a count")
        if self._data[self.at : self.at + 1] == b"#":
            self.at += 1
            count = self._count()
            if kind in _CONSTANTS:
                raise self.error("lists of constants are not supported")
            if count > len(self._data) - self.at:
                raise self.error(f"{count} entries do not fit in the rest of the file")
        return kind, count

    def _count(self) -> int:
        marker = self.marker()
        count = self._number(marker) if marker in _NUMBERS else None
        if not isinstance(count, int) or count < 0:
            raise self.error("a length must be a whole number")
        return count

    def _number(self, marker: bytes) -> int | float:
        dtype = np.dtype(_NUMBERS[marker])
        number: int | float = np.frombuffer(self._bytes(dtype.itemsize), dtype=dtype)[0].item()
        return number

    def _string(self) -> str:
        try:
            return self._bytes(self._count()).decode("utf-8")
        except UnicodeDecodeError:
            raise self.error("a string is not UTF-8") from None

    def _bytes(self, count: int) -> bytes:
        part = self._data[self.at : self.at + count]
        if len(part) != count:
            raise self.error("it ends too early")
        self.at += count
        return part
