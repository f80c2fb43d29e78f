"""The intermediate representation: a frozen graph of named tensors, one node type for every layer.

Shapes never contain the batch axis. Every node makes exactly one tensor, which bears the node's name;
inputs and nodes share one name space. ``spec.check`` states what a legal graph is, and is run after
every pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import GraphError

Shape = tuple[int, ...]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Node:
    """One layer.

    Parameters
    ----------
    name : str
        Unique; also the name of the tensor that the node makes.
    op : str
        The operator, one of :data:`isobit.ops.REGISTRY`.
    inputs : tuple of str
        Names of graph inputs or of earlier nodes.
    attrs : mapping
        Plain values (int, float, str, bool, None or tuples of these).
    constants : mapping of str to float64 array
        Trained values: ``weight``, ``bias``, ``alpha``, ...
    shape : tuple of int
        Shape of the result, without the batch axis.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    attrs: Mapping[str, Any]
    constants: Mapping[str, FloatArray]
    shape: Shape


@dataclass(frozen=True, eq=False)
class Graph:
    """A model: nodes in topological order.

    Parameters
    ----------
    name : str
        Name of the model.
    inputs : mapping of str to shape
        Ordered.
    nodes : tuple of Node
        Every node comes after those it reads.
    outputs : mapping of str to str
        Ordered: the name of each output, and the tensor that it shows.
    """

    name: str
    inputs: Mapping[str, Shape]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, str]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shape of every tensor, inputs first."""
        return {**self.inputs, **{node.name: node.shape for node in self.nodes}}

    def node(self, name: str) -> Node:
        """The node of this name; `KeyError` if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def consumers(self, tensor: str) -> list[Node]:
        """The nodes that read a tensor, in order."""
        return [node for node in self.nodes if tensor in node.inputs]


def make_node(
    name: str,
    op: str,
    inputs: Sequence[str],
    shapes: Mapping[str, Shape],
    attrs: Mapping[str, Any] | None = None,
    constants: Mapping[str, npt.ArrayLike] | None = None,
) -> Node:
    """A checked node: its operator, attributes and constants are known and its shape is inferred.

    Raises
    ------
    GraphError
        For an unknown operator or attribute, or constants and shapes that do not fit; names the layer.
    """
    from isobit.ops import REGISTRY
    from isobit.ops.layer import Layer

    if op not in REGISTRY:
        raise GraphError(f"layer {name!r}: there is no operator {op!r}")
    missing = [tensor for tensor in inputs if tensor not in shapes]
    if missing:
        raise GraphError(f"layer {name!r} reads {missing[0]!r}, which nothing makes")
    arrays = {key: _constant(name, key, value) for key, value in (constants or {}).items()}
    spec = REGISTRY[op]
    full = spec.complete_attrs(name, dict(attrs or {}))
    shape = spec.infer_shape(Layer(name, op, full, arrays, tuple(shapes[t] for t in inputs)))
    return Node(name, op, tuple(inputs), MappingProxyType(full), MappingProxyType(arrays), shape)


def _constant(layer: str, key: str, value: npt.ArrayLike) -> FloatArray:
    # An array that nobody can write to is shared by all nodes that hold it (a layer that is called twice).
    owned = isinstance(value, np.ndarray) and value.base is None and not value.flags.writeable
    array = np.asarray(value, dtype=np.float64) if owned else np.array(value, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        position = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise GraphError(
            f"layer {layer!r}: {key} has a value that is not finite ({array[position]} at {position}). "
            "The training probably diverged; export the model again from a good checkpoint."
        )
    array.setflags(write=False)
    return array


@dataclass
class GraphBuilder:
    """Front ends build graphs with this; ``build`` returns the checked, frozen graph."""

    name: str
    inputs: dict[str, Shape] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)

    def input(self, name: str, shape: Sequence[int]) -> str:
        """Declare an input (shape without the batch axis) and return its tensor name."""
        self._claim(name)
        self.inputs[name] = self.shapes[name] = tuple(int(n) for n in shape)
        return name

    def add(
        self,
        op: str,
        inputs: Sequence[str],
        name: str,
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
    ) -> str:
        """Append a layer and return the name of the tensor that it makes.

        Raises
        ------
        GraphError
            As :func:`make_node`; also when the name is taken (see :meth:`unique`).
        """
        self._claim(name)
        node = make_node(name, op, inputs, self.shapes, attrs, constants)
        self.nodes.append(node)
        self.shapes[name] = node.shape
        return name

    def output(self, name: str, tensor: str) -> None:
        """Declare an output."""
        if name in self.outputs:
            raise GraphError(f"two outputs are called {name!r}")
        self.outputs[name] = tensor

    def unique(self, name: str) -> str:
        """The name itself if it is free, else the name with the smallest free number appended."""
        if name not in self.shapes:
            return name
        number = 1
        while f"{name}_{number}" in self.shapes:
            number += 1
        return f"{name}_{number}"

    def build(self) -> Graph:
        """The finished graph, checked against the specification."""
        from isobit.spec import check

        graph = Graph(
            self.name,
            MappingProxyType(dict(self.inputs)),
            tuple(self.nodes),
            MappingProxyType(dict(self.outputs)),
        )
        check(graph)
        return graph

    def _claim(self, name: str) -> None:
        if not name:
            raise GraphError("a layer or an input has an empty name")
        if name in self.shapes:
            raise GraphError(f"two layers or inputs are called {name!r}")
