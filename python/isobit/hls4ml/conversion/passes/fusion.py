"""Layers that vanish in their neighbours, where the type between them was left open."""

from __future__ import annotations

import numpy as np

from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.activations import Activation
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import (
    BatchNormalization,
    Conv1D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
)
from isobit.hls4ml.conversion.nodes.table import KINDS


def fuse_consecutive_normalizations(graph: LayerGraph, node: Node) -> bool:
    """Two normalisations in a row become the later one."""
    previous = node.previous()
    if not isinstance(node, BatchNormalization) or not isinstance(previous, BatchNormalization):
        return False
    if previous.result.type.precision is not None or len(graph.consumers(previous.outputs[0])) > 1:
        return False
    scale, bias = previous.weights["scale"].data, previous.weights["bias"].data
    own_scale, own_bias = node.weights["scale"].data, node.weights["bias"].data
    node.add_weight("scale", scale * own_scale)
    node.add_weight("bias", own_scale * bias + own_bias)
    graph.remove(previous)
    return True


def fuse_normalization(graph: LayerGraph, node: Node) -> bool:
    """A normalisation goes into the weights of the layer that it follows.

    Raises
    ------
    UnsupportedError
        Where hls4ml does this wrongly.
    """
    previous = node.previous()
    if not isinstance(node, BatchNormalization) or not isinstance(previous, (Dense, Conv1D)):
        return False
    if previous.result.type.precision is not None or len(graph.consumers(previous.outputs[0])) > 1:
        return False
    scale, bias = node.weights["scale"].data, node.weights["bias"].data
    weight = previous.weights["weight"].data
    fused = scale * weight
    if fused.shape != weight.shape or isinstance(previous, (DepthwiseConv1D, DepthwiseConv2D)):
        raise node.refuse(
            f"hls4ml merges it wrongly into {previous.name!r}; give that layer a result type in the "
            "configuration, which keeps the two apart"
        )
    if isinstance(previous, Dense) and len(previous.source().shape) > 1:
        raise node.refuse(
            f"hls4ml loses it after {previous.name!r}, a dense layer over several axes with a result type "
            "'auto'; give that layer a result type in the configuration"
        )
    previous.add_weight("weight", fused)
    previous.add_weight("bias", scale * previous.weights["bias"].data + bias)
    graph.remove(node)
    return True


def drop_idle_normalization(graph: LayerGraph, node: Node) -> bool:
    """A scale of 1 and a bias of 0 do nothing, also where the type would have changed."""
    if not isinstance(node, BatchNormalization):
        return False
    if np.all(node.weights["scale"].data == 1) and np.all(node.weights["bias"].data == 0):
        graph.remove(node)
        return True
    return False


def dense_to_convolution(graph: LayerGraph, node: Node) -> bool:
    """A dense layer over several axes is a convolution with a kernel of one pixel."""
    if not isinstance(node, Dense) or len(node.source().shape) == 1:
        return False
    *spatial, channels = node.source().shape
    rank = len(spatial)
    if rank > 2:
        raise node.refuse(f"hls4ml takes dense layers over up to three axes, not {(*spatial, channels)}")
    kernel = node.attrs["weight_data"]
    attrs = {
        "n_chan": channels,
        "n_filt": node.attrs["n_out"],
        "weight_data": kernel.reshape((1,) * rank + kernel.shape),
        "bias_data": node.attrs["bias_data"],
    }
    for axis, sides, length in zip(
        ("height", "width")[2 - rank :],
        (("top", "bottom"), ("left", "right"))[2 - rank :],
        spatial,
        strict=True,
    ):
        attrs |= {f"in_{axis}": length, f"out_{axis}": length, f"filt_{axis}": 1, f"stride_{axis}": 1}
        attrs |= dict.fromkeys((f"pad_{side}" for side in sides), 0)
    graph.replace(node, KINDS[f"Conv{rank}D"](graph, node.name, attrs, node.inputs))
    return True


def drop_linear(graph: LayerGraph, node: Node) -> bool:
    """A cast into the same type does nothing."""
    if not _is_linear(node) or node.source().type.precision != node.result.type.precision:
        return False
    graph.remove(node)
    return True


def merge_linear(graph: LayerGraph, node: Node) -> bool:
    """A cast behind a layer whose type is open vanishes, with the type that it has itself."""
    safe = (Dense, Conv1D, BatchNormalization, Activation)
    previous = node.previous()
    if not _is_linear(node) or not isinstance(previous, safe) or previous.result.type.precision is not None:
        return False
    graph.remove(node)
    return True


def _is_linear(node: Node) -> bool:
    return isinstance(node, Activation) and node.attrs["activation"] == "linear"
