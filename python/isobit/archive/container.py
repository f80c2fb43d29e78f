"""The zip of an ``.isobit`` file, opened with suspicion: names, sizes, version and hash are checked first."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.archive.encode import FORMAT_NAME, FORMAT_VERSION, MANIFEST, content_hash
from isobit.errors import FileFormatError

MAX_TOTAL = 2**30
MAX_MEMBERS = 100_000
_ENCRYPTED = 1


class Container:
    """The members of an archive, read and checked.

    Raises
    ------
    FileFormatError
        When the file is damaged, is no isobit file, was written in a newer file format, or is larger
        than isobit reads.
    """

    def __init__(self, path: Path) -> None:
        self._files = _read(path)
        self.manifest = self._manifest()
        contents = {name: content for name, content in self._files.items() if name != MANIFEST}
        if content_hash(contents) != self.manifest.get("content_hash"):
            raise FileFormatError("the contents do not match their hash: the file is damaged or was edited")
        self._unused = set(contents)

    def json(self, name: str) -> Any:
        """A JSON member."""
        try:
            return json.loads(self._content(name).decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise FileFormatError(f"{name} is not valid JSON: {error}") from None

    def array(self, name: Any, kinds: tuple[str, ...]) -> npt.NDArray[Any]:
        """A member in npy format, of one of the given types, read without trusting its header."""
        content = self._content(name)
        try:
            stream = io.BytesIO(content)
            version = np.lib.format.read_magic(stream)
            if version != (1, 0):
                raise ValueError(f"npy version {version}")
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        except ValueError as error:
            raise FileFormatError(f"{name} is not a plain npy array: {error}") from None
        size = 1
        for length in shape:
            size *= int(length)
        held = len(content) - stream.tell()
        if (
            dtype.str not in kinds
            or fortran
            or (size == 0 and shape != (0,))
            or size * dtype.itemsize != held
        ):
            raise FileFormatError(
                f"{name} declares {dtype.str} of shape {shape}, which its {len(content)} bytes do not hold; "
                f"expected is a C-ordered array of {' or '.join(kinds)}"
            )
        return np.frombuffer(content, dtype, offset=stream.tell()).reshape(shape)

    def finish(self) -> None:
        """Every member must have been used."""
        if self._unused:
            raise FileFormatError(f"unknown member {sorted(self._unused)[0]!r}")

    def _content(self, name: Any) -> bytes:
        if not isinstance(name, str) or name not in self._files:
            raise FileFormatError(f"the member {name!r} is missing")
        self._unused.discard(name)
        return self._files[name]

    def _manifest(self) -> dict[str, Any]:
        self._unused = set()
        manifest = self.json(MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT_NAME:
            raise FileFormatError("its manifest does not say that it is an isobit model")
        version = manifest.get("format_version")
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise FileFormatError(f"its format version {version!r} is not a positive integer")
        if version > FORMAT_VERSION:
            raise FileFormatError(
                f"it has the file format version {version}, written by isobit "
                f"{manifest.get('isobit_version')}; this isobit reads up to version {FORMAT_VERSION}. "
                "Update isobit"
            )
        return manifest


def _read(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(f"the zip archive is damaged: {error}") from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if MANIFEST not in names:
        raise FileFormatError(f"it is a zip archive without {MANIFEST}")
    if len(names) != len(set(names)) or len(names) > MAX_MEMBERS:
        raise FileFormatError("its archive has too many members, or two of the same name")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise FileFormatError(f"it would unpack to {total} bytes; isobit reads up to {MAX_TOTAL}")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise FileFormatError(f"the member {entry.filename!r} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileFormatError(f"the member {entry.filename!r} has an unusual compression")


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number")
