"""Strategies and reuse factors, and the kernels of einsum layers in the order of their loops."""

from __future__ import annotations

import numpy as np

from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import Conv1D, Dense, EinsumDense
from isobit.hls4ml.conversion.nodes.recurrent import GRU, LSTM, Bidirectional
from isobit.hls4ml.conversion.passes.reuse import legal_reuse_factor


def prepare(graph: LayerGraph, node: Node) -> None:
    """What the back end sets for every layer before anything else.

    Raises
    ------
    UnsupportedError
        For a strategy that hls4ml or isobit does not have for the layer.
    """
    node.attrs["reuse_factor"] = graph.config.reuse_factor(node)
    if isinstance(node, (Dense, Conv1D)):
        _affine(graph, node)
    elif isinstance(node, (LSTM, GRU)):
        _recurrent(node)
    elif isinstance(node, Bidirectional):
        _bidirectional(node)
    elif isinstance(node, EinsumDense):
        _einsum(node)


def _affine(graph: LayerGraph, node: Node) -> None:
    strategy = node.strategy
    if strategy == "resource_unrolled" and (
        node.attrs["reuse_factor"] == 1 or (isinstance(node, Conv1D) and graph.parallel)
    ):
        strategy = "resource"
    if strategy == "resource_unrolled":
        raise node.refuse("the strategy ResourceUnrolled is not emulated; write Latency or Resource")
    if strategy == "distributed_arithmetic":
        if node.attrs["reuse_factor"] != 1:
            raise node.refuse(f"distributed arithmetic has ReuseFactor 1, not {node.attrs['reuse_factor']}")
        if not isinstance(node, Dense):
            raise node.refuse(
                "distributed arithmetic of convolutions is not emulated; write Latency or Resource"
            )
    if strategy == "resource":
        n_in, n_out = _matrix(node)
        node.attrs["reuse_factor"] = factor = legal_reuse_factor(n_in, n_out, node.attrs["reuse_factor"])
        if isinstance(node, Conv1D) and graph.parallel and factor > n_in:
            raise node.refuse(
                f"the C++ of hls4ml stops at the ReuseFactor {factor} where windows have {n_in} elements; "
                f"write one of at most {n_in}"
            )
    node.attrs["strategy"] = strategy


def _matrix(node: Node) -> tuple[int, int]:
    """Inputs and outputs of the product that is computed at once."""
    attrs = node.attrs
    if isinstance(node, Dense):
        return int(attrs["n_in"]), int(attrs["n_out"])
    return int(attrs["n_chan"] * attrs.get("filt_height", 1) * attrs["filt_width"]), int(attrs["n_filt"])


def _recurrent(node: Node) -> None:
    gates = 4 if isinstance(node, LSTM) else 3
    node.attrs["strategy"] = _recurrent_strategy(node)
    factor = node.attrs["recurrent_reuse_factor"] = node.attrs["reuse_factor"]
    if node.attrs["strategy"] == "resource":
        units = int(node.attrs["n_out"])
        node.attrs["reuse_factor"] = legal_reuse_factor(int(node.attrs["n_in"]), units * gates, factor)
        node.attrs["recurrent_reuse_factor"] = legal_reuse_factor(units, units * gates, factor)


def _bidirectional(node: Node) -> None:
    node.attrs["strategy"] = _recurrent_strategy(node)
    factor = node.attrs["reuse_factor"]
    for way in ("forward", "backward"):
        node.attrs[f"{way}_reuse_factor"] = node.attrs[f"{way}_recurrent_reuse_factor"] = factor
        if node.attrs["strategy"] == "resource":
            # hls4ml counts three gates for LSTM as well.
            units = int(node.attrs[f"{way}_n_states"])
            node.attrs[f"{way}_reuse_factor"] = legal_reuse_factor(int(node.attrs["n_in"]), units * 3, factor)
            node.attrs[f"{way}_recurrent_reuse_factor"] = legal_reuse_factor(units, units * 3, factor)


def _recurrent_strategy(node: Node) -> str:
    strategy = node.strategy
    if strategy == "resource_unrolled":
        if node.attrs["reuse_factor"] != 1 and not isinstance(node, Bidirectional):
            raise node.refuse("the strategy ResourceUnrolled is not emulated; write Latency or Resource")
        return "resource"
    return "resource" if strategy == "resource" else "latency"


def _einsum(node: Node) -> None:
    strategy = node.strategy
    if strategy != "latency":
        raise node.refuse(f"the strategy {strategy} is not emulated for it; write Latency")
    node.attrs["strategy"] = strategy
    recipe = node.attrs["recipe"]
    node.attrs.setdefault("parallelization_factor", recipe.n_free_data)
    kernel = node.weights["weight"].data.transpose(recipe.kernel_axes)
    blocks = kernel.reshape(recipe.n_inplace, recipe.n_free_kernel, recipe.n_contract)
    node.weights["weight"].data = blocks.transpose(0, 2, 1)
    bias = np.broadcast_to(node.weights["bias"].data, node.attrs["out_shape"])
    node.weights["bias"].data = bias.transpose(np.argsort(recipe.output_axes))
