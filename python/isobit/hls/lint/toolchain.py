"""Clang and LLVM's opt: found on the PATH, run without a shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from isobit.errors import CompileError

VERSIONS = (16, 17, 18, 19, 15)
"""Of LLVM, in the order in which they are looked for. Older ones write pointers with their types."""

_TIME_LIMIT = 120


@dataclass(frozen=True)
class Toolchain:
    """The programs of one LLVM version."""

    clang: str
    opt: str
    link: str
    version: str

    def run(self, program: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run one of the programs; what it prints is returned with its exit code.

        Raises
        ------
        CompileError
            When it cannot be started, or does not end.
        """
        try:
            return subprocess.run(  # noqa: S603 (a list of arguments)
                [program, *arguments],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=_TIME_LIMIT,
            )
        except OSError as error:
            raise CompileError(f"{program} cannot be run: {error}") from None
        except subprocess.TimeoutExpired:
            raise CompileError(
                f"{program} did not end within {_TIME_LIMIT} s: does a template recurse without end?"
            ) from None


def find_toolchain() -> Toolchain:
    """The first of :data:`VERSIONS` of which all programs are on the PATH, else those without a version.

    Raises
    ------
    CompileError
        When there is none; says what to install.
    """
    for suffix in [*(f"-{version}" for version in VERSIONS), ""]:
        clang, opt, link = (shutil.which(name + suffix) for name in ("clang", "opt", "llvm-link"))
        if clang and opt and link:
            version = _version(clang)
            if version == _version(opt) and version.split(".")[0] in map(str, VERSIONS):
                return Toolchain(clang, opt, link, version)
    known = ", ".join(map(str, sorted(VERSIONS)))
    raise CompileError(
        f"the check needs clang, opt and llvm-link of the same LLVM version ({known}), and the PATH has "
        "none. Install them (Debian, Ubuntu: apt install clang-16 llvm-16; Fedora, Alma: dnf install "
        "clang llvm; macOS: brew install llvm@16, and its folder bin on the PATH)"
    )


def _version(program: str) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"version (\d+\.\d+\.\d+)", done.stdout)
    return found[1] if found else ""
