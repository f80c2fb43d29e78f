"""The ``.keras`` archive: a zip file with ``config.json``, ``metadata.json`` and ``model.weights.h5``."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from isobit.errors import FileFormatError

MAX_MEMBER_BYTES = 512 << 20
MAX_DIRECTORY_BYTES = 1 << 20

_END_SIGNATURE = b"PK\x05\x06"
_END_SIZE = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


def read_members(data: bytes, where: str) -> dict[str, bytes]:
    """The members of a zip file by name, unpacked in memory (nothing is ever written to disk).

    Members below ``assets/`` are left out: only layers that isobit refuses have any.

    Raises
    ------
    FileFormatError
        When the archive is damaged or encrypted, declares more than 512 MiB, or has a member whose name leads
        out of the archive or occurs twice.
    """
    _check_directory_size(data, where)
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_members(infos, where)
            for info in infos:
                if not info.filename.startswith("assets/"):
                    members[info.filename] = archive.read(info)
    except FileFormatError:
        raise
    except _ZIP_ERRORS as error:
        raise FileFormatError(f"{where}: the zip archive is damaged or not supported ({error})") from None
    return members


def _check_members(infos: list[zipfile.ZipInfo], where: str) -> None:
    seen = set()
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise FileFormatError(f"{where}: the member name {info.filename!r} leads out of the archive")
        if info.filename in seen:
            raise FileFormatError(f"{where}: the archive has two members called {info.filename!r}")
        seen.add(info.filename)
    declared = sum(info.file_size for info in infos)
    if declared > MAX_MEMBER_BYTES:
        raise FileFormatError(
            f"{where}: the archive declares {declared} bytes of contents; at most {MAX_MEMBER_BYTES} are read"
        )


def _check_directory_size(data: bytes, where: str) -> None:
    """Refuse a huge table of contents before `zipfile` makes an object of each of its entries."""
    end = data.rfind(_END_SIGNATURE)
    if end < 0 or end + _END_SIZE > len(data):
        raise FileFormatError(f"{where}: the zip archive has no table of contents; the file is truncated")
    if data[max(end - _ZIP64_LOCATOR_SIZE, 0) :].startswith(_ZIP64_LOCATOR):
        raise FileFormatError(f"{where}: zip archives beyond 4 GiB (zip64) are not read")
    (size,) = struct.unpack_from("<I", data, end + 12)
    if size > MAX_DIRECTORY_BYTES:
        raise FileFormatError(f"{where}: the table of contents of the zip archive has {size} bytes")
