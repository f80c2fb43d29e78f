"""Graph networks from ready parts: each function appends layers to an `isobit.ir.GraphBuilder`.

A graph has a fixed capacity: nodes are rows of an array (N, F), edges two arrays (E) of indices, senders
and receivers. An edge whose ends are N is padding (*nowhere*, as in jraph's padded graphs): it reads zeros
and its messages are dropped. :func:`pad` brings events of any size into such arrays.

Sums over edges are exact, so the order of nodes and edges never changes a bit. Padding neither.
"""

from __future__ import annotations

from isobit.graphs.edge_conv import edge_conv, gravnet
from isobit.graphs.garnet import garnet
from isobit.graphs.gated import gated_graph_network
from isobit.graphs.interaction import interaction_network
from isobit.graphs.padding import PaddedGraphs, pad
from isobit.graphs.parts import mlp
from isobit.graphs.sets import deep_sets

__all__ = [
    "PaddedGraphs",
    "deep_sets",
    "edge_conv",
    "garnet",
    "gated_graph_network",
    "gravnet",
    "interaction_network",
    "mlp",
    "pad",
]
