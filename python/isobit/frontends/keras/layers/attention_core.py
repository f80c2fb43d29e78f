"""Scaled dot-product attention (Vaswani et al., arXiv:1706.03762) of projected queries, keys and values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.masks import excluded, reshaped
from isobit.ir import Shape


@dataclass(frozen=True)
class Heads:
    """How attention is split into heads.

    Parameters
    ----------
    count, groups : int
        Heads of queries, and of keys and values.
    size, value_size : int
        Features of a head, of queries and keys and of values.
    axes : tuple of int
        The axes (without the batch) that queries attend along; others are like a batch.
    """

    count: int
    groups: int
    size: int
    value_size: int
    axes: tuple[int, ...]

    @property
    def projections(self) -> tuple[tuple[int, int], ...]:
        """Heads and size of query, key and value."""
        return ((self.count, self.size), (self.groups, self.size), (self.groups, self.value_size))


def attend(
    call: Call, projected: Sequence[Tensor], heads: Heads, mask: Tensor | None, wanted: bool, zero_rows: bool
) -> tuple[Tensor, Tensor | None]:
    """The attention of query, key and value of shape (..., heads, size).

    Parameters
    ----------
    mask : Tensor or None
        Where queries may attend, (queries, keys) or with axes for heads and the rest in front.
    wanted : bool
        Whether the weights are wanted too.
    zero_rows : bool
        What a query gets that may attend to nothing: nothing, or the mean of all values.

    Returns
    -------
    The result of shape (..., heads, value size), and the weights as Keras returns them.
    """
    query, key, value = (_heads_first(call, tensor, heads.axes) for tensor in projected)
    scale = 1.0 / math.sqrt(heads.size)
    if heads.groups != heads.count:
        repeats = np.repeat(np.arange(heads.groups), heads.count // heads.groups)
        key, value = (
            call.emit("take", [x], {"axis": 0, "indices": tuple(map(int, repeats))}, suffix="repeat")
            for x in (key, value)
        )
    weights = None
    if mask is None and not wanted:
        result = call.emit(
            "scaled_dot_product_attention", [query, key, value], {"scale": scale}, suffix="attention"
        )
    else:
        weights = _weights(call, query, key, scale, mask, zero_rows)
        result = call.emit("matmul", [weights, value], suffix="attention")
    back = _heads_back(call, result, projected[0].shape, heads.axes)
    return back, _as_returned(call, weights, projected, heads) if wanted and weights is not None else None


def _weights(
    call: Call, query: Tensor, key: Tensor, scale: float, mask: Tensor | None, zero_rows: bool
) -> Tensor:
    """How much every query takes of every key: a softmax over the keys."""
    rank = len(key.shape)
    swapped = call.emit(
        "transpose", [key], {"perm": (*range(rank - 2), rank - 1, rank - 2)}, suffix="transposed_key"
    )
    scores = call.emit("matmul", [query, swapped], suffix="score")
    constants = {"scale": np.array(scale), "bias": np.zeros(())}
    scores = call.emit("affine", [scores], constants=constants, suffix="scaled")
    if mask is None:
        return call.emit("softmax", [scores], suffix="weights")
    if len(mask.shape) > 2 and len(mask.shape) < rank:
        # An axis of heads is missing right before queries and keys.
        shape = (*mask.shape[:-2], *[1] * (rank - len(mask.shape)), *mask.shape[-2:])
        mask = reshaped(call, mask, shape, "mask")
    scores, spread = excluded(call, scores, mask)
    weights = call.emit("softmax", [scores], suffix="weights")
    return call.emit("multiply", [weights, spread], suffix="masked_weights") if zero_rows else weights


def _heads_first(call: Call, tensor: Tensor, axes: tuple[int, ...]) -> Tensor:
    """(..., heads, size) as (other axes, heads, positions, size)."""
    rank = len(tensor.shape)
    others = [axis for axis in range(rank - 2) if axis not in axes]
    perm = (*others, rank - 2, *axes, rank - 1)
    moved = call.emit("transpose", [tensor], {"perm": perm}, suffix="heads_first")
    kept = moved.shape[: len(others) + 1]
    return reshaped(call, moved, (*kept, math.prod(tensor.shape[axis] for axis in axes), tensor.shape[-1]))


def _heads_back(call: Call, tensor: Tensor, query: Shape, axes: tuple[int, ...]) -> Tensor:
    """The inverse, for a result with the positions of the query."""
    rank = len(query)
    others = [axis for axis in range(rank - 2) if axis not in axes]
    perm = (*others, rank - 2, *axes, rank - 1)
    shape = (*tensor.shape[:-2], *(query[axis] for axis in axes), tensor.shape[-1])
    back = tuple(int(axis) for axis in np.argsort(perm))
    return call.emit("transpose", [reshaped(call, tensor, shape)], {"perm": back}, suffix="heads_back")


def _as_returned(call: Call, weights: Tensor, projected: Sequence[Tensor], heads: Heads) -> Tensor:
    """The weights with one axis for every attention axis of queries, then of keys."""
    query, key, _ = (tensor.shape for tensor in projected)
    positions = (*(query[axis] for axis in heads.axes), *(key[axis] for axis in heads.axes))
    return reshaped(call, weights, (*weights.shape[:-2], *positions), "scores")
