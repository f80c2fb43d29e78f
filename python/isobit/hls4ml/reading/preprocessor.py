"""Conditions, includes and macros of the sources, as the synthesis tool sees them.

``__SYNTHESIS__`` is defined and no other name of the command line: weights are those in the headers, the
loading of text files and the dumping of layers are left out. What remains of a file keeps its lines.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from isobit.hls4ml.reading.folder import Folder
from isobit.hls4ml.reading.literals import cut_numbers
from isobit.hls4ml.reading.places import Place, damaged, refused

MAX_DEPTH = 16
MAX_PIECES = 4096
MAX_CODE_BYTES = 4 << 20
"""Of all files together, without the numbers in their arrays; parsing takes up to 10 microseconds a byte."""
_TOKENS = re.compile(rb'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*', re.DOTALL)
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(\w*)((?:\\\r?\n|[^\n])*)", re.MULTILINE)
_IS_DEFINED = re.compile(r"(!?)\s*defined\s*(?:\(\s*(\w+)\s*\)|(\w+))")
_DEFINED_BY_TOOLS = ("__SYNTHESIS__", "__cplusplus")
_CONSTANT = re.compile(r"[\w\s()*+\-/%]*\d[\w\s()*+\-/%]*")
_LIBRARY = ("ap_", "hls_", "nnet_", "ac_")
"""Prefixes of the headers of the vendor and of hls4ml, whose contents the reader knows."""


@dataclass(frozen=True)
class Piece:
    """What is left of one file.

    Attributes
    ----------
    path : Path
    file : str
        For messages.
    text : bytes
    """

    path: Path
    file: str
    text: bytes


@dataclass(frozen=True)
class Macro:
    """An object-like macro whose body is a constant expression, or empty."""

    body: str
    place: Place


@dataclass
class Preprocessor:
    """Reads a source and what it includes.

    Attributes
    ----------
    folder : Folder
    macros : dict of str to Macro
        Those defined at the end.
    numbers : dict of str to bytes
        What the names in long braces stand for (``literals.py``).
    """

    folder: Folder
    macros: dict[str, Macro] = field(default_factory=dict)
    numbers: dict[str, bytes] = field(default_factory=dict)
    _defined: set[str] = field(default_factory=lambda: set(_DEFINED_BY_TOOLS))
    _pieces: int = 0
    _code: int = 0

    def restart(self) -> None:
        """Forget the macros, for another source of the same project."""
        self.macros = {}
        self._defined = set(_DEFINED_BY_TOOLS)

    def pieces(self, path: Path, depth: int = 0) -> Iterator[Piece]:
        """The files in the order in which they end: an included one comes first."""
        name = self.folder.name(path)
        self._pieces += 1
        if depth > MAX_DEPTH or self._pieces > MAX_PIECES:
            raise damaged(Place(name, 1), "the files include each other without end")
        try:
            text = cut_numbers(self.folder.read(path).removeprefix(codecs.BOM_UTF8), self.numbers)
        except ValueError as error:
            raise refused(Place(name, 1), str(error)) from None
        self._code += len(text)
        if self._code > MAX_CODE_BYTES:
            raise refused(
                Place(name, 1), f"with this file the project has more than {MAX_CODE_BYTES >> 20} MB of code"
            )
        if b"\0" in text:
            raise damaged(Place(name, 1), "is not a text file")
        if b"/*" in text:
            text = _without_block_comments(text, name)
        yield from self._conditions(path, name, text, depth)

    def _conditions(self, path: Path, name: str, text: bytes, depth: int) -> Iterator[Piece]:
        kept: list[bytes] = []
        end = 0
        # For each open condition: whether its current part counts, and whether an earlier part did.
        open_conditions: list[tuple[bool, bool, Place]] = []
        line, seen = 1, 0
        for found in _DIRECTIVE.finditer(text):
            active = all(part for part, _, _ in open_conditions)
            kept.append(_keep(text[end : found.start()], active))
            end = found.end()
            kept.append(_keep(found.group(), False))
            line += text.count(b"\n", seen, found.start())
            seen = found.start()
            place = Place(name, line)
            word = found.group(1).decode("ascii", "replace")
            rest = _uncommented(found.group(2).decode("utf-8", "replace"))
            if word in ("ifdef", "ifndef", "if"):
                met = active and self._condition(word, rest, place)
                # Nothing inside of a part that is left out is looked at.
                open_conditions.append((met, met or not active, place))
                if len(open_conditions) > 100:
                    raise damaged(place, "conditions are nested too deeply")
            elif word in ("else", "elif", "endif"):
                if not open_conditions:
                    raise damaged(place, f"#{word} without #if")
                _, done, start = open_conditions.pop()
                if word == "else":
                    open_conditions.append((not done, True, start))
                elif word == "elif":
                    met = not done and self._condition("if", rest, place)
                    open_conditions.append((met, done or met, start))
            elif active:
                included = self._directive(word, rest, path, place)
                if included is not None:
                    yield from self.pieces(included, depth + 1)
        if open_conditions:
            raise damaged(open_conditions[-1][2], "#if without #endif")
        kept.append(text[end:])
        yield Piece(path, name, b"".join(kept))

    def _condition(self, word: str, rest: str, place: Place) -> bool:
        if word in ("ifdef", "ifndef"):
            if not re.fullmatch(r"\w+", rest):
                raise damaged(place, f"#{word} needs one name")
            return (rest in self._defined) == (word == "ifdef")
        if rest in ("0", "1"):
            return rest == "1"
        defined = _IS_DEFINED.fullmatch(rest)
        if defined is None:
            raise refused(place, f"the condition '#if {rest[:80]}'; supported are 0, 1 and [!]defined(NAME)")
        return ((defined.group(2) or defined.group(3)) in self._defined) != (defined.group(1) == "!")

    def _directive(self, word: str, rest: str, path: Path, place: Place) -> Path | None:
        if word == "define":
            self._define(rest, place)
        elif word == "undef":
            self.macros.pop(rest, None)
            self._defined.discard(rest)
        elif word == "include":
            return self._include(rest, path, place)
        elif word == "error":
            raise damaged(place, f"#error {rest[:80]}")
        elif word not in ("pragma", "warning", ""):
            raise damaged(place, f"the directive #{word[:40]} is unknown")
        return None

    def _define(self, rest: str, place: Place) -> None:
        match = re.match(r"(\w+)(\(?)\s*(.*)", rest, re.DOTALL)
        if match is None:
            raise damaged(place, "#define without a name")
        name, parenthesis, body = match.groups()
        if parenthesis or (body and not _CONSTANT.fullmatch(body)):
            raise refused(place, f"the macro {name}; macros of a project are names of integers")
        known = self.macros.get(name)
        if known is not None and known.body != body:
            raise damaged(place, f"{name} is {known.body!r} at {known.place} and {body!r} here")
        self.macros[name] = Macro(body, place)
        self._defined.add(name)

    def _include(self, rest: str, path: Path, place: Place) -> Path | None:
        match = re.fullmatch(r'<[^<>"]*>|"([^"]+)"', rest)
        if match is None:
            raise damaged(place, f"#include {rest[:80]}: a file name was expected")
        location = match.group(1)
        if location is None or location.replace("\\", "/").rsplit("/", 1)[-1].startswith(_LIBRARY):
            return None
        found = self.folder.included(location, path)
        if found is None:
            raise damaged(place, f"includes {location!r}, which the project does not have; copy it there")
        return found


def _keep(text: bytes, active: bool) -> bytes:
    return text if active else b"\n" * text.count(b"\n")


def _uncommented(text: str) -> str:
    return re.sub(r"\\\r?\n", " ", text).split("//", 1)[0].strip()


def _without_block_comments(text: bytes, name: str) -> bytes:
    pieces, end, position = [], 0, 0
    while (found := _TOKENS.search(text, position)) is not None:
        position = found.end()
        if found.group() != b"/*":
            continue
        stop = text.find(b"*/", position)
        if stop < 0:
            raise damaged(Place(name, text.count(b"\n", 0, found.start()) + 1), "a comment without end")
        pieces += [text[end : found.start()], b" ", b"\n" * text.count(b"\n", found.start(), stop)]
        end = position = stop + 2
    pieces.append(text[end:])
    return b"".join(pieces)
