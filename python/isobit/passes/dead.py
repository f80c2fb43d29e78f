"""Removal of layers that no output depends on."""

from __future__ import annotations

from dataclasses import replace

from isobit.ir import Graph


def remove_dead(graph: Graph) -> Graph:
    """The graph without layers that no output depends on; inputs stay, used or not."""
    alive = set(graph.outputs.values())
    for node in reversed(graph.nodes):
        if node.name in alive:
            alive.update(node.inputs)
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.name in alive))
