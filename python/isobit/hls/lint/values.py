"""Rules about values: checked after everything was inlined into the top and constants were propagated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from isobit.errors import CompileError
from isobit.hls.lint.assembly import Function, Instruction, Module, parse
from isobit.hls.lint.findings import Finding, Place
from isobit.hls.lint.loops import Trips, read_trips
from isobit.hls.lint.places import Places
from isobit.hls.lint.toolchain import Toolchain

_SIMPLIFY = "sroa,early-cse,sccp,instsimplify,simplifycfg,loop-simplify"
_PASSES = (
    # small functions first: inlining copies them
    "internalize,globaldce,function(sroa,early-cse,simplifycfg),always-inline,globaldce,"
    f"function({_SIMPLIFY},loop(loop-rotate),{_SIMPLIFY}),print<scalar-evolution>"
)
_OPTIONS = ("-S", "-scalar-evolution-classify-expressions=0")
_DROPPED = re.compile(
    r"^(?:@llvm\.(?:global_ctors|used|compiler\.used) = |  call void @llvm\.(?:dbg|lifetime)\.).*\n",
    re.MULTILINE,
)
_ATTRIBUTES = re.compile(r"^(attributes #\d+ = \{)(.*)$", re.MULTILINE)
_MARKS = re.compile(r"\b(?:noinline|optnone|optsize|minsize) ")
_FLOAT = re.compile(r"(?:fadd|fsub|fmul|fdiv|frem|fneg|fcmp|fptosi|fptoui|sitofp|uitofp|fptrunc|fpext)$")
_FLOAT_TYPE = re.compile(r"call .*?\b(?:half|float|double|x86_fp80|fp128) @")
_DIVISION = re.compile(r"[us](?:div|rem)$")
_CHOICE = re.compile(r", ptr (\S+), ptr ([^\s,]+)")
_ELEMENT = re.compile(r"getelementptr .*?, ptr %?([^\s,]+)")
_LENGTH = re.compile(r"@llvm\.mem(?:cpy|move|set)[^(]*\(.*, i(?:32|64) (\S+?), i1")


def optimized(tools: Toolchain, assembly: Path, top: str, folder: Path) -> tuple[Module, dict[str, Trips]]:
    """The module with everything inlined into the top, and what is known of its loops."""
    text = assembly.read_text(encoding="utf-8", errors="replace")
    # Nothing but the top is wanted, and everything in it, whatever the author says about inlining.
    text = _ATTRIBUTES.sub(lambda found: f"{found[1]} alwaysinline{_MARKS.sub('', found[2])}", text)
    text = _DROPPED.sub("", text)
    given, result = folder / "given.ll", folder / "optimized.ll"
    given.write_text(text, encoding="utf-8")
    arguments = [*_OPTIONS, f"-passes={_PASSES}", f"-internalize-public-api-list={top}"]
    done = tools.run(tools.opt, [*arguments, str(given), "-o", str(result)])
    if done.returncode != 0:
        raise CompileError(f"{tools.opt} failed: {done.stderr.strip()[-1000:]}")
    module = parse(result.read_text(encoding="utf-8", errors="replace"))
    return module, read_trips(done.stderr)


class Values:
    """Checks one module.

    Parameters
    ----------
    module : Module
        With everything inlined into the top.
    places : Places
    trips : dict
        From :func:`optimized`.
    hidden : set of (str, str)
        Files and functions that use containers of the standard library, which have been reported: what those
        do inside is not news.
    """

    def __init__(
        self, module: Module, places: Places, trips: dict[str, Trips], hidden: set[tuple[str, str]]
    ) -> None:
        self._module, self._places, self._trips, self._hidden = module, places, trips, hidden

    def findings(self) -> Iterator[Finding]:
        """All that break a rule about values."""
        for function in self._module.functions.values():
            if self._places.is_system(self._places.function(function).file):
                continue
            defined = {instruction.result: instruction for instruction in function.instructions()}
            for instruction in function.instructions():
                yield from self._instruction(instruction, defined)
            yield from self._loops(function)

    def _instruction(self, instruction: Instruction, defined: Mapping[str, Instruction]) -> Iterator[Finding]:
        opcode, text = instruction.opcode, instruction.text
        rule = what = ""
        if _FLOAT.match(opcode) or _FLOAT_TYPE.match(text):
            rule, what = "float", f"floating-point arithmetic ({opcode})"
        elif _DIVISION.match(opcode) and "%" in text.split(",")[1]:
            rule, what = "variable-division", "a division by a number that is not constant"
        elif len(_pointers(instruction, defined)) > 1:
            rule, what = "pointer-select", "data decide between two pointers"
        elif opcode == "load" and text.startswith(("load ptr,", "load volatile ptr,")):
            rule, what = "pointer-in-memory", "a pointer is read from memory"
        else:
            length = _LENGTH.search(text) if opcode == "call" else None
            if length and "%" in length[1]:
                rule, what = "variable-copy", "memory is copied or filled, and the length is not constant"
        place = self._place(instruction.debug) if rule else None
        if place:
            yield Finding.of(rule, place, what)

    def _loops(self, function: Function) -> Iterator[Finding]:
        for label, trip in self._trips.items():
            name, _, header = label.partition(" ")
            if name == function.name and header in function.blocks:
                place = self._place(_loop_debug(function, self._places, header))
                if place:
                    yield from _loop(trip, place, _condition(function, trip))

    def _place(self, debug: int | None) -> Place | None:
        """Where the kernel's author wrote what leads to an instruction; None where that is of no interest."""
        inner, own = self._places.of(debug), self._places.own(debug)
        if inner and own and inner != own and (own.file, own.function) in self._hidden:
            return None
        return own


