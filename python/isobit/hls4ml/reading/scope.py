"""What the headers of a project declare, and what its names mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from isobit.hls4ml.reading.defaults import DEFAULTS
from isobit.hls4ml.reading.expressions import Enumerator, Integer, Value, evaluate, integer, wrap
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.preprocessor import Macro
from isobit.hls4ml.reading.syntax import Node, parse
from isobit.hls4ml.reading.types import Number, Other, Pack, Power, Stream, Structure, Type, number_type

MAX_DEPTH = 60
_LIBRARY = ("nnet", "hls", "std")


@dataclass(frozen=True)
class Member:
    """A member of a structure: a constant (``value``), a type or alias (``type``), or neither.

    ``type`` of a constant is that of its declaration.
    """

    place: Place
    type: Node
    value: Node | None = None
    is_type: bool = False
    is_array: bool = False


@dataclass(frozen=True)
class Config:
    """A configuration structure with its base in ``nnet``, if it has one."""

    name: str
    base: str | None
    members: dict[str, Member]
    place: Place


@dataclass(frozen=True)
class Constant:
    """A variable outside of functions, with its initializer, if it has one."""

    place: Place
    type: Node
    size: Node | None
    value: Node | None
    is_array: bool


@dataclass
class Scope:
    """The declarations of a project, by name without the project's own namespaces."""

    macros: dict[str, Macro] = field(default_factory=dict)
    numbers: dict[str, bytes] = field(default_factory=dict)
    """What names in long braces stand for (``literals.py``)."""
    namespaces: set[str] = field(default_factory=set)
    types: dict[str, Node] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    members: dict[tuple[str, str], Constant] = field(default_factory=dict)
    """Definitions of static members outside of their structure."""
    _values: dict[str, Value] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def name(self, node: Node) -> str:
        """An identifier without the project's namespaces; names of a library keep its namespace.

        Raises
        ------
        UnsupportedError
            For names of namespaces that the project does not have.
        """
        parts = _parts(node)
        while len(parts) > 1 and parts[0] in self.namespaces:
            parts.pop(0)
        return "::".join(parts)

    # Values

    def value(self, node: Node) -> Value:
        """What a name in a constant expression outside of structures means (a `Lookup`)."""
        name = self.name(node)
        parts = name.split("::")
        if parts[0] in _LIBRARY or name.startswith(("AP_", "SC_")):
            return Enumerator(parts[-1])
        if len(parts) == 2 and parts[0] in self.configs:
            return self.member(self.configs[parts[0]], parts[1], node.place)
        if name in self.macros or name in self.constants:
            return self._once(name, node.place)
        raise damaged(node.place, f"{name[:80]!r} is not defined")

    def integer(self, node: Node) -> int:
        """The value of a constant expression outside of structures."""
        return integer(node, self.value)

    def member(self, config: Config, name: str, place: Place) -> Value:
        """The value of a constant of a structure, its own or inherited."""
        key = f"{config.name}::{name}"
        if key in self._values:
            return self._values[key]
        member = config.members.get(name)
        if member is None or member.value is None or member.is_type:
            inherited = DEFAULTS.get(config.base or "", {}).get(name)
            if member is None and isinstance(inherited, int):
                return Integer(inherited & 0xFFFFFFFF, True)
            raise damaged(place, f"{config.name} has no constant {name!r}")
        self._enter(key, place)
        value = self._convert(evaluate(member.value, lambda node: self._inside(config, node)), member)
        self._leave(key, value)
        return value

    def _inside(self, config: Config, node: Node) -> Value:
        name = self.name(node)
        if name in config.members or name in DEFAULTS.get(config.base or "", {}):
            return self.member(config, name, node.place)
        return self.value(node)

    def _once(self, name: str, place: Place) -> Value:
        if name in self._values:
            return self._values[name]
        self._enter(name, place)
        if name in self.macros:
            macro = self.macros[name]
            if not macro.body:
                raise damaged(place, f"the macro {name} has no value")
            value = evaluate(_expression(macro), self.value)
        else:
            constant = self.constants[name]
            if constant.value is None or constant.is_array:
                raise damaged(place, f"{name!r} is no constant")
            value = self._convert(evaluate(constant.value, self.value), constant)
        self._leave(name, value)
        return value

    def _enter(self, key: str, place: Place) -> None:
        if key in self._open or len(self._open) > MAX_DEPTH:
            raise damaged(place, f"{key!r} is defined by itself")
        self._open.append(key)

    def _leave(self, key: str, value: Value) -> None:
        self._open.pop()
        self._values[key] = value

    def _convert(self, value: Value, declared: Member | Constant) -> Value:
        """A value in the type of its declaration."""
        kind = declared.type.text.split()
        if isinstance(value, Enumerator):
            return value
        if kind[-1] in ("float", "double"):
            return float(value.value if isinstance(value, Integer) else value)
        if isinstance(value, float):
            raise refused(
                declared.place, f"a constant with a fraction of the type {declared.type.text[:40]!r}"
            )
        if kind in (["unsigned"], ["unsigned", "int"], ["size_t"], ["std::size_t"]):
            return wrap(value.value, True, declared.place)
        if kind == ["int"]:
            signed = value.value - (1 << 32) if value.value >= 1 << 31 else value.value
            return wrap(signed, False, declared.place)
        if kind == ["bool"]:
            return Integer(int(value.value != 0))
        raise refused(declared.place, f"a constant of the type {declared.type.text[:40]!r}")

    # Types

    def type(self, node: Node, depth: int = 0) -> Type:
        """What a type in the sources is.

        Raises
        ------
        FileFormatError
            When it is not defined, or by itself.
        """
        if depth > MAX_DEPTH:
            raise damaged(node.place, f"the type {node.text[:80]!r} is defined by itself")
        kind = node.kind
        if kind == "type_descriptor":
            return self.type(node["type"], depth + 1)
        if kind in ("primitive_type", "sized_type_specifier", "placeholder_type_specifier"):
            return Other(node.text)
        if kind == "template_type":
            return number_type(node, self.value) or Other(node["name"].text)
        if kind == "qualified_identifier":
            return self._qualified(node, depth)
        if kind == "type_identifier":
            name = node.text
            if name in self.macros:
                raise refused(node.place, f"the type {name!r} is a macro")
            if name in self.types:
                return self.type(self.types[name], depth + 1)
            if name in self.configs:
                return Structure(name)
            raise damaged(node.place, f"the type {name[:80]!r} is not defined")
        if kind == "struct_specifier":
            return self._power(node, depth)
        raise refused(node.place, f"the type {node.text[:80]!r}")

    def _power(self, node: Node, depth: int) -> Type:
        fields = [(f["declarator"].text, self.type(f["type"], depth + 1)) for f in node["body"]]
        kinds = [kind for _, kind in fields if isinstance(kind, Number)]
        if [name for name, _ in fields] != ["sign", "weight"] or len(kinds) != 2:
            raise refused(node.place, f"the type {node.text[:80]!r}; of structures, powers of two are read")
        return Power(*kinds)

    def _qualified(self, node: Node, depth: int) -> Type:
        scope, inner = node.get("scope"), node["name"]
        if scope is not None and scope.text in self.namespaces:
            return self.type(inner, depth + 1)
        space = "" if scope is None else scope.text
        if inner.kind == "template_type" and (space, inner["name"].text) in (
            ("nnet", "array"),
            ("hls", "stream"),
        ):
            arguments = list(inner["arguments"])
            if space == "nnet" and len(arguments) == 2:
                element, length = self.type(arguments[0], depth + 1), self.integer(arguments[1])
                if isinstance(element, Number) and length > 0:
                    return Pack(element, length)
            if space == "hls" and arguments:
                packed = self.type(arguments[0], depth + 1)
                if isinstance(packed, Pack):
                    return Stream(packed)
        elif space in _LIBRARY:
            last = inner
            while last.kind == "qualified_identifier":
                last = last["name"]
            return Other(last["name"].text if last.kind == "template_type" else last.text)
        raise refused(node.place, f"the type {node.text[:80]!r}")


def _expression(macro: Macro) -> Node:
    """The tree of a macro's body."""
    lines_before = "\n" * (macro.place.line - 1)
    source = f"{lines_before}const int value = {macro.body};"
    statements = list(parse(source.encode(), macro.place.file))
    if len(statements) != 1 or statements[0].kind != "declaration":
        raise refused(macro.place, f"the macro {macro.body[:80]!r}")
    return statements[0]["declarator"]["value"]


def _parts(node: Node) -> list[str]:
    """The names of a qualified identifier, from the outermost namespace on."""
    parts: list[str] = []
    while node.kind == "qualified_identifier":
        scope = node.get("scope")
        if scope is not None:
            parts.append(scope.text)
        if len(parts) > MAX_DEPTH:
            raise damaged(node.place, "a name has too many namespaces")
        node = node["name"]
    return [*parts, node.text]
