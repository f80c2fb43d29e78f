"""What graph networks are made of: dense layers on rows, joined rows, and aggregation of edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy.typing as npt

from isobit.errors import GraphError
from isobit.ir import GraphBuilder

Affine = tuple[npt.ArrayLike, npt.ArrayLike | None]
"""Weight of shape (inputs, outputs), and bias (outputs) or None."""

AGGREGATES = ("sum", "mean", "max")


def dense(builder: GraphBuilder, x: str, layer: Affine, name: str) -> str:
    """One dense layer on the last axis."""
    weight, bias = layer
    constants = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    return builder.add("dense", [x], builder.unique(name), constants=constants)


def mlp(
    builder: GraphBuilder,
    x: str,
    layers: Sequence[Affine],
    name: str,
    activation: str = "relu",
    last: str | None = None,
) -> str:
    """Dense layers on the last axis, with an activation between them.

    Parameters
    ----------
    builder : GraphBuilder
    x : str
        Tensor of shape (..., F).
    layers : sequence of (weight, bias)
        Weights of shape (inputs, outputs); a bias may be None.
    name : str
        Prefix of the layers' names.
    activation, last : str
        Operators without attributes, such as ``"relu"``, ``"selu"``, ``"tanh"``: behind every layer but the
        last one, and behind that (None: nothing).

    Returns
    -------
    str
        The resulting tensor.
    """
    for number, layer in enumerate(layers, 1):
        x = dense(builder, x, layer, f"{name}_dense_{number}")
        chosen = activation if number < len(layers) else last
        if chosen is not None:
            x = builder.add(chosen, [x], builder.unique(f"{name}_{chosen}_{number}"))
    return x


def joined(builder: GraphBuilder, tensors: Sequence[str], name: str) -> str:
    """Tensors side by side along their last axis."""
    if len(tensors) == 1:
        return tensors[0]
    axis = len(builder.shapes[tensors[0]]) - 1
    return builder.add("concatenate", tensors, builder.unique(name), {"axis": axis})


def rows_of(builder: GraphBuilder, nodes: str) -> tuple[int, int]:
    """The shape (N, F) of a tensor of nodes."""
    shape = builder.shapes[nodes]
    if len(shape) != 2:
        raise GraphError(f"{nodes!r} has the shape {shape}; nodes are rows of shape (N, F)")
    return shape[0], shape[1]


def check_ends(builder: GraphBuilder, edges: tuple[str, str], name: str) -> None:
    """Raise :class:`GraphError` where senders and receivers are not two lists of one length."""
    shapes = [builder.shapes[index] for index in edges]
    if len(shapes[0]) != 1 or shapes[0] != shapes[1]:
        raise GraphError(
            f"{name!r}: the senders {edges[0]!r} have the shape {shapes[0]} and the receivers {edges[1]!r} "
            f"{shapes[1]}; both hold one index for every edge, of shape (E,)"
        )


def aggregated(builder: GraphBuilder, edges: str, receivers: str, nodes: int, how: str, name: str) -> str:
    """What the rows of edges come to at each of their receivers: ``sum``, ``mean`` or ``max``."""
    check_aggregate(how)
    return builder.add(f"segment_{how}", [edges, receivers], builder.unique(name), {"segments": nodes})


def reduced(builder: GraphBuilder, x: str, axis: int, how: str, name: str) -> str:
    """``sum``, ``mean`` or ``max`` over an axis."""
    check_aggregate(how)
    return builder.add(f"reduce_{how}", [x], builder.unique(name), {"axes": (axis,)})


def check_aggregate(how: str) -> None:
    """Raise :class:`GraphError` for an aggregation that does not exist."""
    if how not in AGGREGATES:
        raise GraphError(f"edges cannot be aggregated by {how!r}; supported: {', '.join(AGGREGATES)}")
