"""What a file looks like, whatever its name says."""

from __future__ import annotations

import os
from pathlib import Path

from isobit.errors import FileFormatError

_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\x7fELF", "a compiled program"),
    (b"version https://git-lfs", "a git-lfs pointer (fetch the real file with `git lfs pull`)"),
)
_ZIP_DIRECTORY = 1 << 16
_ZIP_MEMBERS = (
    (b"manifest.json", "an isobit file"),
    (b"metadata.json", "a Keras file (.keras)"),
    (b"data.pkl", "a PyTorch file"),
    (b"saved_model.pb", "a TensorFlow SavedModel"),
)
_EXPECTED = {
    ".onnx": ("data of unknown kind",),
    # Until 2.12, Keras wrote HDF5 under this suffix too.
    ".keras": ("a Keras file (.keras)", "a zip archive", "an HDF5 file"),
    ".isobit": ("an isobit file", "a zip archive"),
    ".h5": ("an HDF5 file",),
    ".hdf5": ("an HDF5 file",),
    ".json": ("JSON or text in braces",),
}
"""ONNX files are protobuf messages, which have no signature."""


def check_content(path: Path) -> None:
    """Raise unless a file looks like what its suffix says (suffixes of extensions are not judged).

    Raises
    ------
    FileFormatError
        Saying what the file looks like.
    """
    expected = _EXPECTED.get(path.suffix.lower())
    found = looks_like(path)
    if expected is not None and found not in expected:
        raise FileFormatError(
            f"{path.name!r} is not what its suffix {path.suffix!r} says: it looks like {found}"
        )


def looks_like(path: Path) -> str:
    """A description of the contents of a file, from its first bytes."""
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        return "an empty file"
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite file"
    for magic, description in _MAGIC:
        if head.startswith(magic):
            return _kind_of_zip(path) if magic.startswith(b"PK") else description
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"{", b"[")):
        return "JSON or text in braces"
    if text.startswith(b"<"):
        return "XML or HTML"
    return "data of unknown kind"


def _kind_of_zip(path: Path) -> str:
    """Told from the names at the end of the file, where a zip keeps its directory.

    The directory is not parsed: a damaged or hostile one can unfold into far more memory than the file has.
    """
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - _ZIP_DIRECTORY, 0))
        directory = file.read(_ZIP_DIRECTORY)
    for member, description in _ZIP_MEMBERS:
        if member in directory:
            return description
    return "a zip archive"
