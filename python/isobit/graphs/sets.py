"""Deep sets."""

from __future__ import annotations

from collections.abc import Sequence

from isobit.graphs.parts import Affine, check_aggregate, mlp, reduced, rows_of
from isobit.ir import GraphBuilder


def deep_sets(
    builder: GraphBuilder,
    nodes: str,
    phi: Sequence[Affine],
    rho: Sequence[Affine],
    name: str,
    *,
    mask: str | None = None,
    aggregate: str = "mean",
    activation: str = "relu",
) -> str:
    """A function of a set (Zaheer et al., arXiv:1703.06114; jets on FPGAs: 2402.01876).

    ``rho(aggregate over the nodes of phi(node))``.

    Parameters
    ----------
    builder : GraphBuilder
    nodes : str
        Tensor of shape (N, F).
    phi, rho : sequence of (weight, bias)
        See :func:`mlp`; the activation follows the last layer of phi, but not that of rho.
    name : str
        Prefix of the layers' names.
    mask : str, optional
        Tensor of shape (N), 1 for members of the set and 0 for padding. A mean is then over the members only.
    aggregate : {"sum", "mean", "max"}
    activation : str

    Returns
    -------
    str
        Tensor of shape (...).
    """
    rows_of(builder, nodes)
    check_aggregate(aggregate)
    each = mlp(builder, nodes, phi, f"{name}_phi", activation, last=activation)
    if mask is None:
        pooled = reduced(builder, each, 0, aggregate, f"{name}_{aggregate}")
    else:
        outside = builder.add("logical_not", [mask], builder.unique(f"{name}_outside"))
        one = builder.add(
            f"segment_{aggregate}",
            [each, outside, mask],
            builder.unique(f"{name}_{aggregate}"),
            {"segments": 1},
        )
        shape = builder.shapes[one][1:]
        pooled = builder.add("reshape", [one], builder.unique(f"{name}_pooled"), {"shape": shape})
    return mlp(builder, pooled, rho, f"{name}_rho", activation)
