"""Batch normalisation before an activation with two or three values, as thresholds.

Both passes keep every value of the float model exactly: thresholds are computed in rationals. They change the
bits of a quantized model (for the better: the batch normalisation is no longer rounded), which is why
:func:`isobit.load` does not run them by itself.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from isobit.ir import FloatArray, Graph, Node, Shape, make_node
from isobit.passes.rewrite import readers, redirect

_HALF = Fraction(1, 2)
_LIMITS: dict[str, tuple[tuple[Fraction, bool], ...]] = {
    "binary_tanh": ((Fraction(0), False),),
    "ternary_tanh": ((-_HALF, False), (_HALF, True)),
}
"""Where an activation steps up by one step, and whether only above that place (else also at it)."""

_ALWAYS, _NEVER = -sys.float_info.max, sys.float_info.max
_SIGNS = ("binary_tanh", "ternary_tanh")
_MOVEMENTS = ("reshape", "transpose", "slice", "identity", "dropout", "max_pool")


def activation_to_thresholds(graph: Graph) -> Graph:
    """``affine`` and the ``binary_tanh`` or ``ternary_tanh`` behind it as one ``multi_threshold``.

    It keeps the name of the activation and gives its values exactly, for every float64: where the scale is
    negative, the thresholds that a number is below count. An affine layer that somebody else reads, or whose
    constants are not one for each channel, stays.
    """
    return _repeated(_one_activation, graph)


def _repeated(step: Callable[[Graph], Graph | None], graph: Graph) -> Graph:
    """The graph after as many steps as there are."""
    while (after := step(graph)) is not None:
        graph = after
    return graph


def _one_activation(graph: Graph) -> Graph | None:
    shapes = graph.shapes
    for node in graph:
        if node.op not in _LIMITS or node.inputs[0] in graph.inputs:
            continue
        affine = graph.node(node.inputs[0])
        if affine.op != "affine" or readers(graph, affine.name) != 1:
            continue
        made = _thresholds(node, affine, shapes)
        if made is not None:
            kept = (made if n.name == node.name else n for n in graph if n.name != affine.name)
            return redirect(graph, {}, kept)
    return None


def thresholds_to_bias(graph: Graph) -> Graph:
    """A binary ``dense`` or ``conv`` and a sign behind it as one with an integer bias and a `binary_tanh`.

    For layers whose inputs are results of ``binary_tanh`` or ``ternary_tanh``, whose weights are integers and
    whose result only one ``multi_threshold`` with the values -1 and 1 reads: sums are integers, so that a
    threshold is one too, and a falling one is a rising one of the opposite weights. Both layers keep their
    names. The values of the activation stay exactly what they are; those of the layer before it change.
    """
    return _repeated(_one_bias, graph)


def _one_bias(graph: Graph) -> Graph | None:
    shapes = graph.shapes
    for node in graph:
        if not _is_sign(node) or node.inputs[0] in graph.inputs:
            continue
        dense = graph.node(node.inputs[0])
        if (
            dense.op not in ("dense", "conv")
            or readers(graph, dense.name) != 1
            or not _has_integer_sums(graph, dense)
        ):
            continue
        weight, bias = _integer_bias(node, dense)
        constants = {"weight": weight, "bias": bias}
        made = {
            dense.name: make_node(dense.name, dense.op, dense.inputs, shapes, dense.attrs, constants),
            node.name: make_node(node.name, "binary_tanh", node.inputs, shapes),
        }
        return redirect(graph, {}, (made.get(n.name, n) for n in graph))
    return None


def _thresholds(node: Node, affine: Node, shapes: dict[str, Shape]) -> Node | None:
    channels = node.shape[-1:]
    arrays = [affine.constants["scale"], affine.constants["bias"]]
    if not all(array.size == 1 or array.shape[-1:] == (array.size,) == channels for array in arrays):
        return None
    scale, bias = (np.broadcast_to(array.reshape(-1), channels or (1,)) for array in arrays)
    limits = _LIMITS[node.op]
    rows = [[_threshold(s, b, *limit) for limit in limits] for s, b in zip(scale, bias, strict=True)]
    constants = {"thresholds": np.array(rows)}
    if np.any(scale < 0):
        constants["falling"] = (scale < 0).astype(np.float64)
    attrs = {"out_scale": 2.0 / len(limits), "out_bias": -1.0}
    return make_node(node.name, "multi_threshold", affine.inputs, shapes, attrs, constants)


def _threshold(scale: float, bias: float, limit: Fraction, above: bool) -> float:
    """The smallest float64 x from which on (scale < 0: below which) scale * x + bias reaches the limit."""
    rest = limit - Fraction(float(bias))
    if scale == 0:
        return _ALWAYS if rest < 0 or (rest == 0 and not above) else _NEVER
    # a falling line reaches the limit up to the place itself, so that the threshold lies above it
    return _smallest_float(rest / Fraction(float(scale)), beyond=above != bool(scale < 0))


def _smallest_float(place: Fraction, beyond: bool) -> float:
    """The smallest float64 that is not below a rational number, or that is above it."""
    try:
        nearest = place.numerator / place.denominator
    except OverflowError:
        return _NEVER if place > 0 else _ALWAYS
    if Fraction(nearest) < place or (beyond and Fraction(nearest) == place):
        nearest = math.nextafter(nearest, math.inf)
    return min(nearest, _NEVER)


def _is_sign(node: Node) -> bool:
    if node.op != "multi_threshold" or node.constants["thresholds"].shape[-1] != 1:
        return False
    return (node.attrs["out_scale"], node.attrs["out_bias"]) == (2.0, -1.0)


def _has_integer_sums(graph: Graph, dense: Node) -> bool:
    """Whether inputs are -1, 0 or 1 and weights are integers whose sums float64 holds."""
    weight = dense.constants["weight"]
    if np.any(weight != np.rint(weight)) or np.abs(weight).sum() >= 2.0**50:
        return False
    source = dense.inputs[0]
    while source not in graph.inputs:
        node = graph.node(source)
        if node.op in _SIGNS or _is_sign(node):
            return True
        if node.op not in _MOVEMENTS:
            return False
        source = node.inputs[0]
    return False


def _integer_bias(node: Node, dense: Node) -> tuple[FloatArray, FloatArray]:
    weight = dense.constants["weight"]
    n_out = weight.shape[-1]
    thresholds = np.broadcast_to(node.constants["thresholds"].ravel(), (n_out,))
    falling = node.constants.get("falling", np.zeros(n_out))
    old = dense.constants.get("bias", np.zeros(n_out))
    bias = np.empty(n_out)
    for o in range(n_out):
        largest = int(np.abs(weight[..., o]).sum())
        lowest = math.ceil(Fraction(float(thresholds[o])) - Fraction(float(old[o])))  # of the sum itself
        lowest = min(max(lowest, -largest), largest + 1)
        bias[o] = lowest - 1 if falling[o] else -lowest
    return np.where(falling == 1, -weight, weight), bias
