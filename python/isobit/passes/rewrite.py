"""Edits of a frozen graph that several passes share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from isobit.ir import Graph, Node


def redirect(graph: Graph, targets: Mapping[str, str], nodes: Iterable[Node]) -> Graph:
    """The graph with these nodes, every use of a key of ``targets`` replaced by its target.

    Targets may be keys themselves. Names of outputs stay; what they show follows.
    """

    def final(name: str) -> str:
        while name in targets:
            name = targets[name]
        return name

    renamed = tuple(replace(node, inputs=tuple(final(name) for name in node.inputs)) for node in nodes)
    outputs = {output: final(tensor) for output, tensor in graph.outputs.items()}
    return replace(graph, nodes=renamed, outputs=outputs)


def readers(graph: Graph, tensor: str) -> int:
    """How many layers and outputs use a tensor."""
    uses = sum(node.inputs.count(tensor) for node in graph.nodes)
    return uses + sum(shown == tensor for shown in graph.outputs.values())