def _pointers(instruction: Instruction, defined: Mapping[str, Instruction]) -> set[str]:
    """The pointers between which a select or a phi chooses; one that a loop advances is one pointer."""
    if instruction.text.startswith("phi ptr"):
        values = re.findall(r"\[ (\S+),", instruction.text)
    elif instruction.opcode == "select":
        values = [value for pair in _CHOICE.findall(instruction.text) for value in pair]
    else:
        return set()
    roots = {_root(value.removeprefix("%"), defined) for value in values}
    return roots - {instruction.result, "null", "undef", "poison"}


def _root(name: str, defined: Mapping[str, Instruction]) -> str:
    """The pointer that others were computed from."""
    while name in defined and (base := _ELEMENT.match(defined[name].text)):
        name = base[1]
    return name


def _loop(trip: Trips, place: Place, condition: str) -> Iterator[Finding]:
    if trip.exact is not None:
        return
    most = f" (at most {trip.most + 1} iterations)" if trip.most is not None and trip.most < 1 << 20 else ""
    if trip.only_outer:
        yield Finding.of(
            "outer-trip-count", place, f"the trip count depends on an outer loop's counter{most}"
        )
    elif trip.most is None:
        yield Finding.of("unbounded-loop", place, "a loop without a constant bound")
    elif trip.bounded_exit or condition in ("select", "and", "or"):
        yield Finding.of("early-exit", place, f"a loop that data can end early{most}")
    else:
        yield Finding.of("variable-trip-count", place, f"a loop whose trip count is not constant{most}")


def _condition(function: Function, trip: Trips) -> str:
    """The operation whose result ends a loop with one exit."""
    if not trip.constant_most:
        return ""
    for block in function.blocks.values():
        successors = block.successors()
        if trip.header in successors and len(successors) == 2:
            branch = re.match(r"br i1 %(\S+),", block.instructions[-1].text)
            names = {i.result: i.opcode for i in block.instructions}
            return names.get(branch[1], "") if branch else ""
    return ""


def _loop_debug(function: Function, places: Places, header: str) -> int | None:
    """The location of a loop: that of its statement, or else of the jump that closes it."""
    found = function.debug
    for block in function.blocks.values():
        if header in block.successors():
            last = block.instructions[-1]
            if last.loop is not None:
                return places.loop(last.loop) or last.debug
            found = last.debug
    return found
