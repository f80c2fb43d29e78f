"""Weights in the order in which the loops of the strategy ``resource`` read them."""

from __future__ import annotations

import numpy as np

from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import Conv1D, Dense
from isobit.hls4ml.conversion.nodes.recurrent import Bidirectional, Recurrent


def transpose_weights(node: Node) -> None:
    """Outputs first."""
    if node.attrs.get("strategy") != "resource":
        return
    if isinstance(node, (Dense, Conv1D)):
        names = ["weight"]
    elif isinstance(node, (Recurrent, Bidirectional)):
        names = [name for name in node.weights if name.endswith("weight")]
    else:
        return
    for name in names:
        node.weights[name].data = np.moveaxis(node.weights[name].data, -1, 0)
