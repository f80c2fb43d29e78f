"""Where NaN may stand for a missing value: inputs that only forests with a rule for it read."""

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
