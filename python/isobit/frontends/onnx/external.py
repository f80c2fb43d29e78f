"""Weights in files beside the model: only inside the model's own folder, and only what is really there."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx.limits import MAX_FILE_BYTES
from isobit.frontends.onnx.messages import TensorProto

_KEYS = ("location", "offset", "length", "checksum")


def external_bytes(tensor: TensorProto, folder: Path, expected: int) -> bytes:
    """The bytes of a tensor that is stored in another file.

    Parameters
    ----------
    tensor : TensorProto
        With ``data_location`` EXTERNAL.
    folder : Path
        Where the model lies.
    expected : int
        Number of bytes that the shape and the type of the tensor ask for.

    Raises
    ------
    FileFormatError
        When the location leaves the folder, or the file does not hold these bytes.
    """
    entries = {}
    for entry in tensor.external_data:
        if entry.key in entries:
            raise FileFormatError(f"external data names {entry.key!r} twice")
        if entry.key not in _KEYS:
            raise UnsupportedError(
                f"external data has the unknown key {entry.key!r}; known: {', '.join(_KEYS)}"
            )
        entries[entry.key] = entry.value
    path = _inside(folder, entries.get("location", ""))
    offset = _count(entries.get("offset", "0"), "offset")
    try:
        size = path.stat().st_size
        length = _count(entries.get("length", str(max(size - offset, 0))), "length")
        if length != expected:
            raise FileFormatError(f"external data of {length} bytes, but its shape and type need {expected}")
        if offset + length > size:
            raise FileFormatError(
                f"external data should reach byte {offset + length} of {path.name!r}, which has only {size}"
            )
        with path.open("rb") as file:
            if "checksum" in entries:
                _check_digest(path, size, entries["checksum"])
            file.seek(offset)
            data = file.read(length)
    except OSError as error:
        raise FileFormatError(
            f"external data {path.name!r} cannot be read: {error.strerror or error}"
        ) from None
    if len(data) != length:
        raise FileFormatError(f"external data {path.name!r} became shorter while it was read")
    return data


def _inside(folder: Path, location: str) -> Path:
    """The file at a location relative to the folder, links followed, if it does not leave the folder."""
    windows = PureWindowsPath(location)
    if not location or "\0" in location or windows.drive or windows.root or ".." in windows.parts:
        raise FileFormatError(
            f"external data lies at {location!r}: only relative paths inside the folder of the model are "
            "allowed, without '..'"
        )
    try:
        home = folder.resolve(strict=True)
        path = (home / location).resolve(strict=True)
        regular = path.is_file()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileFormatError(f"external data {location!r} cannot be read: {reason}") from None
    if not path.is_relative_to(home):
        raise FileFormatError(f"external data {location!r} is a link that leaves the folder of the model")
    if not regular:
        raise FileFormatError(f"external data {location!r} is not a regular file")
    return path


def _count(text: str, key: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise FileFormatError(f"external data has the {key} {text[:40]!r}, which is no byte count")
    return int(text)


def _check_digest(path: Path, size: int, digest: str) -> None:
    """Compare with the SHA-1 of the whole file, which ONNX lets exporters store (against damage)."""
    import hashlib  # loads OpenSSL

    if size > MAX_FILE_BYTES:
        raise FileFormatError(
            f"external data {path.name!r} has {size / 2**20:.0f} MiB; "
            f"isobit reads up to {MAX_FILE_BYTES >> 20} MiB"
        )
    found = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
    if found != digest.lower():
        raise FileFormatError(
            f"external data {path.name!r} is damaged: its checksum is {found}, not {digest[:40]}"
        )
