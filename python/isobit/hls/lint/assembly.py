"""LLVM assembly as data: as much of it as the rules need. Everything is found by the shape of a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_NAME = r'(?:"[^"]*"|[-\w$.]+)'
_DEFINE = re.compile(rf"define .*?@({_NAME})\(")
_DECLARE = re.compile(rf"declare .*?@({_NAME})\(")
_GLOBAL = re.compile(rf"@({_NAME}) = (.*)$")
_LABEL = re.compile(rf"({_NAME}):")
_SYMBOL = re.compile(rf"@({_NAME})")
_CALLEE = re.compile(rf"([@%])({_NAME})\(")
_ASSEMBLY = re.compile(r' asm (?:sideeffect |alignstack |inteldialect |unwind )*"')
_RESULT = re.compile(rf"%({_NAME}) = ")
_TARGET = re.compile(rf"label %({_NAME})")
_DEBUG = re.compile(r", !dbg !(\d+)")
_LOOP = re.compile(r"!llvm\.loop !(\d+)")
_METADATA = re.compile(r"!(\d+) = (.*)")
_LINKAGE = re.compile(r"\b(thread_local)\b|\b(global|constant)\b")
_EXTERNAL = re.compile(r"(?:extern_weak|external) ")
_MARKERS = ("llvm.dbg.", "llvm.lifetime.", "llvm.experimental.noalias")
_CALLS = ("call", "invoke", "callbr")
_PREFIXES = ("tail", "musttail", "notail")


@dataclass(frozen=True)
class Instruction:
    """One instruction; ``opcode`` is its first word behind the result."""

    text: str
    result: str
    opcode: str
    debug: int | None

    def callee(self) -> tuple[str, str] | None:
        """``("@", function)``, ``("%", pointer)`` or ``("asm", "")`` for a call, else None."""
        if self.opcode not in _CALLS:
            return None
        if _ASSEMBLY.search(self.text):
            return "asm", ""
        found = _CALLEE.search(self.text)
        return (found[1], bare(found[2])) if found else ("%", "")

    def symbols(self) -> Iterator[str]:
        """Functions and variables that it names."""
        return (bare(name) for name in _SYMBOL.findall(self.text))

    @property
    def loop(self) -> int | None:
        """The metadata of the loop that this branch closes."""
        found = _LOOP.search(self.text)
        return int(found[1]) if found else None


@dataclass
class Block:
    """Instructions up to one that leaves."""

    label: str
    instructions: list[Instruction] = field(default_factory=list)

    def successors(self) -> list[str]:
        """Labels of the blocks that may come next."""
        return (
            [bare(name) for name in _TARGET.findall(self.instructions[-1].text)] if self.instructions else []
        )


@dataclass
class Function:
    """A function with a body."""

    name: str
    header: str
    blocks: dict[str, Block] = field(default_factory=dict)

    @property
    def debug(self) -> int | None:
        """Metadata that describes it."""
        found = re.search(r"!dbg !(\d+)", self.header)
        return int(found[1]) if found else None

    def instructions(self) -> Iterator[Instruction]:
        """All, in the order of the text."""
        return (instruction for block in self.blocks.values() for instruction in block.instructions)


@dataclass(frozen=True)
class Variable:
    """A global variable."""

    name: str
    constant: bool
    thread_local: bool
    external: bool
    initializer: str
    debug: int | None

    def symbols(self) -> Iterator[str]:
        """Functions and variables that its first value names."""
        return (bare(name) for name in _SYMBOL.findall(self.initializer))


@dataclass
class Module:
    """The content of a file in LLVM assembly."""

    functions: dict[str, Function] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    variables: dict[str, Variable] = field(default_factory=dict)
    metadata: dict[int, str] = field(default_factory=dict)
    assembly: bool = False


def bare(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1] if name.startswith('"') else name


def parse(text: str) -> Module:
    """Read LLVM assembly."""
    module = Module()
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("define "):
            function = _function(line, lines)
            module.functions[function.name] = function
        elif line.startswith("declare "):
            found = _DECLARE.match(line)
            if found:
                module.declared.add(bare(found[1]))
        elif line.startswith("@"):
            _add_variable(module, line)
        elif line.startswith("!"):
            entry = _METADATA.match(line)
            if entry:
                module.metadata[int(entry[1])] = entry[2]
        elif line.startswith("module asm"):
            module.assembly = True
    return module


def _add_variable(module: Module, line: str) -> None:
    found = _GLOBAL.match(line)
    if not found:
        return
    name, rest = bare(found[1]), found[2]
    words = dict.fromkeys(filter(None, (a or b for a, b in _LINKAGE.findall(rest.split(" align ")[0]))))
    debug = re.search(r", !dbg !(\d+)", rest)
    kind = next((word for word in words if word != "thread_local"), "global")
    module.variables[name] = Variable(
        name,
        kind == "constant",
        "thread_local" in words,
        bool(_EXTERNAL.match(rest)),
        rest,
        int(debug[1]) if debug else None,
    )


def _function(header: str, lines: Iterator[str]) -> Function:
    found = _DEFINE.match(header)
    function = Function(bare(found[1]) if found else "", header)
    block = Block("")
    for line in _joined(lines):
        if not line.startswith("  "):
            label = _LABEL.match(line)
            if label:
                block = Block(bare(label[1]))
                function.blocks[block.label] = block
            continue
        instruction = _instruction(line)
        if instruction:
            if not function.blocks:  # the entry may have no label
                function.blocks[""] = block
            block.instructions.append(instruction)
    return function


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a body, each instruction on one line."""
    held = ""
    for line in lines:
        if line.startswith(("   ", "  ]")) and held:
            held += " " + line.strip()
            continue
        if held:
            yield held
        held = ""
        if line.startswith("}"):
            return
        held = line


def _instruction(line: str) -> Instruction | None:
    text = line.strip()
    result = _RESULT.match(text)
    body = text[result.end() :] if result else text
    words = body.split(" ", 2)
    opcode = words[1] if words[0] in _PREFIXES else words[0]
    if not opcode[:1].isalpha():  # a debug record
        return None
    if opcode == "call" and any(marker in body for marker in _MARKERS):
        return None
    debug = _DEBUG.search(text)
    return Instruction(body, bare(result[1]) if result else "", opcode, int(debug[1]) if debug else None)
