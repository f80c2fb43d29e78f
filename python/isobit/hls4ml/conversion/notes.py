"""What hls4ml does with a model that its user may not expect, although the bits are reproduced."""

from __future__ import annotations

import math
from collections.abc import Iterator

from isobit.formats import Overflow
from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.activations import Softmax
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import GlobalPooling1D

_IGNORED = ("table", "exp_table", "inv_table", "inv_inp")


def notes(graph: LayerGraph) -> Iterator[str]:
    """Sentences that name the layer: types that hls4ml ignores, and results that lose their meaning."""
    typedefs = graph.definitions()
    for node in graph.nodes.values():
        yield from _ignored_types(graph, node)
        if isinstance(node, Softmax) and node.attrs["implementation"] in ("stable", "latency"):
            given = typedefs[node.source().type.name]
            unsigned = node.attrs["implementation"] == "stable" and given.signed
            step = given.integer - unsigned - int(math.log2(node.attrs["table_size"]))
            if step > 0:
                yield (
                    f"layer {node.name!r}: softmax looks up exp in steps of {2**step}, because its input has "
                    f"the type {given}; hls4ml's result is nearly constant. Give the layer before it a type "
                    "with fewer integer bits"
                )
        if isinstance(node, GlobalPooling1D) and node.attrs["pool_op"] == "Average":
            given, sums = typedefs[node.source().type.name], typedefs[node.types["accum_t"].name]
            count = node.source().size // int(node.attrs["n_filt"])
            if sums.overflow is Overflow.WRAP and sums.integer < given.integer + math.ceil(math.log2(count)):
                yield (
                    f"layer {node.name!r}: the sum of {count} numbers of the type {given} can wrap around in "
                    f"{sums}; give the layer an 'accum' type with more integer bits"
                )


def _ignored_types(graph: LayerGraph, node: Node) -> Iterator[str]:
    for part in _IGNORED:
        named = node.types.get(f"{part}_t")
        if named is None or (part == "table" and isinstance(node, Softmax)):
            continue
        wanted, name = graph.config.precision(node, part)
        if name.endswith(f"_{part}_t") and wanted is not None and wanted != named.precision:
            yield (
                f"layer {node.name!r}: hls4ml ignores the Precision {part!r} ({wanted}) and computes with "
                f"{named.precision}; it takes the type from the key '{part}_t' of the layer"
            )
