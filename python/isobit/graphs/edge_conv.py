"""Convolutions over the k nearest neighbours, which are found at run time."""

from __future__ import annotations

from collections.abc import Sequence

from isobit.graphs.parts import Affine, dense, joined, mlp, reduced, rows_of
from isobit.ir import GraphBuilder


def edge_conv(
    builder: GraphBuilder,
    nodes: str,
    layers: Sequence[Affine],
    k: int,
    name: str,
    *,
    coordinates: str | None = None,
    aggregate: str = "max",
    activation: str = "relu",
) -> str:
    """EdgeConv (Wang et al., arXiv:1801.07829; ParticleNet: 1902.08570).

    Row i becomes the aggregate over its k nearest neighbours j of ``mlp([x_i, x_j - x_i])``.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F).
    layers : sequence of (weight, bias)
        The first takes 2 F elements; the activation follows the last layer, too.
    k : int
        Below N: a node is not its own neighbour.
    name : str
        Prefix of the layers' names.
    coordinates : str, optional
        Tensor of shape (N, D) in which neighbours are sought; by default the nodes themselves.
    aggregate : {"sum", "mean", "max"}
    activation : str

    Returns
    -------
    str
        Tensor of shape (N, ...).
    """
    count, length = rows_of(builder, nodes)
    indices = neighbours(builder, nodes if coordinates is None else coordinates, k, name)
    around = builder.add("gather", [nodes, indices], builder.unique(f"{name}_neighbours"), {"axis": 0})
    own = builder.add("reshape", [nodes], builder.unique(f"{name}_nodes"), {"shape": (count, 1, length)})
    repeated = builder.add(
        "broadcast_to", [own], builder.unique(f"{name}_repeated"), {"shape": (count, k, length)}
    )
    offset = builder.add("subtract", [around, repeated], builder.unique(f"{name}_offsets"))
    pairs = joined(builder, [repeated, offset], f"{name}_pairs")
    messages = mlp(builder, pairs, layers, f"{name}_edge", activation, last=activation)
    return reduced(builder, messages, 1, aggregate, f"{name}_{aggregate}")


def gravnet(
    builder: GraphBuilder,
    nodes: str,
    coordinates: Affine,
    features: Affine,
    output: Affine,
    k: int,
    name: str,
    *,
    activation: str | None = "tanh",
) -> str:
    """GravNet (Qasim et al., arXiv:1902.07987).

    Dense layers give each node learned coordinates and features. The features of its k nearest neighbours,
    weighted with ``exp(-10 d**2)``, are averaged and maximised; ``output`` takes ``[node, mean, max]``.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F).
    coordinates, features, output : (weight, bias)
        Of shapes (F, S), (F, P) and (F + 2 P, ...).
    k : int
    name : str
        Prefix of the layers' names.
    activation : str, optional
        Of the output.

    Returns
    -------
    str
        Tensor of shape (N, ...).
    """
    count, _ = rows_of(builder, nodes)
    space = dense(builder, nodes, coordinates, f"{name}_coordinates")
    learned = dense(builder, nodes, features, f"{name}_features")
    indices = neighbours(builder, space, k, name)
    around = builder.add("gather", [space, indices], builder.unique(f"{name}_positions"), {"axis": 0})
    own_shape = (count, 1, builder.shapes[space][1])
    own = builder.add("reshape", [space], builder.unique(f"{name}_position"), {"shape": own_shape})
    offset = builder.add("subtract", [around, own], builder.unique(f"{name}_offsets"))
    squared = builder.add(
        "reduce_sum_square", [offset], builder.unique(f"{name}_distances"), {"axes": (2,), "keepdims": True}
    )
    scaled = builder.add(
        "affine", [squared], builder.unique(f"{name}_exponents"), constants={"scale": -10.0, "bias": 0.0}
    )
    weights = builder.add("exp", [scaled], builder.unique(f"{name}_weights"))
    seen = builder.add("gather", [learned, indices], builder.unique(f"{name}_seen"), {"axis": 0})
    weighted = builder.add("multiply", [seen, weights], builder.unique(f"{name}_weighted"))
    both = [reduced(builder, weighted, 1, how, f"{name}_{how}") for how in ("mean", "max")]
    result = dense(builder, joined(builder, [nodes, *both], f"{name}_joined"), output, f"{name}_output")
    return (
        result if activation is None else builder.add(activation, [result], builder.unique(f"{name}_result"))
    )


def neighbours(builder: GraphBuilder, coordinates: str, k: int, name: str) -> str:
    """Indices (N, k) of the nearest other rows."""
    return builder.add("knn_indices", [coordinates], builder.unique(f"{name}_nearest"), {"k": k})
