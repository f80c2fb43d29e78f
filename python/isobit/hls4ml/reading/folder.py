"""The files of a project: only inside of its folder, and never more than fits in memory."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

from isobit.errors import FileFormatError, MissingFileError, UnsupportedError

MAX_FILE_BYTES = 512 << 20
"""Of one file, and of all that are read of one project."""
MAX_ENTRIES = 10_000
"""Entries of one folder."""
_NEEDED = ("defines.h", "parameters.h")
_HOMES = ("firmware", "NN", "")
"""Where hls4ml writes its sources in a project, where experiments keep them, or the folder itself."""


class Folder:
    """A project on disk.

    Attributes
    ----------
    home : Path
        The folder given by the user, links resolved: nothing outside of it is read.
    firmware : Path
        The folder inside of it that holds ``defines.h`` and ``parameters.h``.
    """

    def __init__(self, path: Path) -> None:
        try:
            self.home = path.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise MissingFileError(f"there is no folder {str(path)!r}: {error}") from None
        self.firmware = self._find()
        self._read = 0

    def _find(self) -> Path:
        for name in _HOMES:
            place = self.home / name
            if all((place / needed).is_file() for needed in _NEEDED):
                return self._inside(place)
        raise FileFormatError(
            f"{str(self.home)!r} is a folder and no hls4ml project: {' and '.join(_NEEDED)} are not in it "
            "or in its firmware/; give the folder that hls4ml wrote"
        )

    def _inside(self, path: Path) -> Path:
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise FileFormatError(f"{self.name(path)} cannot be read: {error}") from None
        if not real.is_relative_to(self.home):
            raise FileFormatError(
                f"{self.name(path)} is a link that leaves the project; nothing outside is read"
            )
        return real

    def name(self, path: Path) -> str:
        """A path for messages: inside of the project."""
        return path.relative_to(self.home).as_posix() if path.is_relative_to(self.home) else path.name

    def included(self, location: str, by: Path) -> Path | None:
        """The file that an ``#include`` names, or None when the project has no such file.

        Raises
        ------
        FileFormatError
            When the location leaves the project.
        """
        windows = PureWindowsPath(location)
        if "\0" in location or windows.drive or windows.root:
            raise FileFormatError(f"{self.name(by)} includes {location!r}: only relative paths are followed")
        for start in (by.parent, self.firmware, self.home):
            try:
                path = Path(os.path.normpath(start / location))
                found = path.is_file()
            except (OSError, ValueError):
                found = False
            if found:
                return self._inside(path)
        return None

    def sources(self) -> list[Path]:
        """The ``.cpp`` files beside the headers, by name."""
        with os.scandir(self.firmware) as entries:
            names = []
            for number, entry in enumerate(entries):
                if number >= MAX_ENTRIES:
                    raise UnsupportedError(f"{self.name(self.firmware)} has more than {MAX_ENTRIES} entries")
                if entry.name.endswith((".cpp", ".cc", ".cxx")) and entry.is_file():
                    names.append(entry.name)
        return [self._inside(self.firmware / name) for name in sorted(names)]

    def read(self, path: Path) -> bytes:
        """The bytes of a file of the project."""
        real = self._inside(path)
        try:
            if not real.is_file():
                raise FileFormatError(f"{self.name(path)} is not a regular file")
            size = real.stat().st_size
            self._read += size
            if self._read > MAX_FILE_BYTES:
                raise UnsupportedError(
                    f"{self.name(path)}: the project has more than {MAX_FILE_BYTES >> 20} MB"
                )
            with real.open("rb") as file:
                return file.read(size)
        except OSError as error:
            raise FileFormatError(f"{self.name(path)} cannot be read: {error.strerror or error}") from None
