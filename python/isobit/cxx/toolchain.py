"""The user's C++ compiler: found, named, and run without a shell."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isobit.errors import CompileError

NAMES = ("c++", "g++", "clang++")
"""Looked for on the PATH, after the environment variable CXX."""

_SHOWN_LINES = 15
_FLAGS = (
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-fno-exceptions",
    "-fno-rtti",
    # A fused multiply-add would round differently from one instruction set to another.
    "-ffp-contract=off",
)
_GNU_FLAGS = (
    "-fno-gnu-unique",
    # In loops over integers of two widths, GCC 12 may compute the address of a store from zero, takes that
    # for an access of a null pointer, and then drops calls of the function as without effect.
    "-fno-delete-null-pointer-checks",
)
_LINUX_FLAGS = ("-Wl,--as-needed", "-Wl,-z,noexecstack", "-Wl,-z,relro", "-Wl,-z,now")


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler.

    Attributes
    ----------
    command : tuple of str
        The program and arguments that come with it.
    identity : str
        What it says of itself.
    """

    command: tuple[str, ...]
    identity: str

    def flags(self) -> tuple[str, ...]:
        """What every plugin is compiled with."""
        gnu = _GNU_FLAGS if "Free Software Foundation" in self.identity else ()
        return (*_FLAGS, *gnu, *(_LINUX_FLAGS if sys.platform.startswith("linux") else ()))

    def compile(self, source: Path, target: Path, include: Path, flags: Sequence[str]) -> None:
        """Make a shared library.

        Raises
        ------
        CompileError
            With the last lines that the compiler printed.
        """
        self.run(
            [*self.flags(), *flags, "-I", str(include), str(source)],
            target,
            'Try isa="generic" or another compiler (environment variable CXX); predict works without '
            "a plugin.",
        )

    def run(self, flags: Sequence[str], target: Path, advice: str) -> None:
        """Make a file; the advice is for those whose compiler fails.

        Raises
        ------
        CompileError
            With the last lines that the compiler printed.
        """
        arguments = [*self.command, *flags, "-o", str(target)]
        # its temporary files belong into the private folder, too
        environment = {**os.environ, "TMPDIR": str(target.parent), "LC_ALL": "C"}
        try:
            done = subprocess.run(  # noqa: S603 (a list of arguments; nothing of a model is among them)
                arguments,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            raise CompileError(f"the compiler {self.command[0]!r} cannot be run: {error}") from None
        if done.returncode != 0:
            lines = (done.stdout + done.stderr).strip().splitlines()[-_SHOWN_LINES:]
            raise CompileError(
                f"{shlex.join(self.command)} failed (exit code {done.returncode}):\n"
                + "\n".join(f"  {line[:300]}" for line in lines)
                + f"\n{advice}"
            )


def find_compiler() -> Compiler:
    """The compiler that CXX names, or the first of :data:`NAMES` on the PATH.

    Raises
    ------
    CompileError
        When there is none; says what was looked for and what to do.
    """
    chosen = os.environ.get("CXX", "").strip()
    if chosen:
        try:
            words = shlex.split(chosen)
        except ValueError as error:
            raise CompileError(f"the environment variable CXX cannot be read: {error}: {chosen!r}") from None
        if shutil.which(words[0]) is None:
            raise CompileError(
                f"the environment variable CXX names {words[0]!r}, which is not on the PATH; give it the "
                "name of a C++17 compiler, or unset it. predict works without a plugin."
            )
        return _identified(words)
    for name in NAMES:
        if shutil.which(name) is not None:
            return _identified([name])
    raise CompileError(
        "no C++ compiler: the environment variable CXX is not set, and the PATH has none of "
        f"{', '.join(NAMES)}. Install one (Debian, Ubuntu: apt install g++; Fedora, Alma: dnf install "
        "gcc-c++; macOS: xcode-select --install; conda: conda install cxx-compiler). predict works without "
        "a plugin."
    )


def _identified(words: Sequence[str]) -> Compiler:
    program = str(shutil.which(words[0]))
    try:
        done = subprocess.run(  # noqa: S603
            [program, *words[1:], "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompileError(f"the compiler {program!r} cannot be run: {error}") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[:300]
        raise CompileError(f"{program!r} --version failed (exit code {done.returncode}): {said}")
    return Compiler((program, *words[1:]), done.stdout.strip())


def include_folder() -> Path:
    """The headers of the isobit that is running.

    Raises
    ------
    CompileError
        When the installation has none.
    """
    from isobit import _core

    folder = Path(_core.__file__).parent / "include"
    if not (folder / "isobit" / "plugin.h").is_file():
        raise CompileError(
            f"this installation of isobit lacks its C++ headers ({str(folder)!r}); install it again"
        )
    return folder
