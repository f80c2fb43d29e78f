"""The parts of a record while it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isobit.hls4ml.conversion.graph import LayerGraph, NamedType
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.conversion.text import literal, printed
from isobit.hls4ml.firmware import Call, Setting, Weight

Members = dict[str, Setting]


def is_ternary(precision: Precision | None) -> bool:
    """Whether hls4ml takes -1, 0 and 1 for the values of a type."""
    return precision is not None and precision.whole and precision.signed and precision.width == 2


@dataclass
class Draft:
    """A call that is being written.

    Parameters
    ----------
    node : Node
    graph : LayerGraph
    typedefs : mapping of str to Precision
        What the names of types mean in the C++.
    """

    node: Node
    graph: LayerGraph
    typedefs: Mapping[str, Precision]
    function: str = ""
    config: Members = field(default_factory=dict)
    types: dict[str, Precision] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)

    def precision(self, named: NamedType) -> Precision:
        """The type behind a name."""
        return self.typedefs[named.name]

    def take(self, *keys: str) -> None:
        """Attributes of the node as members of the same name."""
        for key in keys:
            self.config[key] = self.node.attrs[key]

    def take_types(self, *keys: str) -> None:
        """Types of the node as types of the same name."""
        for key in keys:
            self.types[key] = self.precision(self.node.types[key])

    def take_weight(self, parameter: str, name: str) -> None:
        """A weight of the node as a parameter of the function."""
        weight = self.node.weights[name]
        self.weights[parameter] = printed(weight.data, self.precision(weight.type))

    def multiplication(self, name: str) -> str:
        """How hls4ml multiplies by a weight; where it has two bits, it chooses between three results.

        Raises
        ------
        UnsupportedError
            When such a weight is -2, which hls4ml takes for 1.
        """
        weight = self.node.weights[name]
        if not is_ternary(weight.type.precision):
            return "mult"
        if -2 in printed(weight.data, self.precision(weight.type)).raw:
            raise self.node.refuse(
                f"hls4ml multiplies by 1 where a {name} of two bits is -2; give it a type of more bits"
            )
        return "weight_ternary"

    def take_literal(self, parameter: str, value: float, key: str) -> None:
        """A number of the node, cast to one of its types."""
        self.weights[parameter] = literal(value, self.precision(self.node.types[key]))

    def finished(self) -> Call:
        """The record."""
        inputs = tuple(self.graph.variables[name].root.name for name in self.node.inputs)
        outputs = tuple(self.node.variables[name].name for name in self.node.outputs)
        types = {key: precision.format for key, precision in self.types.items()}
        return Call(self.node.name, self.function, inputs, outputs, self.config, types, self.weights)


Write = Callable[[Draft], None]
