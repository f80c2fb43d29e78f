"""From the debug information of LLVM assembly to files, lines and functions."""

from __future__ import annotations

import re
from pathlib import Path

from isobit.hls.lint.assembly import Function, Module
from isobit.hls.lint.findings import Place

_REFERENCE = {key: re.compile(rf"\b{key}: !(\d+)") for key in ("scope", "file", "inlinedAt")}
_LOCATION = ("!DILocation", "distinct !DILocation")
_LONGEST = 60
"""Characters of a name with its template arguments."""
_LINE = re.compile(r"\bline: (\d+)")
_TEXT = {key: re.compile(rf'\b{key}: "([^"]*)"') for key in ("name", "filename", "directory")}


class Places:
    """Places of one module.

    Parameters
    ----------
    module : Module
    system : tuple of Path
        Folders of headers that the kernel's author did not write.
    """

    def __init__(self, module: Module, system: tuple[Path, ...]) -> None:
        self._metadata = module.metadata
        self._system = tuple(f"{folder}/" for folder in system)
        self._files: dict[int | None, str] = {}

    def of(self, debug: int | None) -> Place | None:
        """Where an instruction was written; the innermost function for one that was inlined."""
        chain = self.chain(debug)
        return chain[0] if chain else None

    def chain(self, debug: int | None) -> list[Place]:
        """Where it was written, and where each of the functions around it was called, the top last."""
        places = []
        while debug is not None:
            text = self._metadata.get(debug, "")
            if not text.startswith(_LOCATION):
                break
            scope = self._follow(text, "scope")
            places.append(Place(self._file(scope), self._line(text), self._name(self._subprogram(scope))))
            debug = self._follow(text, "inlinedAt")
        return places

    def own(self, debug: int | None) -> Place | None:
        """The innermost place in a file that is no system header."""
        chain = self.chain(debug)
        return next(
            (place for place in chain if not self.is_system(place.file)), chain[-1] if chain else None
        )

    def function(self, function: Function) -> Place:
        """Where a function begins."""
        return self.declared(function.debug) or Place("", 0, function.name)

    def declared(self, debug: int | None) -> Place | None:
        """Where a function, a variable or a type was declared."""
        text = self._metadata.get(debug, "") if debug is not None else ""
        if text.startswith("!DIGlobalVariableExpression"):
            return self.declared(self._number(re.search(r"var: !(\d+)", text)))
        if not text:
            return None
        return Place(self._file(debug), self._line(text), self._name(debug))

    def loop(self, debug: int | None) -> int | None:
        """The location at the head of a loop's metadata."""
        for number in re.findall(r"!(\d+)", self._metadata.get(debug, "") if debug is not None else ""):
            if self._metadata.get(int(number), "").startswith(_LOCATION):
                return int(number)
        return None

    def scope_of(self, debug: int | None) -> str:
        """Metadata of the scope in which something was declared."""
        text = self._metadata.get(debug, "") if debug is not None else ""
        scope = self._follow(text, "scope")
        return self._metadata.get(scope, "") if scope is not None else ""

    def is_system(self, file: str) -> bool:
        """Whether the file belongs to the system or to isobit's stand-ins for vendor headers."""
        return file.startswith(self._system)

    def _subprogram(self, scope: int | None) -> int | None:
        while scope is not None and "!DISubprogram" not in self._metadata.get(scope, ""):
            scope = self._follow(self._metadata.get(scope, ""), "scope")
        return scope

    def _name(self, number: int | None) -> str:
        found = _TEXT["name"].search(self._metadata.get(number, "")) if number is not None else None
        name = found[1] if found else ""
        return name if len(name) <= _LONGEST else f"{name.split('<')[0]}<...>"

    def _file(self, scope: int | None) -> str:
        if scope not in self._files:
            self._files[scope] = self._read_file(scope)
        return self._files[scope]

    def _read_file(self, scope: int | None) -> str:
        number = self._follow(self._metadata.get(scope, ""), "file") if scope is not None else None
        text = self._metadata.get(number, "") if number is not None else ""
        name, folder = _TEXT["filename"].search(text), _TEXT["directory"].search(text)
        if not name:
            return ""
        return str(Path(folder[1], name[1])) if folder else name[1]

    def _line(self, text: str) -> int:
        return self._number(_LINE.search(text)) or 0

    def _follow(self, text: str, key: str) -> int | None:
        return self._number(_REFERENCE[key].search(text))

    @staticmethod
    def _number(found: re.Match[str] | None) -> int | None:
        return int(found[1]) if found else None
