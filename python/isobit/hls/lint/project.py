"""Exported projects: which files to check, and which function is the top."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isobit.errors import FileFormatError, MissingFileError
from isobit.hls.headers import vendor_folder

DESCRIPTION = "project.json"


@dataclass(frozen=True)
class Project:
    """What ``project.json`` says, with its paths resolved."""

    top: str
    sources: tuple[Path, ...]
    include: tuple[Path, ...]
    defines: tuple[str, ...]


def read_project(folder: Path) -> Project:
    """Read the description of an exported project.

    ``sources``, ``include`` and ``defines`` may be left out; they are then what ``export("hls")`` writes.

    Raises
    ------
    MissingFileError
        When the folder or its description do not exist, or the headers of its ports are not found.
    FileFormatError
        When the description is damaged, or names files outside of the project.
    """
    file = folder / DESCRIPTION
    if not file.is_file():
        raise MissingFileError(
            f"{folder} holds no {DESCRIPTION}, so it is no exported project; a single file needs --top"
        )
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(f"{file}: cannot be read as JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("top"), str):
        raise FileFormatError(f"{file}: 'top' must be the name of a function")
    top = content["top"]
    sources = _paths(file, content, "sources", [f"firmware/{top}.cpp"])
    if not sources:
        raise FileFormatError(f"{file}: 'sources' must name at least one file")
    include = _paths(file, content, "include", ["include", "firmware"])
    options = content.get("options")
    if isinstance(options, dict) and options.get("ports") == "ac":
        include += (vendor_folder("ac_int.h"),)  # those of ap_int simulate only, so that lint has its own
    return Project(top, sources, include, tuple(_texts(file, content, "defines", [])))


def _paths(file: Path, content: dict[str, Any], key: str, usual: list[str]) -> tuple[Path, ...]:
    folder = file.parent.resolve()
    paths = tuple((folder / text).resolve() for text in _texts(file, content, key, usual))
    for path in paths:
        if not path.is_relative_to(folder):
            raise FileFormatError(f"{file}: {key!r} names {path}, which is outside of the project")
    return paths


def _texts(file: Path, content: dict[str, Any], key: str, usual: list[str]) -> list[str]:
    texts = content.get(key, usual)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise FileFormatError(f"{file}: {key!r} must be a list of names")
    return texts
