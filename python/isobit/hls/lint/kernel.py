"""The check of one kernel, from its sources to the report."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from isobit.errors import InputError, MissingFileError, closest
from isobit.hls.lint.assembly import Module, parse
from isobit.hls.lint.findings import Finding, Place, Report, in_order
from isobit.hls.lint.front_end import STAND_INS, FrontEnd
from isobit.hls.lint.places import Places
from isobit.hls.lint.project import read_project
from isobit.hls.lint.reach import Reach, reached
from isobit.hls.lint.structure import Structure
from isobit.hls.lint.toolchain import Toolchain, find_toolchain
from isobit.hls.lint.values import Values, optimized

_SYSTEM = (Path("/usr"), Path("/opt/homebrew"), Path("/Library"), STAND_INS)
_TRY = re.compile(r"\btry\b")


def lint(
    sources: Path | Sequence[Path], top: str, include: Sequence[Path] = (), defines: Sequence[str] = ()
) -> Report:
    """Check whether HLS compilers can accept a kernel.

    Parameters
    ----------
    sources : Path or sequence of Path
        C++ files.
    top : str
        The function that is synthesized, without its arguments and namespace.
    include : sequence of Path
        Folders of headers.
    defines : sequence of str
        Macros, as ``NAME`` or ``NAME=VALUE``. ``__SYNTHESIS__`` is defined always.

    Raises
    ------
    MissingFileError
        For a file or folder that does not exist.
    InputError
        When the sources do not define the top.
    CompileError
        When clang and opt are missing; says what to install.
    """
    files = (sources,) if isinstance(sources, Path) else tuple(sources)
    for path in files:
        if not path.is_file():
            raise MissingFileError(f"there is no file {str(path)!r}")
    for path in include:
        if not path.is_dir():
            raise MissingFileError(f"there is no folder {str(path)!r}")
    tools = find_toolchain()
    with tempfile.TemporaryDirectory(prefix="isobit-lint-") as folder:
        found = _Check(tools, files, top, FrontEnd(tools, include, defines, Path(folder)), Path(folder))
        return Report(top, files, in_order(found.findings()), f"clang {tools.version}")


def lint_project(folder: Path, include: Sequence[Path] = ()) -> Report:
    """Check the kernel of a project that ``export("hls")`` wrote.

    Parameters
    ----------
    folder : Path
    include : sequence of Path
        Folders of vendor headers that the project needs and :data:`STAND_INS` does not have.

    Raises
    ------
    MissingFileError, FileFormatError
        When the folder holds no such project.
    CompileError
        When clang and opt are missing.
    """
    project = read_project(folder)
    return lint(project.sources, project.top, (*project.include, *include), project.defines)


class _Check:
    def __init__(
        self, tools: Toolchain, sources: tuple[Path, ...], top: str, front_end: FrontEnd, folder: Path
    ) -> None:
        self._tools, self._sources, self._top = tools, sources, top
        self._front_end, self._folder = front_end, folder

    def findings(self) -> Iterator[Finding]:
        assembly, language = self._front_end.compile(self._sources)
        yield from language
        if assembly is None:
            return
        module = parse(assembly.read_text(encoding="utf-8", errors="replace"))
        places = Places(module, _SYSTEM)
        top = self._find_top(module, places)
        yield from self._about_top(module, places, top)
        reach = reached(module, places, top)
        yield from Structure(module, places, reach, self._demangle).findings()
        yield from self._tries(module, places, reach)
        if module.assembly:
            yield Finding.of(
                "inline-assembly", Place(str(self._sources[0]), 0), "assembly outside of functions"
            )
        inlined, trips = optimized(self._tools, assembly, top, self._folder)
        hidden = {(place.file, place.function) for place in reach.containers.values()}
        yield from Values(inlined, Places(inlined, _SYSTEM), trips, hidden).findings()

    def _find_top(self, module: Module, places: Places) -> str:
        names: dict[str, list[str]] = {}
        for linked, function in module.functions.items():
            name = places.function(function).function.split("<")[0]
            names.setdefault(name, []).append(linked)
        own = [name for name, linked in names.items() if any(self._is_own(module, places, f) for f in linked)]
        found = names.get(self._top, [])
        sources = ", ".join(map(str, self._sources))
        if not found:
            raise InputError(
                f"no function {self._top!r} with a body in {sources} (one that nothing calls must not be "
                f"inline, static or a template).{closest(self._top, own)}"
            )
        if len(found) > 1:
            raise InputError(
                f"{sources} define {self._top!r} {len(found)} times: give the top a name of its own"
            )
        return found[0]

    def _is_own(self, module: Module, places: Places, name: str) -> bool:
        return not places.is_system(places.function(module.functions[name]).file)

    def _about_top(self, module: Module, places: Places, top: str) -> Iterator[Finding]:
        place = places.function(module.functions[top])
        debug = module.functions[top].debug
        if "DICompositeType" in places.scope_of(debug):
            yield Finding.of("top", place, f"{self._top} is a member of a class")
        elif "<" in place.function:
            yield Finding.of("top", place, f"{self._top} is a template")

    def _tries(self, module: Module, places: Places, reach: Reach) -> Iterator[Finding]:
        """Handlers of exceptions around code that cannot throw leave no trace in the assembly."""
        spans = [_span(module, places, name) for name, caller in reach.functions.items() if caller is None]
        lines = {first.file: _lines(first.file) for first, _ in spans}
        if not any(
            _TRY.search(line) for first, last in spans for line in lines[first.file][first.line - 1 : last]
        ):
            return
        for source in self._sources:
            for place in self._front_end.tries(source):
                for first, last in spans:
                    if first.file == place.file and first.line <= place.line <= last:
                        where = Place(place.file, place.line, first.function)
                        yield Finding.of("exception", where, "try, catch or throw")

    def _demangle(self, names: list[str]) -> dict[str, str]:
        program = shutil.which(self._tools.opt.replace("opt", "llvm-cxxfilt")) or shutil.which("c++filt")
        if not program or not names:
            return {}
        shown = self._tools.run(program, names).stdout.splitlines()
        return dict(zip(names, shown, strict=True)) if len(shown) == len(names) else {}


def _span(module: Module, places: Places, name: str) -> tuple[Place, int]:
    """Where a function begins, and its last line."""
    first = places.function(module.functions[name])
    lines = [
        place.line
        for instruction in module.functions[name].instructions()
        if (place := places.of(instruction.debug)) and place.file == first.file
    ]
    return first, max(lines, default=first.line)


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
