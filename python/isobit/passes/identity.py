"""Removal of layers without effect in inference."""

from __future__ import annotations

from isobit.ir import Graph
from isobit.passes.rewrite import redirect

WITHOUT_EFFECT = ("identity", "dropout")


def remove_identity(graph: Graph) -> Graph:
    """The graph without ``identity`` and ``dropout`` layers; what read them reads their input."""
    removed = {node.name: node.inputs[0] for node in graph if node.op in WITHOUT_EFFECT}
    return redirect(graph, removed, (node for node in graph if node.name not in removed))
