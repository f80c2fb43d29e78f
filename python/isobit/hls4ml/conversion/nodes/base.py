"""What all nodes of the graph have: attributes, types, weights and variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from isobit.errors import UnsupportedError
from isobit.formats import Overflow, Rounding
from isobit.hls4ml.conversion.graph import Array, LayerGraph, NamedType, Variable, WeightArray
from isobit.hls4ml.conversion.precision import Precision, integer_type

TABLE = Precision(18, 8)
ROUNDED_TABLE = Precision(18, 8, True, Rounding.RND, Overflow.SAT)


class Node:
    """A layer.

    Parameters
    ----------
    graph : LayerGraph
    name : str
    attrs : mapping
        What the model says: sizes, ``weight_data`` and so on. Sections of the configuration override it.
    inputs, outputs : sequence of str
        Outputs of nodes; by default one output with the node's name.
    """

    accumulates: ClassVar[bool] = False
    """Whether it has a type ``accum_t``."""
    default_types: ClassVar[Mapping[str, Precision]] = {}
    default_attrs: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        graph: LayerGraph,
        name: str,
        attrs: Mapping[str, Any],
        inputs: Sequence[str],
        outputs: Sequence[str] | None = None,
    ) -> None:
        if name == "input":
            raise UnsupportedError("hls4ml takes no layer of the name 'input'; rename it in the model")
        self.graph = graph
        self.name = name
        self.inputs = list(inputs)
        self.outputs = [name] if outputs is None else list(outputs)
        self.attrs: dict[str, Any] = dict(attrs)
        self.types: dict[str, NamedType] = {}
        self.weights: dict[str, WeightArray] = {}
        self.variables: dict[str, Variable] = {}
        self.index = graph.next_index()
        graph.names.add(name)
        self.set_up()

    def adopt(self, other: Node) -> None:
        """Become a copy of another node, with a number of its own and the configuration applied again.

        hls4ml does so when it exchanges the class of a node: a reuse factor that it has corrected is set
        back to what the configuration says, the strategy stays.
        """
        self.graph, self.name = other.graph, other.name
        self.inputs, self.outputs = list(other.inputs), list(other.outputs)
        self.attrs, self.types = dict(other.attrs), dict(other.types)
        self.weights, self.variables = dict(other.weights), dict(other.variables)
        self.index = self.graph.next_index()
        self.take_configuration()

    def set_up(self) -> None:
        """Take over the configuration, make types, weights and variables, then fill in defaults."""
        if self.accumulates and "accum_t" not in self.types:
            self.types["accum_t"] = self.named("accum")
        self.take_configuration()
        self.initialize()
        for key, precision in self.default_types.items():
            self.types.setdefault(key, NamedType(f"{self.name}_{key}", precision))
        for key, value in self.default_attrs.items():
            self.attrs.setdefault(key, value)

    def take_configuration(self) -> None:
        """Attributes and types that the configuration sets directly."""
        for key, value in self.graph.config.attributes(self).items():
            if key.endswith("_t"):
                self.types[key] = NamedType(f"{self.name}_{key}", value)
            else:
                self.attrs[key] = value

    def initialize(self) -> None:
        """Make what the class has; overridden."""

    @property
    def class_name(self) -> str:
        """As hls4ml calls the class."""
        return type(self).__name__

    @property
    def strategy(self) -> str:
        """As asked for."""
        return self.graph.config.strategy(self)

    def named(self, what: str) -> NamedType:
        """A new type as the configuration gives it."""
        precision, name = self.graph.config.precision(self, what)
        return NamedType(name, precision)

    def source(self, number: int = 0) -> Variable:
        """The variable that an input shows."""
        return self.graph.variables[self.inputs[number]]

    def previous(self) -> Node | None:
        """The node that makes the first input."""
        return self.graph.producer(self.inputs[0]) if self.inputs else None

    @property
    def result(self) -> Variable:
        """The variable of the first output."""
        return self.variables[self.outputs[0]]

    def show(self, shape: Sequence[int], named: NamedType | None = None, variable: str = "") -> Variable:
        """Make the variable of the first output.

        Parameters
        ----------
        shape : sequence of int
        named : NamedType, optional
            Its type; by default that of the configuration, with a name made of the layer's number.
        variable : str, optional
            Its name, by default made of the layer's number.
        """
        if named is None:
            named = self.numbered(self.graph.config.precision(self, "result")[0])
        made = Variable(variable or f"layer{self.index}_out", tuple(int(n) for n in shape), named)
        self.set_variable(self.outputs[0], made)
        return made

    def numbered(self, precision: Precision | None) -> NamedType:
        """A new type of a result, named by the layer's number."""
        return NamedType(f"layer{self.index}_t", precision)

    def set_variable(self, output: str, variable: Variable) -> None:
        """Let a variable be an output of this node."""
        self.graph.register(output, variable)
        self.variables[output] = variable
        self.types["result_t"] = variable.type

    def add_weight(self, name: str, data: Array, named: NamedType | None = None) -> None:
        """Make a weight; its type is that of the configuration unless one is given."""
        weight = WeightArray(named or self.named(name), np.asarray(data))
        self.weights[name] = weight
        self.types[f"{name}_t"] = weight.type

    def add_bias(self) -> None:
        """The bias; zeros of one bit where the layer has none."""
        data = self.attrs.get("bias_data")
        if data is None:
            named = NamedType(f"bias{self.index}_t", integer_type(1, False))
            self.add_weight("bias", np.zeros(self.result.shape[-1]), named)
        else:
            self.add_weight("bias", data)

    def refuse(self, text: str) -> UnsupportedError:
        """An error that names the layer."""
        return UnsupportedError(f"layer {self.name!r} ({self.class_name}): {text}")
