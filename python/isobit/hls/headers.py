"""The headers that a design includes: isobit's own, which go into its folder, and where the vendors' are."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from isobit.cxx.toolchain import include_folder
from isobit.errors import CompileError, MissingFileError

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def headers_of(texts: Iterable[str]) -> dict[str, str]:
    """All headers of isobit that sources include, directly or not: their texts by path.

    Raises
    ------
    CompileError
        When the installation of isobit lacks one.
    """
    folder = include_folder()
    found: dict[str, str] = {}
    waiting = [name for text in texts for name in _INCLUDE.findall(text)]
    while waiting:
        name = waiting.pop()
        if name in found or name.split("/")[0] not in ("isobit", "hls_kernels"):
            continue
        path = folder / name
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            raise CompileError(
                f"this installation of isobit lacks its header {name!r} ({str(path)!r}); install it again"
            ) from None
        found[name] = text
        for included in _INCLUDE.findall(text):
            beside = str(_normal(PurePosixPath(name).parent / included))
            waiting.append(beside if (folder / beside).is_file() else included)
    return dict(sorted(found.items()))


def _normal(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)


_VENDORS = {
    "ap_fixed.h": ("ISOBIT_AP_INCLUDE", "vivado/ap_types"),
    "ac_int.h": ("ISOBIT_AC_INCLUDE", "catapult/ac_types/include"),
}


def vendor_folder(header: str) -> Path:
    """The folder of a vendor's header, for C simulation.

    It is looked for where the environment variable ISOBIT_AP_INCLUDE (ISOBIT_AC_INCLUDE) says, in an
    installation of Vitis HLS (XILINX_HLS), and in an installed wheel of hls4ml.

    Raises
    ------
    MissingFileError
        When it is nowhere; says how to get it.
    """
    variable, place = _VENDORS[header]
    given = os.environ.get(variable, "")
    if given:
        if not (Path(given) / header).is_file():
            raise MissingFileError(
                f"the environment variable {variable} names {given!r}, which has no {header}"
            )
        return Path(given)
    vitis = Path(os.environ.get("XILINX_HLS", "")) / "include"
    if "XILINX_HLS" in os.environ and (vitis / header).is_file():
        return vitis
    spec = importlib.util.find_spec("hls4ml")  # does not import it
    for root in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(root) / "templates" / place
        if (folder / header).is_file():
            return folder
    raise MissingFileError(
        f"{header} is not found: pip install hls4ml, whose wheel has it, or set {variable} to its folder; "
        'ports="int" needs no header of a vendor'
    )
