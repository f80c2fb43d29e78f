"""Where NaN may stand for a missing value, and where a forest has no rule for it."""

from __future__ import annotations

from isobit.ir import Graph


def missing_inputs(graph: Graph) -> frozenset[str]:
    """The inputs of a graph that may hold NaN in floating point; fixed-point numbers never do."""
    shown = set(graph.outputs.values())
    return frozenset(
        name
        for name in graph.inputs
        if name not in shown
        and (readers := graph.consumers(name))
        and all(node.op == "forest" and node.attrs["missing"] for node in readers)
    )


def without_rule(graph: Graph) -> dict[str, str]:
    """The inputs that forests without a rule for missing values read, and the first of those layers."""
    found: dict[str, str] = {}
    for node in graph:
        if node.op == "forest" and not node.attrs["missing"] and node.inputs[0] in graph.inputs:
            found.setdefault(node.inputs[0], node.name)
    return found
