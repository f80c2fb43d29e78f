"""Gated graph networks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isobit.errors import GraphError
from isobit.graphs.parts import Affine, aggregated, check_ends, dense, rows_of
from isobit.ir import GraphBuilder

Gates = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]
"""Weight (M, 3 F), recurrent weight (F, 3 F), bias and recurrent bias (3 F); gates z, r, h as in Keras."""


def gated_graph_network(
    builder: GraphBuilder,
    nodes: str,
    edges: tuple[str, str],
    message: Affine,
    gates: Gates,
    steps: int,
    name: str,
    *,
    aggregate: str = "sum",
) -> str:
    """Message passing with a GRU update (Li et al., arXiv:1511.05493; pile-up: 1810.07988).

    In every step a node receives m, the aggregate of ``dense(message)`` of its neighbours, and its state h
    becomes the result of a GRU (``reset_after``): z and r are sigmoids of ``m W + b + h U + c``, the
    candidate is ``g = tanh(m W_h + b_h + r (h U_h + c_h))``, and ``h = g + z (h - g)``. All steps share their
    weights.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F): the first states.
    edges : (senders, receivers)
        Tensors of indices, of shape (E). Give both directions of an undirected edge.
    message : (weight, bias)
        Of shape (F, M); applied to nodes, before they are gathered.
    gates : (weight, recurrent weight, bias, recurrent bias)
        In the layout of Keras's GRU.
    steps : int
    name : str
        Prefix of the layers' names.
    aggregate : {"sum", "mean", "max"}

    Returns
    -------
    str
        The last states, (N, F).
    """
    check_ends(builder, edges, name)
    count, length = rows_of(builder, nodes)
    weight, recurrent_weight, bias, recurrent_bias = (np.asarray(array, dtype=np.float64) for array in gates)
    if recurrent_weight.shape != (length, 3 * length):
        raise GraphError(
            f"{name!r}: the recurrent weight has the shape {recurrent_weight.shape}; for nodes of {length} "
            f"elements it is {(length, 3 * length)}"
        )
    if steps < 1:
        raise GraphError(f"{name!r}: steps is {steps}, but must be positive")
    state = nodes
    for step in range(1, steps + 1):
        label = f"{name}_{step}"
        sent = dense(builder, state, message, f"{label}_message")
        along = builder.add("gather_rows", [sent, edges[0]], builder.unique(f"{label}_sent"))
        heard = aggregated(builder, along, edges[1], count, aggregate, f"{label}_{aggregate}")
        given = dense(builder, heard, (weight, bias), f"{label}_input_gates")
        kept = dense(builder, state, (recurrent_weight, recurrent_bias), f"{label}_state_gates")
        update, reset = (_gate(builder, given, kept, part, length, label) for part in (0, 1))
        old = builder.add(
            "multiply",
            [reset, _part(builder, kept, 2, length, label)],
            builder.unique(f"{label}_reset_state"),
        )
        new = builder.add(
            "add", [_part(builder, given, 2, length, label), old], builder.unique(f"{label}_sum")
        )
        candidate = builder.add("tanh", [new], builder.unique(f"{label}_candidate"))
        change = builder.add("subtract", [state, candidate], builder.unique(f"{label}_difference"))
        kept_change = builder.add("multiply", [update, change], builder.unique(f"{label}_kept"))
        state = builder.add("add", [candidate, kept_change], builder.unique(f"{label}_state"))
    return state


def _part(builder: GraphBuilder, gates: str, number: int, length: int, label: str) -> str:
    """One of the three parts of a row of gates."""
    rows, _ = rows_of(builder, gates)
    attrs = {"starts": (0, number * length), "stops": (rows, (number + 1) * length), "steps": (1, 1)}
    return builder.add("slice", [gates], builder.unique(f"{label}_part"), attrs)


def _gate(builder: GraphBuilder, given: str, kept: str, number: int, length: int, label: str) -> str:
    """The sigmoid of the sum of a part of both rows of gates."""
    parts = [_part(builder, gates, number, length, label) for gates in (given, kept)]
    total = builder.add("add", parts, builder.unique(f"{label}_gate_sum"))
    return builder.add("sigmoid", [total], builder.unique(f"{label}_{('update', 'reset')[number]}"))
