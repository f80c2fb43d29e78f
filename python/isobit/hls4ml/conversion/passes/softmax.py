"""Softmax: left out on request, and tables no longer than the types have values."""

from __future__ import annotations

from typing import cast

from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.activations import Softmax
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.precision import Precision


def skip_softmax(graph: LayerGraph, node: Node) -> bool:
    """``Skip`` in the configuration removes the layer."""
    if not isinstance(node, Softmax) or not node.attrs["skip"]:
        return False
    graph.remove(node)
    return True


def limit_tables(graph: LayerGraph, node: Node) -> bool:
    """Tables are indexed by the leading bits, of which a narrow type has few."""
    if isinstance(node, Softmax):
        previous = graph.made_by(node.inputs[0])
        given, table = previous.types["result_t"].precision, node.types["inv_table_t"].precision
        longest = 2 ** min(cast(Precision, given).width, cast(Precision, table).width)
        node.attrs["table_size"] = min(int(node.attrs["table_size"]), longest)
    return False
