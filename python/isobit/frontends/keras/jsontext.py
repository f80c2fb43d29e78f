"""JSON from untrusted files: bounded in size and depth, and never anything but plain Python values."""

from __future__ import annotations

import json
from typing import Any

from isobit.errors import FileFormatError

MAX_BYTES = 8 << 20
MAX_DEPTH = 200


def parse(text: bytes | str, where: str, max_bytes: int = MAX_BYTES) -> Any:
    """The value that a JSON text describes.

    Parameters
    ----------
    text : bytes or str
        UTF-8 text of at most ``max_bytes``; its lists and objects are nested at most 200 deep (real models
        need 30).
    where : str
        What the text is, for messages.

    Raises
    ------
    FileFormatError
        When the text is no JSON, or larger or deeper than these bounds.
    """
    if len(text) > max_bytes:
        raise FileFormatError(f"{where}: {len(text)} bytes of JSON; at most {max_bytes} are read")
    try:
        value = json.loads(text)
    except RecursionError:
        raise FileFormatError(f"{where}: lists and objects are nested too deeply") from None
    except ValueError as error:
        raise FileFormatError(f"{where} is not JSON: {error}") from None
    _check_depth(value, where)
    return value


def _check_depth(value: Any, where: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for entry in level:
            if isinstance(entry, dict):
                deeper.extend(entry.values())
            elif isinstance(entry, list):
                deeper.extend(entry)
        if not deeper:
            return
        level = deeper
    raise FileFormatError(f"{where}: lists and objects are nested more than {MAX_DEPTH} deep")
