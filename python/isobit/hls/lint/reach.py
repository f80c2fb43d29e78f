"""What the top function reaches: functions by calls and by their addresses, variables, and where from."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from isobit.hls.lint.assembly import Function, Instruction, Module
from isobit.hls.lint.findings import Place
from isobit.hls.lint.places import Places
from isobit.hls.lint.standard import container, is_assertion


@dataclass
class Reach:
    """Functions and variables that the top needs.

    Attributes
    ----------
    functions : dict
        Functions with bodies, in the order in which they are found. The value is the place in the kernel's
        own files from which code of the system's headers is called, None in the kernel's own functions.
    variables : dict
        Global variables, and where they are first named.
    external : list of (str, Place)
        Functions without a body, and where they are called.
    containers : dict
        Containers of the standard library by function and name, and where each is first used. What they do
        inside is not followed.
    """

    functions: dict[str, Place | None] = field(default_factory=dict)
    variables: dict[str, Place] = field(default_factory=dict)
    external: list[tuple[str, Place]] = field(default_factory=list)
    containers: dict[tuple[str, str], Place] = field(default_factory=dict)

    def place(self, places: Places, function: Function, instruction: Instruction) -> Place:
        """Where an instruction stands, or where the kernel calls the library that holds it."""
        caller = self.functions.get(function.name)
        return caller or places.of(instruction.debug) or places.function(function)


def reached(module: Module, places: Places, top: str) -> Reach:
    """Follow every call and every address from the top."""
    found = Reach({top: None})
    waiting = deque([top])
    while waiting:
        function = module.functions[waiting.popleft()]
        # what reserves memory has no line of its own
        for instruction in sorted(function.instructions(), key=lambda i: i.debug is None):
            kind = container(instruction.text)
            if not kind and "@" not in instruction.text:
                continue
            here = found.place(places, function, instruction)
            if kind:
                found.containers.setdefault((function.name, kind), here)
                continue
            for name in instruction.symbols():
                _reach(module, places, found, waiting, name, here)
    return found


def _reach(module: Module, places: Places, found: Reach, waiting: deque[str], name: str, here: Place) -> None:
    if name in module.functions:
        if name not in found.functions and not name.startswith("__clang_"):
            inside = places.is_system(places.function(module.functions[name]).file)
            found.functions[name] = here if inside else None
            waiting.append(name)
    elif name in module.variables:
        if name not in found.variables:
            found.variables[name] = here
            for symbol in module.variables[name].symbols():
                _reach(module, places, found, waiting, symbol, here)
    elif name in module.declared and not name.startswith("llvm.") and not is_assertion(name):
        found.external.append((name, here))


def cycles(module: Module, reach: Reach) -> list[list[str]]:
    """Groups of functions that call each other in a circle, in the order of the calls."""
    calls = {
        name: [
            callee[1]
            for instruction in module.functions[name].instructions()
            if (callee := instruction.callee()) and callee[0] == "@" and callee[1] in reach.functions
        ]
        for name in reach.functions
    }
    found: list[list[str]] = []
    done: set[str] = set()
    for start in calls:
        path: list[str] = []
        on_path: set[str] = set()
        stack = [(start, iter(calls[start]))] if start not in done else []
        if stack:
            path, on_path = [start], {start}
            done.add(start)
        while stack:
            name, rest = stack[-1]
            for called in rest:
                if called in on_path:
                    found.append([*path[path.index(called) :], called])
                elif called not in done:
                    done.add(called)
                    path.append(called)
                    on_path.add(called)
                    stack.append((called, iter(calls[called])))
                    break
            else:
                stack.pop()
                path.pop()
                on_path.discard(name)
    return found
