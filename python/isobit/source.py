"""Where a model came from, for what must look at the file once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from isobit.errors import FileFormatError, MissingFileError

Stamp = tuple[int, int]
"""Size and time of the last change of a file."""


@dataclass(frozen=True)
class Source:
    """The files of a model, as they were when it was loaded.

    Parameters
    ----------
    path : Path
    weights : Path or None
        The weights that belong to an architecture.
    stamps : tuple of Stamp
        Of each file.
    """

    path: Path
    weights: Path | None
    stamps: tuple[Stamp, ...]

    @classmethod
    def of(cls, path: Path, weights: Path | None) -> Source:
        """The files as they are now; their paths become absolute."""
        files = [file.absolute() for file in (path, weights) if file is not None]
        return cls(files[0], files[1] if len(files) > 1 else None, tuple(_stamp(file) for file in files))

    def check(self) -> None:
        """Refuse files that are not the ones that were loaded.

        Raises
        ------
        MissingFileError, FileFormatError
            When one is gone, or has changed since.
        """
        files = [file for file in (self.path, self.weights) if file is not None]
        for file, stamp in zip(files, self.stamps, strict=True):
            if not file.is_file():
                raise MissingFileError(
                    f"{str(file)!r} is not there any more; it is read once more here: load the model again"
                )
            if _stamp(file) != stamp:
                raise FileFormatError(f"{str(file)!r} has changed since it was loaded; load the model again")


def _stamp(file: Path) -> Stamp:
    found = file.stat()
    return found.st_size, found.st_mtime_ns
