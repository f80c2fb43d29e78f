"""Separable convolutions become a depthwise and a plain one."""

from __future__ import annotations

from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import SeparableConv1D
from isobit.hls4ml.conversion.nodes.table import KINDS

_DEPTHWISE = ("n_chan", "depthwise_data")
_HALVES = ("depthwise", "pointwise")


def split_separable(graph: LayerGraph, node: Node) -> bool:
    """Two layers with sections of the configuration of their own."""
    if not isinstance(node, SeparableConv1D):
        return False
    attrs, rank = node.attrs, node.rank
    windows = {
        key: attrs[key] for key in attrs if key.startswith(("in_", "out_", "filt_", "stride_", "pad_"))
    }
    first = (
        windows | {key: attrs[key] for key in _DEPTHWISE} | {"n_filt": attrs["n_chan"], "depth_multiplier": 1}
    )
    second = {key: windows[key] for key in windows if key.startswith("out_")}
    for axis in ("height", "width")[2 - rank :]:
        second |= {f"in_{axis}": windows[f"out_{axis}"], f"filt_{axis}": 1, f"stride_{axis}": 1}
    for side in ("top", "bottom", "left", "right")[4 - 2 * rank :]:
        second[f"pad_{side}"] = 0
    second |= {key: attrs[key] for key in ("n_chan", "n_filt", "bias_data")}
    second["weight_data"] = attrs["pointwise_data"]
    names = []
    for half, other in (_HALVES, _HALVES[::-1]):
        names.append(f"{node.name}_{half}")
        rename = {half: "weight", f"{half}_accum": "accum", f"{half}_result": "result"}
        # hls4ml leaves the result type of the other half in the section.
        graph.config.derive(names[-1], node, rename, (other, f"{other}_accum"))
    depthwise = KINDS[f"DepthwiseConv{rank}D"](graph, names[0], first, [node.inputs[0]])
    pointwise = KINDS[f"Conv{rank}D"](graph, names[1], second, [names[0]])
    graph.replace(node, depthwise, pointwise)
    return True
