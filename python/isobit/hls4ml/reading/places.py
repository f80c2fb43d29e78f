"""Where something stands in the sources of a project, and the errors that say so."""

from __future__ import annotations

from dataclasses import dataclass

from isobit.errors import FileFormatError, UnsupportedError


@dataclass(frozen=True)
class Place:
    """A line of a file (path inside of the project, lines from 1)."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def damaged(place: Place, message: str) -> FileFormatError:
    """Sources that contradict themselves or are no C++."""
    return FileFormatError(f"{place}: {message}")


def refused(place: Place, message: str) -> UnsupportedError:
    """Sources that say something which this reader does not know: edited, or of another version."""
    return UnsupportedError(f"{place}: {message}")
