"""Interaction networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isobit.graphs.parts import Affine, aggregated, check_ends, joined, mlp, reduced, rows_of
from isobit.ir import GraphBuilder


def interaction_network(
    builder: GraphBuilder,
    nodes: str,
    edges: tuple[str, str] | None,
    edge_model: Sequence[Affine],
    node_model: Sequence[Affine],
    name: str,
    *,
    edge_features: str | None = None,
    aggregate: str = "sum",
    activation: str = "relu",
) -> tuple[str, str]:
    """One step of an interaction network (Battaglia et al., arXiv:1612.00222; jets: JEDI-net, 1908.05318).

    The effect of an edge is ``edge_model([receiver, sender, edge features])``; the new rows of nodes are
    ``node_model([node, aggregated effects of its incoming edges])``.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F).
    edges : (senders, receivers) or None
        Tensors of indices, of shape (E); None for all N (N - 1) pairs of different nodes, which needs no
        indices and is faster.
    edge_model, node_model : sequence of (weight, bias)
        See :func:`mlp`; the activation follows the last layer, too.
    name : str
        Prefix of the layers' names.
    edge_features : str, optional
        Tensor of shape (E, G); for all pairs: receiver by receiver, senders in order.
    aggregate : {"sum", "mean", "max"}
    activation : str

    Returns
    -------
    (str, str)
        New nodes (N, ...), and effects (E, ...).
    """
    count, _ = rows_of(builder, nodes)
    if edges is None:
        others = np.array([[j for j in range(count) if j != i] for i in range(count)])
        owners = np.repeat(np.arange(count), count - 1)
        ends = [
            builder.add(
                "take",
                [nodes],
                builder.unique(f"{name}_{end}"),
                {"axis": 0, "indices": chosen.ravel().tolist()},
            )
            for end, chosen in (("received", owners), ("sent", others))
        ]
    else:
        check_ends(builder, edges, name)
        senders, receivers = edges
        ends = [
            builder.add("gather_rows", [nodes, index], builder.unique(f"{name}_{end}"))
            for end, index in (("received", receivers), ("sent", senders))
        ]
    features = [] if edge_features is None else [edge_features]
    pairs = joined(builder, [*ends, *features], f"{name}_pairs")
    effects = mlp(builder, pairs, edge_model, f"{name}_edge", activation, last=activation)
    if edges is None:
        by_node = (count, count - 1, builder.shapes[effects][1])
        table = builder.add("reshape", [effects], builder.unique(f"{name}_by_node"), {"shape": by_node})
        total = reduced(builder, table, 1, aggregate, f"{name}_{aggregate}")
    else:
        total = aggregated(builder, effects, edges[1], count, aggregate, f"{name}_{aggregate}")
    objects = joined(builder, [nodes, total], f"{name}_objects")
    return mlp(builder, objects, node_model, f"{name}_node", activation, last=activation), effects
