"""GarNet: aggregators instead of edges."""

from __future__ import annotations

from isobit.graphs.parts import Affine, dense, rows_of
from isobit.ir import GraphBuilder


def garnet(
    builder: GraphBuilder,
    nodes: str,
    features: Affine,
    distances: Affine,
    output: Affine,
    name: str,
    *,
    mask: str | None = None,
) -> str:
    """GarNet (Qasim et al., arXiv:1902.07987; on FPGAs: 2008.03601).

    Dense layers give each node P features f and its distances d to A aggregators. Aggregator a collects the
    mean over all nodes of ``exp(-d_a**2) f``, and gives it back to each node with the same weight; ``output``
    takes the A P numbers that a node gets.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F).
    features, distances, output : (weight, bias)
        Of shapes (F, P), (F, A) and (A P, ...).
    name : str
        Prefix of the layers' names.
    mask : str, optional
        Tensor of shape (N), 1 for nodes and 0 for padding, which then gives and gets nothing. The mean is
        over all N, as in the paper.

    Returns
    -------
    str
        Tensor of shape (N, ...).
    """
    count, _ = rows_of(builder, nodes)
    learned = dense(builder, nodes, features, f"{name}_features")
    space = dense(builder, nodes, distances, f"{name}_distances")
    squared = builder.add("square", [space], builder.unique(f"{name}_squared"))
    negative = builder.add("neg", [squared], builder.unique(f"{name}_exponents"))
    weights = builder.add("exp", [negative], builder.unique(f"{name}_weights"))
    if mask is not None:
        column = builder.add("reshape", [mask], builder.unique(f"{name}_mask"), {"shape": (count, 1)})
        weights = builder.add("multiply", [weights, column], builder.unique(f"{name}_masked"))
    length, aggregators = builder.shapes[learned][1], builder.shapes[space][1]
    by_node = builder.add(
        "reshape", [weights], builder.unique(f"{name}_columns"), {"shape": (count, aggregators, 1)}
    )
    rows = builder.add("reshape", [learned], builder.unique(f"{name}_rows"), {"shape": (count, 1, length)})
    given = builder.add("multiply", [by_node, rows], builder.unique(f"{name}_given"))
    collected = builder.add("reduce_mean", [given], builder.unique(f"{name}_collected"), {"axes": (0,)})
    returned = builder.add("multiply", [by_node, collected], builder.unique(f"{name}_returned"))
    flat = builder.add(
        "reshape", [returned], builder.unique(f"{name}_flat"), {"shape": (count, aggregators * length)}
    )
    return dense(builder, flat, output, f"{name}_output")
