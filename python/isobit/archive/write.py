"""Writing an ``.isobit`` file: all of it or nothing."""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from isobit.archive.encode import members
from isobit.errors import SaveError

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

SUFFIX = ".isobit"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save_model(model: Model | QuantizedModel, path: str | os.PathLike[str]) -> None:
    """Write a model; equal models give equal files.

    The file is written under a temporary name in the same folder and then renamed, so that an existing file
    survives a full disk, a missing permission or an interruption, and nothing is left behind.

    Raises
    ------
    SaveError
        When the name does not end in ``.isobit``, or the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.suffix != SUFFIX:
        raise SaveError(f"cannot save as {os.fspath(path)!r}: the name must end in {SUFFIX}")
    replace_file(target, _zipped(members(model)))


def replace_file(target: Path, content: bytes) -> None:
    """Put content in the place of a file at once; :class:`SaveError` leaves the old file untouched."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            # x: never through a link that somebody else made; permissions follow the umask
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        failure = SaveError(
            f"cannot write {str(target)!r}: {error.strerror or error}; nothing was changed there"
        )
        failure.errno = error.errno
        raise failure from error


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
