"""Batch normalisation as an affine layer, and affine layers folded into what comes before them."""

from __future__ import annotations

import numpy as np

from isobit.errors import GraphError
from isobit.ir import Graph, Node, Shape, make_node
from isobit.ops import REGISTRY
from isobit.ops.affine import BatchNorm
from isobit.ops.layer import Layer
from isobit.passes.rewrite import readers, redirect

_WEIGHTED = ("dense", "conv", "conv_transpose")
"""Layers with a weight whose last axis is that of their outputs."""


def batch_norm_to_affine(graph: Graph) -> Graph:
    """Every ``batch_norm`` as an ``affine`` layer of the same name."""
    shapes = graph.shapes
    nodes = [_as_affine(node, shapes) if node.op == "batch_norm" else node for node in graph]
    return redirect(graph, {}, nodes)


def fold_affine(graph: Graph) -> Graph:
    """Affine layers merged into a preceding dense, convolution or affine layer that nothing else reads.

    Two affine layers become one with the name of the second, whose values it has. A dense layer (or a
    convolution) keeps its own name, under which users know it, and takes over the values of what was folded
    into it; only scales that are constant along all but the last axis can be. An affine layer *before* a
    dense layer is left alone: standardisation of physical inputs is a layer with formats of its own.
    """
    folding = True
    while folding:
        folding = False
        for node in graph:
            if node.op != "affine" or node.inputs[0] in graph.inputs:
                continue
            first = graph.node(node.inputs[0])
            merged = _merged(graph, first, node)
            if merged is not None:
                kept = (merged if n.name == first.name else n for n in graph if n.name != node.name)
                gone = {} if merged.name == node.name else {node.name: merged.name}
                graph = redirect(graph, gone, kept)
                folding = True
                break
    return graph


def _as_affine(node: Node, shapes: dict[str, Shape]) -> Node:
    op = REGISTRY["batch_norm"]
    if not isinstance(op, BatchNorm):
        raise GraphError("the operator batch_norm is not isobit's own")
    scale, bias = op.scale_and_bias(Layer.of(node, shapes))
    return make_node(node.name, "affine", node.inputs, shapes, {}, {"scale": scale, "bias": bias})


def _merged(graph: Graph, first: Node, second: Node) -> Node | None:
    """Both layers as one, or None if that cannot be done."""
    if first.op not in ("affine", *_WEIGHTED) or readers(graph, first.name) != 1:
        return None
    scale, bias = second.constants["scale"], second.constants["bias"]
    shapes = graph.shapes
    if first.op == "affine":
        constants = {
            "scale": first.constants["scale"] * scale,
            "bias": first.constants["bias"] * scale + bias,
        }
        return make_node(second.name, "affine", first.inputs, shapes, {}, constants)
    n_out = first.shape[-1]
    per_output = [array.size == 1 or array.shape[-1:] == (array.size,) for array in (scale, bias)]
    if not all(per_output):
        return None
    scale, bias = (np.broadcast_to(array.reshape(-1), (n_out,)) for array in (scale, bias))
    old_bias = first.constants.get("bias", np.zeros(n_out))
    weight = first.constants["weight"]
    groups = n_out // weight.shape[-1]  # of a transposed convolution, whose weight has a group's outputs last
    by_group = np.repeat(scale.reshape(groups, -1), weight.shape[-2] // groups, axis=0)
    constants = {"weight": weight * by_group, "bias": old_bias * scale + bias}
    return make_node(first.name, first.op, first.inputs, shapes, first.attrs, constants)
