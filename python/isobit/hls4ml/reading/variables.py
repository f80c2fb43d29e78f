"""The variables of the top function: its ports, and the arrays and streams between layers."""

from __future__ import annotations

from dataclasses import dataclass

from isobit.hls4ml.reading.functions import count
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Scope
from isobit.hls4ml.reading.syntax import Node
from isobit.hls4ml.reading.types import Number, Pack, Stream, Type
from isobit.ir import Shape

MAX_ELEMENTS = 1 << 26
"""Of one variable."""


@dataclass
class Tensor:
    """A variable while the function is read.

    Attributes
    ----------
    name : str
    type : Number or Pack
        Of an element, or of what a stream carries at a time.
    place : Place
    shape : tuple of int or None
        Unknown for streams until a layer says it.
    is_port, is_weight, written, read : bool
    """

    name: str
    type: Number | Pack
    place: Place
    shape: Shape | None
    is_port: bool = False
    is_weight: bool = False
    written: bool = False
    read: bool = False

    @property
    def element(self) -> Number:
        """The type of one element."""
        return self.type.element if isinstance(self.type, Pack) else self.type

    @property
    def is_stream(self) -> bool:
        """Whether it is a ``hls::stream``."""
        return isinstance(self.type, Pack)

    def agree(self, shape: Shape, function: str, place: Place) -> None:
        """Check the size of a variable; a stream that has no shape yet takes this one."""
        if self.shape is None:
            if isinstance(self.type, Pack) and len(shape) == 1 and shape[0] != self.type.length:
                if shape[0] % self.type.length:
                    raise damaged(
                        place, f"{self.name} carries {self.type.length} elements at a time, not {shape[0]}"
                    )
                shape = (shape[0] // self.type.length, self.type.length)
            self.shape = shape
        if count(self.shape) != count(shape):
            raise damaged(
                place,
                f"nnet::{function} has {count(shape)} elements of {self.name}, which has {count(self.shape)}",
            )


class Variables:
    """The variables by name; names of one array that is reshaped in place lead to the same `Tensor`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tensors: dict[str, Tensor] = {}

    def add_parameter(self, parameter: Node) -> None:
        """Add a port."""
        if parameter.kind != "parameter_declaration":
            raise refused(parameter.place, f"the parameter {parameter.text[:80]!r}")
        self._add(parameter["type"], parameter["declarator"], is_port=True)

    def add_local(self, statement: Node) -> None:
        """Add the variables of a declaration."""
        kind = statement["type"]
        for declarator in statement.all("declarator"):
            if kind.kind == "placeholder_type_specifier":
                self._alias(declarator)
                continue
            if declarator.kind == "init_declarator":
                if declarator["value"].kind != "argument_list":
                    raise refused(statement.place, f"the variable {statement.text[:80]!r} has a value")
                declarator = declarator["declarator"]
            self._add(kind, declarator, is_port=False)

    def _add(self, kind: Node, declarator: Node, *, is_port: bool) -> None:
        resolved: Type = self.scope.type(kind)
        place = declarator.place
        shape: Shape | None = None
        if isinstance(resolved, Stream):
            tensor_type: Number | Pack = resolved.element
            if is_port and declarator.kind == "reference_declarator":
                declarator = next(iter(declarator))
        elif isinstance(resolved, Number) and declarator.kind == "array_declarator":
            tensor_type, shape = resolved, self._shape(declarator["size"])
            declarator = declarator["declarator"]
        else:
            raise refused(
                place,
                f"{declarator.text[:80]!r} of the type {kind.text[:80]!r}; an array or a stream was expected",
            )
        if declarator.kind != "identifier":
            raise refused(place, f"the variable {declarator.text[:80]!r}")
        name = declarator.text
        if name in self.tensors or name in self.scope.macros:
            raise damaged(place, f"{name!r} is declared twice")
        self.tensors[name] = Tensor(name, tensor_type, place, shape, is_port)

    def _alias(self, declarator: Node) -> None:
        """``auto& b = a;``: another name for a variable, where hls4ml reshapes in place."""
        value = declarator.get("value")
        reference = declarator.get("declarator")
        if (
            value is None
            or reference is None
            or (reference.kind, value.kind) != ("reference_declarator", "identifier")
        ):
            raise refused(declarator.place, f"the variable {declarator.text[:80]!r}")
        name = next(iter(reference)).text
        if name in self.tensors:
            raise damaged(declarator.place, f"{name!r} is declared twice")
        self.tensors[name] = self.find(value)

    def find(self, node: Node) -> Tensor:
        """The variable that an identifier names."""
        tensor = self.tensors.get(node.text)
        if tensor is None or node.kind != "identifier":
            raise damaged(node.place, f"{node.text[:80]!r} is no variable of the top function")
        return tensor

    def _shape(self, size: Node) -> Shape:
        """The factors of ``[16*8]``."""
        factors: list[Node] = [size]
        while factors[0].kind == "binary_expression" and factors[0]["operator"].text == "*":
            factors[:1] = [factors[0]["left"], factors[0]["right"]]
            if len(factors) > 8:
                raise refused(size.place, f"{size.text[:80]!r}: more than 8 axes")
        shape = tuple(self.scope.integer(factor) for factor in factors)
        if any(n < 1 for n in shape) or count(shape) > MAX_ELEMENTS:
            raise damaged(size.place, f"an array of the size {size.text[:80]!r}")
        return shape
