"""The graph on which hls4ml's passes work: nodes with named types, in an order that they keep.

Two things of it decide about numbers and are therefore as in hls4ml: types have names, and where two
types of one name differ, the one of the earlier layer is what the C++ is compiled with; and a type is shared
by everything that refers to it, so that a later pass changes it for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.errors import UnsupportedError
from isobit.hls4ml.conversion.config import HlsConfig
from isobit.hls4ml.conversion.precision import Precision

if TYPE_CHECKING:
    from isobit.hls4ml.conversion.nodes.base import Node

Array = npt.NDArray[Any]


@dataclass(eq=False)
class NamedType:
    """A typedef. Without a precision, it is still to be inferred."""

    name: str
    precision: Precision | None


@dataclass(eq=False)
class Variable:
    """An array between two layers; ``link`` is the one whose memory it is, if it has none of its own."""

    name: str
    shape: tuple[int, ...]
    type: NamedType
    link: Variable | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def root(self) -> Variable:
        """The variable that owns the memory."""
        return self if self.link is None else self.link.root


@dataclass(eq=False)
class WeightArray:
    """Trained values with the type in which the C++ reads them."""

    type: NamedType
    data: Array


class LayerGraph:
    """Nodes by name, the variables by the names of the outputs that they show, and the configuration.

    Parameters
    ----------
    config : HlsConfig
    inputs, outputs : sequence of str
        Names of outputs of nodes.

    Attributes
    ----------
    names : set of str
        Of all nodes that there ever were: what a configuration may speak of.
    """

    def __init__(self, config: HlsConfig, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self.config = config
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.nodes: dict[str, Node] = {}
        self.variables: dict[str, Variable] = {}
        self.names: set[str] = set()
        self._index = 0

    @property
    def parallel(self) -> bool:
        """Whether arrays lie in memory, and not in streams."""
        return self.config.io_type == "io_parallel"

    def next_index(self) -> int:
        """Nodes are counted, those that passes replace included; the names of types contain the number."""
        self._index += 1
        return self._index

    def register(self, output: str, variable: Variable) -> None:
        """Let a variable be what an output shows; the only output of a model has a type name of its own."""
        if self.outputs == [output]:
            variable.type.name = "result_t"
        self.variables[output] = variable

    def add(self, node: Node) -> None:
        """Append a node."""
        if node.name in self.nodes:
            raise UnsupportedError(f"hls4ml needs unique names; two layers are called {node.name!r}")
        self.nodes[node.name] = node

    def producer(self, output: str) -> Node | None:
        """The node that makes an output."""
        return next((node for node in self.nodes.values() if output in node.outputs), None)

    def made_by(self, output: str) -> Node:
        """The node that makes an output that is known to be made."""
        return next(node for node in self.nodes.values() if output in node.outputs)

    def consumers(self, output: str) -> list[Node]:
        """The nodes that read an output, once for each time that they do."""
        return [node for node in self.nodes.values() for name in node.inputs if name == output]

    def insert(self, node: Node, before: Node | None = None) -> None:
        """Put a node behind the one that it reads, and in front of ``before`` or of the first reader."""
        previous = self.made_by(node.inputs[0])
        if before is None:
            before = next(
                (n for n in self.nodes.values() if n.inputs and n.inputs[0] in previous.outputs), None
            )
        if before is not None:
            before.inputs[0] = node.outputs[0]
        else:
            first = previous.outputs[0]
            self.outputs = [node.outputs[0] if name == first else name for name in self.outputs]
        self.nodes = _spliced(self.nodes, previous.name, lambda old: [old, node])

    def remove(self, node: Node) -> None:
        """Take a node out; what read it reads what it read.

        Raises
        ------
        UnsupportedError
            When both sides of the node are outputs of the model, where hls4ml stops.
        """
        given, made = node.inputs[0] if node.inputs else "", node.outputs[0]
        if given:
            if made in self.outputs:
                if given in self.outputs:
                    raise UnsupportedError(
                        f"layer {node.name!r}: hls4ml cannot remove it, because what it reads "
                        f"({given!r}) is an output of the model too"
                    )
                self.outputs = [given if name == made else name for name in self.outputs]
            for reader in self.nodes.values():
                reader.inputs = [given if name == made else name for name in reader.inputs]
        del self.variables[made]
        del self.nodes[node.name]

    def replace(self, old: Node, *new: Node) -> None:
        """Put one node, or several in a row, in the place of another."""
        names = dict(zip(old.outputs, new[-1].outputs, strict=True))
        names |= dict(zip(old.inputs, new[0].inputs, strict=True))
        self.outputs = [names.get(name, name) if name in old.outputs else name for name in self.outputs]
        for node in self.nodes.values():
            node.inputs = [names.get(name, name) for name in node.inputs]
            node.outputs = [names.get(name, name) for name in node.outputs]
        self.nodes = _spliced(self.nodes, old.name, lambda _: list(new))

    def definitions(self) -> dict[str, Precision]:
        """What every type name means in the C++: where several types have it, the first layer's.

        Raises
        ------
        UnsupportedError
            When a type was never decided.
        """
        found: dict[str, Precision] = {}
        for node in self.nodes.values():
            for name, named in {named.name: named for named in node.types.values()}.items():
                if named.precision is None:
                    raise UnsupportedError(f"layer {node.name!r}: hls4ml does not infer its type {name!r}")
                found.setdefault(name, named.precision)
        return found


Pass = Callable[[LayerGraph, "Node"], bool]
"""Looks at a node and changes the graph; true if all passes shall start again from the first node."""


def run_passes(graph: LayerGraph, passes: Iterable[Pass]) -> None:
    """Apply passes until nothing changes, starting again with the first after every change."""
    ordered = list(passes)
    while any(_applied(graph, one) for one in ordered):
        pass


def _applied(graph: LayerGraph, one: Pass) -> bool:
    return any(one(graph, node) for node in list(graph.nodes.values()))


def _spliced(nodes: dict[str, Node], place: str, make: Callable[[Node], list[Node]]) -> dict[str, Node]:
    spliced: dict[str, Node] = {}
    for name, node in nodes.items():
        for entry in make(node) if name == place else [node]:
            spliced[entry.name] = entry
    return spliced


def as_array(values: Any) -> Array:
    """Trained values as hls4ml gets them from Keras: in single precision."""
    return np.asarray(values, dtype=np.float32)
