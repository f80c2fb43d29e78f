"""Rules about functions: checked before any optimization, so that nothing is optimized out of sight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from isobit.hls.lint.assembly import Function, Instruction, Module
from isobit.hls.lint.findings import Finding, Place
from isobit.hls.lint.flow import irreducible
from isobit.hls.lint.places import Places
from isobit.hls.lint.reach import Reach, cycles
from isobit.hls.lint.standard import rule_of

_LAMBDA = re.compile(r"(?:\$_|Ul.*?E)\d*_?")
_TABLES = ("_ZTV", "_ZTI", "_ZTS", "_ZTT", "_ZGV", "llvm.")
"""What the compiler makes for classes and for static variables, and its own."""
_THROW = ("@", "__cxa_throw")
_VARIABLE_SIZE = re.compile(r"alloca .*, i\d+ %")
_VIRTUAL = re.compile(r"load ptr, ptr %(?:vfn|memptr\.virtualfn)\d*\b")


class Structure:
    """Checks one module.

    Parameters
    ----------
    module : Module
    places : Places
    reach : Reach
        What the top reaches.
    demangle : callable
        Names of the linker to names of the source.
    """

    def __init__(
        self, module: Module, places: Places, reach: Reach, demangle: Callable[[list[str]], dict[str, str]]
    ) -> None:
        self._module, self._places, self._reach = module, places, reach
        self._demangle = demangle

    def findings(self) -> Iterator[Finding]:
        """All that break a rule about functions."""
        for name in self._reach.functions:
            function = self._module.functions[name]
            for instruction in function.instructions():
                yield from self._instruction(function, instruction)
            label = irreducible(function)
            if label is not None:
                first = function.blocks[label].instructions[0]
                yield Finding.of(
                    "irreducible-loop",
                    self._place(function, first),
                    "a loop that can be entered at two places",
                )
            if "St" not in name and _LAMBDA.search(name) and not self._reach.functions[name]:
                yield Finding.of("lambda", self._places.function(function), "a lambda")
        for (_, kind), place in self._reach.containers.items():
            yield Finding.of("std-container", place, f"{kind} is used")
        yield from self._external()
        yield from self._recursion()
        yield from self._variables()

    def _instruction(self, function: Function, instruction: Instruction) -> Iterator[Finding]:
        def found(rule: str, what: str) -> Finding:
            return Finding.of(rule, self._place(function, instruction), what)

        callee = instruction.callee()
        if callee:
            kind, name = callee
            if kind == "asm":
                yield found("inline-assembly", "assembly for the processor")
            elif kind == "%" and _is_virtual(function, name):
                yield found("virtual-call", "a virtual function is called through a pointer or a reference")
            elif kind == "%":
                yield found("indirect-call", "a function is called through a pointer")
            elif name.startswith("llvm.va_start"):
                yield found("variadic", "a function with a variable number of arguments")
        if instruction.opcode == "indirectbr":
            yield found("indirect-call", "a goto to a computed label")
        elif instruction.opcode == "alloca" and _VARIABLE_SIZE.match(instruction.text):
            yield found("variable-alloca", "an array whose size is computed at run time")
        for name in instruction.symbols():
            if name.startswith("_ZTV"):
                yield found(
                    "virtual-call", f"an object of a class with virtual functions ({self._class(name)})"
                )
            elif name.startswith("_ZTI") and instruction.opcode != "landingpad" and callee != _THROW:
                yield found("rtti", "the type of an object is asked for at run time")

    def _external(self) -> Iterator[Finding]:
        names = self._demangle([name for name, _ in self._reach.external])
        for name, place in self._reach.external:
            rule = rule_of(name)
            shown = names.get(name, name)
            what = {
                "allocation": f"memory is allocated or freed ({shown})",
                "exception": f"an exception is thrown or handled ({shown})",
                "rtti": f"the type of an object is asked for at run time ({shown})",
                "virtual-call": "a pure virtual function",
                "global-constructor": "a static variable is initialized when the function first runs",
            }.get(rule, f"{shown} is called, which has no definition in these sources")
            yield Finding.of(rule, place, what)

    def _recursion(self) -> Iterator[Finding]:
        for cycle in cycles(self._module, self._reach):
            caller = self._module.functions[cycle[-2]]
            call = next(i for i in caller.instructions() if i.callee() == ("@", cycle[-1]))
            names = [self._places.function(self._module.functions[name]).function or name for name in cycle]
            path = " calls ".join(names) if len(cycle) > 2 else f"{names[0]} calls itself"
            yield Finding.of("recursion", self._place(caller, call), path)

    def _variables(self) -> Iterator[Finding]:
        late = self._constructed()
        for name, first in self._reach.variables.items():
            variable = self._module.variables[name]
            if name.startswith(_TABLES):
                continue
            place = self._places.declared(variable.debug)
            shown = place.function if place and place.function else name
            where = Place(place.file, place.line, "") if place else first
            if self._places.is_system(where.file):
                where = first
            if variable.external:
                yield Finding.of("external-call", first, f"{shown} is used, which has no definition here")
                continue
            if variable.thread_local:
                yield Finding.of("thread-local", where, f"{shown} is thread-local")
            if name in late:
                yield Finding.of(
                    "global-constructor", where, f"{shown} gets its value from code that runs first"
                )
            elif not variable.constant and not variable.thread_local:
                yield Finding.of("static-state", where, f"{shown} is a variable that outlives the call")

    def _constructed(self) -> set[str]:
        """Variables that code writes before the top starts, or when a function first runs."""
        names: set[str] = set()
        for name, function in self._module.functions.items():
            if name.startswith(("__cxx_global_var_init", "_GLOBAL__")):
                for instruction in function.instructions():
                    names.update(instruction.symbols())
        guards = {name[4:] for name in self._module.variables if name.startswith("_ZGV")}
        return names | {f"_Z{name}" for name in guards}

    def _place(self, function: Function, instruction: Instruction) -> Place:
        return self._reach.place(self._places, function, instruction)

    def _class(self, table: str) -> str:
        return self._demangle([table]).get(table, table).removeprefix("vtable for ")


def _is_virtual(function: Function, pointer: str) -> bool:
    return any(i.result == pointer and _VIRTUAL.match(i.text) for i in function.instructions())
