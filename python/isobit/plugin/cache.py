"""Compiled plugins by what they were compiled from, in a folder that belongs to the user alone."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from isobit.errors import CompileError


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/isobit/plugins`` (or what the system has instead), made with mode 0700.

    Raises
    ------
    CompileError
        When it cannot be made, belongs to somebody else, or others may write to it.
    """
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    try:
        if chosen and Path(chosen).is_absolute():
            base = Path(chosen)
        else:
            base = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError as error:
        raise CompileError(f"no folder for compiled plugins: {error}; set XDG_CACHE_HOME") from None
    folder = base / "isobit" / "plugins"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise CompileError(
            f"the folder {str(folder)!r} for compiled plugins cannot be made: {error}; set XDG_CACHE_HOME"
        ) from None
    if not stat.S_ISDIR(status.st_mode):
        raise CompileError(f"{str(folder)!r} is not a folder; remove it, or set XDG_CACHE_HOME")
    if status.st_uid != os.getuid():
        raise CompileError(f"the folder {str(folder)!r} belongs to another user; set XDG_CACHE_HOME")
    if status.st_mode & 0o077:
        raise CompileError(
            f"others may use the folder {str(folder)!r}, whose files are run as code: chmod 700 it, or set "
            "XDG_CACHE_HOME"
        )
    return folder


def key(parts: Iterable[str]) -> str:
    """A name for what a library is compiled from."""
    digest = sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def put(content: bytes, target: Path) -> None:
    """Write a file so that it is there completely or not at all; raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.chmod(0o755 if target.suffix == ".so" else 0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
