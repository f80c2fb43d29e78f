"""A project on disk as a `Firmware`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from isobit.errors import FileFormatError, MissingFileError, UnsupportedError
from isobit.hls4ml.firmware import Firmware
from isobit.hls4ml.reading.declarations import gather
from isobit.hls4ml.reading.folder import Folder
from isobit.hls4ml.reading.functions import FUNCTIONS
from isobit.hls4ml.reading.generated import GeneratedCode
from isobit.hls4ml.reading.places import Place, damaged
from isobit.hls4ml.reading.preprocessor import Preprocessor
from isobit.hls4ml.reading.scope import Scope
from isobit.hls4ml.reading.syntax import Node, parse
from isobit.hls4ml.reading.top import port_names, read_top
from isobit.hls4ml.reading.versions import Origin

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

SETTINGS = "hls4ml_config.yml"
_MAX_SETTINGS_BYTES = 1 << 20
_CALL = re.compile(rb"\bnnet::(\w+)\s*<")
_SETTING = re.compile(r"^(ProjectName|Backend|Version):[ \t]*['\"]?([\w.]+)['\"]?[ \t]*$", re.MULTILINE)
_BACKENDS = {"Vitis": "Vitis", "Vivado": "Vivado", "VivadoAccelerator": "Vivado"}
"""Whose functions a back end calls."""


def load_project(path: Path) -> QuantizedModel:
    """The model that computes what a project's compiled emulation computes, bit for bit (`read_project`)."""
    from isobit.hls4ml.emulation import emulate

    return emulate(read_project(path))


def read_project(path: Path) -> Firmware:
    """Read the firmware sources of a project.

    Parameters
    ----------
    path : Path
        The folder that hls4ml wrote, the folder inside of it with ``defines.h`` and ``parameters.h``, or the
        source of the top function where such a folder has several.

    Raises
    ------
    MissingFileError
        When there is no such folder.
    FileFormatError
        When the sources are incomplete, damaged or contradict themselves; names file and line.
    UnsupportedError
        When they say something that this reader does not know: edited sources, other versions or back ends.
    """
    if not path.exists():
        raise MissingFileError(f"there is no file {str(path)!r}")
    folder = Folder(path if path.is_dir() else path.parent)
    settings = _settings(folder)
    backend = settings.get("Backend", "Vitis")
    if backend not in _BACKENDS:
        raise UnsupportedError(
            f"{SETTINGS}: the back end {backend} of hls4ml; projects of {', '.join(_BACKENDS)} are read"
        )
    version = settings.get("Version", "1.0.0")
    if not version.startswith("1."):
        raise UnsupportedError(
            f"{SETTINGS}: Version {version}, where hls4ml 1.3 writes 1.0.0; if it is that of the IP core, "
            f"load the folder {folder.name(folder.firmware)}"
        )
    source = path if path.is_file() else _top_source(folder, settings.get("ProjectName"))
    preprocessor = Preprocessor(folder)
    scope = Scope(preprocessor.macros, preprocessor.numbers)
    functions = _gather(preprocessor, source, scope)
    function = _top_function(functions, folder.name(source))
    _gather_ports(function, preprocessor, scope)
    top = read_top(function, scope, GeneratedCode(folder))
    has_size_macros = any(macro.body for macro in scope.macros.values())
    origin = Origin.of(top.calls, has_size_macros, folder)
    return Firmware(
        top.name,
        origin.version,
        _BACKENDS[backend],
        "io_stream" if top.is_stream else "io_parallel",
        tuple(top.inputs),
        tuple(top.outputs),
        top.variables,
        tuple(origin.modern(call, top.variables) for call in top.calls),
    )


def _gather(preprocessor: Preprocessor, source: Path, scope: Scope) -> list[Node]:
    functions: list[Node] = []
    for piece in preprocessor.pieces(source):
        functions += gather(parse(piece.text, piece.file), scope)
    missing = [n for n, c in scope.constants.items() if c.is_array and c.value is None]
    if missing:
        # Weights that a header only declares have their numbers in a source of their own.
        defined = re.compile(
            rb"\b(?:" + b"|".join(re.escape(n.encode()) for n in missing) + rb")\s*\[[^\]]*\]\s*="
        )
        for other in preprocessor.folder.sources():
            if other != source and defined.search(preprocessor.folder.read(other)):
                preprocessor.restart()
                for piece in preprocessor.pieces(other):
                    if piece.path == other:
                        gather(parse(piece.text, piece.file), scope)
    return functions


def _gather_ports(function: Node, preprocessor: Preprocessor, scope: Scope) -> None:
    """Weights in block RAM come through ports; hls4ml's emulation hands over those in the headers."""
    folder = preprocessor.folder
    for name in port_names(function):
        header = folder.firmware / "weights" / f"{name}.h"
        if name not in scope.constants and header.is_file():
            for piece in preprocessor.pieces(header):
                gather(parse(piece.text, piece.file), scope)


def _top_source(folder: Folder, project: str | None) -> Path:
    """The source whose functions call layers."""
    found = []
    for source in folder.sources():
        called = {name.decode() for name in _CALL.findall(folder.read(source))}
        if called & FUNCTIONS.keys():
            found.append(source)
    if len(found) > 1 and project is not None:
        found = [source for source in found if source.stem == project] or found
    if not found:
        raise FileFormatError(
            f"no source in {folder.name(folder.firmware)} calls a layer of hls4ml; the .cpp file of the top "
            "function is missing, or another version wrote it"
        )
    if len(found) > 1:
        names = ", ".join(source.name for source in found)
        raise FileFormatError(f"several sources call layers of hls4ml ({names}); load one of these files")
    return found[0]


def _top_function(functions: list[Node], file: str) -> Node:
    tops = [f for f in functions if f.file == file and _CALL.search(f.text.encode())]
    if len(tops) != 1:
        raise damaged(Place(file, 1), f"{len(tops)} functions call layers of hls4ml; one was expected")
    return tops[0]


def _settings(folder: Folder) -> dict[str, str]:
    """What is needed of the configuration that hls4ml writes beside the firmware, if it is there."""
    path = folder.home / SETTINGS
    if not path.is_file() or path.stat().st_size > _MAX_SETTINGS_BYTES:
        return {}
    return dict(_SETTING.findall(folder.read(path).decode("utf-8", "replace")))
