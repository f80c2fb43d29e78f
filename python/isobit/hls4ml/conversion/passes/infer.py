"""Types that the configuration leaves open (``auto``): what hls4ml infers from those before them.

Widths grow with every product and sum up to the model's ``maximum``; weights, and whatever is not named here,
take the default type of the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from isobit.formats import Overflow, Rounding
from isobit.hls4ml.conversion.graph import LayerGraph, NamedType
from isobit.hls4ml.conversion.nodes.activations import ParametrizedActivation, PReLU
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import (
    BatchNormalization,
    Clone,
    Concatenate,
    Conv1D,
    Dense,
    DepthwiseConv1D,
    DepthwiseConv2D,
    Dot,
    Merge,
    Pooling1D,
    Pooling2D,
    Reshape,
    Resize,
    Transpose,
    ZeroPadding1D,
    ZeroPadding2D,
)
from isobit.hls4ml.conversion.passes.parameters import parameter_type
from isobit.hls4ml.conversion.precision import Precision

Infer = Callable[[LayerGraph, Node, list[str]], None]


def infer_types(graph: LayerGraph, node: Node) -> bool:
    """Decide the open types of a node; true if its result was among them, on which others may depend."""
    open_types = [key for key, named in node.types.items() if named.precision is None]
    if not open_types:
        return False
    for kinds, infer in _RULES:
        if isinstance(node, kinds):
            infer(graph, node, open_types)
            break
    for key in open_types:
        if node.types[key].precision is None:
            node.types[key].precision = graph.config.default
    return "result_t" in open_types


def _affine(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    """Dense layers and convolutions: exact sums and results."""
    n_ops = _terms(node)
    given = _known(node.source().type)
    weight = _default(graph, node, "weight_t")
    bias = _default(graph, node, "bias_t")
    grown = math.ceil(math.log2(n_ops))
    width = weight.width + given.width + grown
    integer = weight.integer + given.integer + grown
    signed = weight.signed or given.signed
    fractional = width - integer
    integer = max(integer + (bias.signed and not signed), bias.integer + (signed and not bias.signed)) + 1
    width = integer + max(fractional, bias.fractional)
    exact = _clamped(graph, Precision(width, integer, signed or bias.signed))
    for key in ("accum_t", "result_t"):
        if key in open_types:
            _decide(node, key, exact)


def _terms(node: Node) -> int:
    """How many products one sum has."""
    attrs = node.attrs
    if isinstance(node, Dense):
        return int(attrs["n_in"])
    window = int(attrs.get("filt_height", 1) * attrs["filt_width"])
    return window if isinstance(node, (DepthwiseConv1D, DepthwiseConv2D)) else window * int(attrs["n_chan"])


def _normalization(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    scale, bias = _default(graph, node, "scale_t"), _default(graph, node, "bias_t")
    if "result_t" not in open_types:
        return
    given = _known(node.source().type)
    signed = scale.signed or given.signed
    integer = given.integer + scale.integer
    fractional = given.width + scale.width - integer
    integer = max(integer + (bias.signed and not signed), bias.integer + (signed and not bias.signed)) + 1
    width = integer + max(fractional, bias.fractional)
    _decide(node, "result_t", _clamped(graph, Precision(width, integer, signed or bias.signed)))


def _pooling(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    given = _known(node.source().type)
    if "accum_t" in open_types:
        accum = given
        if node.attrs["pool_op"] == "Average":
            count = node.attrs.get("pool_height", 1) * node.attrs["pool_width"]
            extra = math.ceil(math.log2(count))
            accum = Precision(given.width + 2 * extra, given.integer + extra, given.signed)
        _decide(node, "accum_t", accum)
    if "result_t" in open_types:
        node.result.type.precision = given


def _same(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    """The result has the type of the input."""
    node.result.type.precision = _known(node.source().type)


def _merge(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    first, second = _known(node.source(0).type), _known(node.source(1).type)
    operation = node.attrs["op"]
    if operation in ("add", "subtract", "average"):
        integer = 1 + max(
            first.integer + (second.signed and not first.signed),
            second.integer + (first.signed and not second.signed),
        )
        width = integer + max(first.fractional, second.fractional)
        signed = first.signed or second.signed or operation == "subtract"
        result = _clamped(graph, Precision(width, integer, signed))
    elif operation == "multiply":
        width, integer = first.width + second.width, first.integer + second.integer
        result = _clamped(graph, Precision(width, integer, first.signed or second.signed))
    elif operation in ("maximum", "minimum"):
        result = first if first == second else _either(first, second)
    else:
        result = graph.config.default
    _decide(node, "result_t", result)


def _concatenate(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    first, second = _known(node.source(0).type), _known(node.source(1).type)
    result = first
    if first != second:
        wide = _clamped(graph, _either(first, second))
        rounding = first.rounding if first.rounding is not Rounding.TRN else second.rounding
        overflow = first.overflow if first.overflow is not Overflow.WRAP else second.overflow
        result = Precision(wide.width, wide.integer, wide.signed, rounding, overflow)
    _decide(node, "result_t", result)


def _dot(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    if open_types != ["result_t"]:
        raise node.refuse("hls4ml stops where types of a Dot other than the result are 'auto'")
    first, second = _known(node.source(0).type), _known(node.source(1).type)
    grown = math.ceil(math.log2(node.source(0).shape[0]))
    width, integer = first.width + second.width + grown, first.integer + second.integer + grown
    _decide(node, "result_t", _clamped(graph, Precision(width, integer, first.signed or second.signed)))


def _parameter(graph: LayerGraph, node: Node, open_types: list[str]) -> None:
    if "param_t" not in open_types:
        return
    if isinstance(node, PReLU) or node.attrs["activation"] == "thresholdedrelu":
        node.types["param_t"].precision = _known(node.source().type)
    else:
        node.types["param_t"].precision = parameter_type(node.attrs["activ_param"])


def _either(first: Precision, second: Precision) -> Precision:
    """Every value of both."""
    signed = first.signed or second.signed
    integer = max(
        first.integer + (signed and not first.signed), second.integer + (signed and not second.signed)
    )
    return Precision(integer + max(first.fractional, second.fractional), integer, signed)


def _clamped(graph: LayerGraph, precision: Precision) -> Precision:
    """Not more than the model's ``maximum``; the fractional bits follow from both limits."""
    limit = graph.config.maximum
    if limit is None:
        return precision
    return Precision(
        min(precision.width, limit.width), min(precision.integer, limit.integer), precision.signed
    )


def _default(graph: LayerGraph, node: Node, key: str) -> Precision:
    """A type of a weight, the model's default if it is open."""
    named = node.types[key]
    if named.precision is None:
        named.precision = graph.config.default
    return named.precision


def _known(named: NamedType) -> Precision:
    """A type of an earlier layer, which has been decided."""
    return cast(Precision, named.precision)


def _decide(node: Node, key: str, precision: Precision) -> None:
    node.types[key].name = f"{node.name}_{key}"
    node.types[key].precision = precision


_RULES: tuple[tuple[tuple[type[Node], ...], Infer], ...] = (
    ((Dense, Conv1D), _affine),
    ((BatchNormalization,), _normalization),
    ((Pooling1D, Pooling2D), _pooling),
    ((Clone, Reshape, Resize, Transpose, ZeroPadding1D, ZeroPadding2D), _same),
    ((Concatenate,), _concatenate),
    ((Dot,), _dot),
    ((Merge,), _merge),
    ((ParametrizedActivation, PReLU), _parameter),
)
"""By class; everything of other classes takes the default type."""
