"""Compiling a kernel to LLVM assembly, and what the compiler itself has to say against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from isobit.errors import CompileError
from isobit.hls.lint.findings import Finding, Place
from isobit.hls.lint.toolchain import Toolchain

STAND_INS = Path(__file__).parent / "include"
"""Headers in place of the vendors' (see ``docs/hls-lint.md``)."""

_DIAGNOSTIC = re.compile(r"^(.*?):(\d+):\d+: (?:fatal )?error: (.*)$")
_OPTION = re.compile(r" \[-W[^\]]*\]$")
_STANDARD = "-std=c++14"
_FLAGS = (
    "-x", "c++",
    # Unoptimized, but without the marks that would keep later passes from optimizing it.
    "-O1", "-Xclang", "-disable-llvm-passes",
    "-S", "-emit-llvm", "-g", "-fno-discard-value-names",
    "-fno-color-diagnostics", "-fno-caret-diagnostics", "-ferror-limit=100",
    "-Xclang", "-fexperimental-max-bitint-width=8388608",
    "-D__SYNTHESIS__", "-DISOBIT_LINT",
)  # fmt: skip


class FrontEnd:
    """Clang, with the folders of headers of one kernel.

    Parameters
    ----------
    tools : Toolchain
    include : sequence of Path
        Folders of headers, before those of the system.
    defines : sequence of str
        Macros, as ``NAME`` or ``NAME=VALUE``.
    folder : Path
        For temporary files.
    """

    def __init__(
        self, tools: Toolchain, include: Sequence[Path], defines: Sequence[str], folder: Path
    ) -> None:
        self._tools, self._folder = tools, folder
        # First of all, so that the vendors' headers for simulation do not come before them.
        self._arguments = [f"-I{STAND_INS}", *(f"-I{path.resolve()}" for path in include)]
        self._arguments += [f"-D{name}" for name in defines]

    def compile(self, sources: Sequence[Path]) -> tuple[Path | None, list[Finding]]:
        """The file with the assembly of all sources, and findings about the language.

        Where a source is no C++14, its assembly comes from C++17, so that the other rules are checked, too;
        None where that does not compile either.
        """
        outputs: list[Path | None] = []
        findings: list[Finding] = []
        for number, source in enumerate(sources):
            output = self._folder / f"{number}.ll"
            errors = self._run(source, output, _STANDARD, "-pedantic-errors")
            if errors:
                findings += errors
                errors = self._run(source, output, "-std=c++17")
            outputs.append(None if errors else output)
        done = [output for output in outputs if output is not None]
        if len(done) < len(sources):
            return None, findings
        return done[0] if len(done) == 1 else self._linked(done), findings

    def tries(self, source: Path) -> list[Place]:
        """Where exceptions are thrown or handled, whether the top reaches it or not."""
        output = self._folder / "without.ll"
        errors = self._run(source, output, "-std=c++17", "-fno-exceptions")
        return [error.place for error in errors if "exceptions disabled" in error.what]

    def _run(self, source: Path, output: Path, *flags: str) -> list[Finding]:
        done = self._tools.run(
            self._tools.clang,
            [*_FLAGS, *flags, *self._arguments, str(source.resolve()), "-o", str(output)],
        )
        if done.returncode == 0:
            return []
        lines = (done.stdout + done.stderr).splitlines()
        errors = [found for found in map(_DIAGNOSTIC.match, lines) if found]
        if not errors:
            raise CompileError(f"{self._tools.clang} failed on {source}:\n" + "\n".join(lines[-5:]))
        return [
            Finding.of("language", Place(found[1], int(found[2])), _OPTION.sub("", found[3]))
            for found in errors
        ]

    def _linked(self, outputs: Sequence[Path]) -> Path:
        output = self._folder / "linked.ll"
        done = self._tools.run(self._tools.link, ["-S", *map(str, outputs), "-o", str(output)])
        if done.returncode != 0:
            raise CompileError(f"the sources do not link: {done.stderr.strip()[:1000]}")
        return output
