"""What hls4ml's functions for streams do otherwise than those for arrays, or not at all."""

from __future__ import annotations

import math

from isobit.formats import Overflow
from isobit.hls4ml.conversion.nodes.activations import Activation, Softmax
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import (
    Dense,
    Dot,
    EinsumDense,
    Embedding,
    Pooling1D,
    Pooling2D,
    Repack,
)
from isobit.hls4ml.conversion.nodes.recurrent import Bidirectional
from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.conversion.records.call import Draft

_WITHOUT = {
    "relu6": "does not compile in streams",
    "selu": "multiplies by a constant of another type in streams, which is not emulated",
}
_TABLE_SIZE = 1024  # the default of the configuration structure, which streams leave as it is


def check_stream(draft: Draft) -> None:
    """Refuse a layer that is not the same in streams.

    Raises
    ------
    UnsupportedError
        Naming the layer.
    """
    node = draft.node
    if isinstance(node, (EinsumDense, Bidirectional, Embedding)):
        raise node.refuse("hls4ml does not have it in streams, or isobit does not emulate that")
    if isinstance(node, Activation) and node.attrs["activation"] in _WITHOUT:
        function = node.attrs["activation"]
        raise node.refuse(f"the {function} of hls4ml {_WITHOUT[function]}")
    if (
        isinstance(node, Softmax)
        and node.attrs["implementation"] == "legacy"
        and node.attrs["table_size"] != _TABLE_SIZE
    ):
        raise node.refuse(f"in streams the legacy softmax of hls4ml has tables of {_TABLE_SIZE} entries only")
    if (
        any(node.source(place).link is not None for place in range(len(node.inputs)))
        and type(node) is not Dense
    ):
        raise node.refuse("hls4ml reads flattened streams rightly in dense layers only")
    if isinstance(node, Dot):
        raise node.refuse("hls4ml does not have it in streams")
    if isinstance(node, Repack):
        _check_repack(node)
    if isinstance(node, (Pooling1D, Pooling2D)):
        _check_pooling(node, draft.precision(node.source().type), draft.precision(node.types["accum_t"]))


def _check_repack(node: Node) -> None:
    """Elements that travel together become others, which must be a multiple or a part of them."""
    given, made = node.source().shape[-1], node.result.shape[-1]
    if max(given, made) % min(given, made):
        raise node.refuse(
            f"hls4ml loses elements where a stream of {given} elements at a time becomes one of {made}"
        )


def _check_pooling(node: Node, given: Precision, accum: Precision) -> None:
    attrs = node.attrs
    axes = [axis for axis in ("height", "width") if f"pool_{axis}" in attrs]
    padded = any(value for key, value in attrs.items() if key.startswith("pad_"))
    if padded or any(attrs[f"pool_{axis}"] != attrs[f"stride_{axis}"] for axis in axes):
        raise node.refuse("the C++ of hls4ml stops at padding and at overlapping windows in streams")
    count = math.prod(attrs[f"pool_{axis}"] for axis in axes)
    needed = given.integer + math.ceil(math.log2(count)) if count > 2 else 0
    if attrs["pool_op"] == "Average" and accum.overflow is not Overflow.WRAP and accum.integer < needed:
        raise node.refuse(
            f"in streams hls4ml adds windows in another order, which counts in the accumulator {accum}; give "
            f"it at least {needed} integer bits, or let it wrap"
        )
