"""Events of any size in arrays of a fixed capacity."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PaddedGraphs:
    """Graphs of one capacity; padded nodes are zero, padded edges lead from and to N.

    Attributes
    ----------
    nodes : float64 array of shape (n, N, F)
    senders, receivers : int64 arrays of shape (n, E)
    mask : int64 array of shape (n, N)
        1 for nodes, 0 for padding.
    edge_features : float64 array of shape (n, E, G) or None
    """

    nodes: FloatArray
    senders: IntArray
    receivers: IntArray
    mask: IntArray
    edge_features: FloatArray | None


def pad(
    nodes: Sequence[npt.ArrayLike],
    edges: Sequence[npt.ArrayLike],
    capacity: tuple[int, int],
    edge_features: Sequence[npt.ArrayLike] | None = None,
) -> PaddedGraphs:
    """Ragged events as arrays of a fixed capacity.

    Parameters
    ----------
    nodes : sequence of arrays of shape (N_i, F)
        One for each event.
    edges : sequence of integer arrays of shape (E_i, 2)
        Sender and receiver of each edge, rows of the event's nodes. (PyTorch Geometric's ``edge_index`` is
        the transpose.)
    capacity : (int, int)
        N and E: the most nodes and edges.
    edge_features : sequence of arrays of shape (E_i, G), optional

    Raises
    ------
    InputError
        For events over capacity, indices that are no node of their event, and shapes or types that do not
        fit; names the event and the sizes. Nothing is cut off.
    """
    most_nodes, most_edges = _capacity(capacity)
    features = None if edge_features is None else list(edge_features)
    counts = {"nodes": len(nodes), "edges": len(edges)} | (
        {} if features is None else {"edge_features": len(features)}
    )
    if len(set(counts.values())) != 1 or not nodes:
        raise InputError(f"there must be as many events everywhere, and at least one, not {counts}")
    rows = [_table(f"nodes of event {i}", array) for i, array in enumerate(nodes)]
    ends = [_edges(i, array, len(rows[i])) for i, array in enumerate(edges)]
    for i in range(len(rows)):
        if len(rows[i]) > most_nodes or len(ends[i]) > most_edges:
            raise InputError(
                f"event {i} has {len(rows[i])} nodes and {len(ends[i])} edges, over the capacity of "
                f"{most_nodes} nodes and {most_edges} edges; raise it, or drop some by a rule of your own"
            )
    mask = np.array([[1] * len(row) + [0] * (most_nodes - len(row)) for row in rows], dtype=np.int64)
    both = np.full((len(rows), most_edges, 2), most_nodes, dtype=np.int64)
    for i, pairs in enumerate(ends):
        both[i, : len(pairs)] = pairs
    of_edges = None
    if features is not None:
        tables = [_table(f"edge features of event {i}", array) for i, array in enumerate(features)]
        for i, table in enumerate(tables):
            if len(table) != len(ends[i]):
                raise InputError(f"event {i} has {len(ends[i])} edges, but features of {len(table)}")
        of_edges = _stacked(tables, most_edges, "edge features")
    return PaddedGraphs(_stacked(rows, most_nodes, "nodes"), both[..., 0], both[..., 1], mask, of_edges)


def _capacity(given: tuple[int, int]) -> tuple[int, int]:
    try:
        most_nodes, most_edges = (operator.index(number) for number in given)
    except (TypeError, ValueError):
        raise InputError(f"capacity is {given!r}; expected are two integers, of nodes and of edges") from None
    if most_nodes < 1 or most_edges < 0:
        raise InputError(
            f"capacity is {given!r}; there must be room for a node, and edges cannot be negative"
        )
    return most_nodes, most_edges


def _table(what: str, data: npt.ArrayLike) -> FloatArray:
    try:
        array = np.asarray(data, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} are no rectangular array of numbers: {error}") from None
    if array.ndim != 2:
        raise InputError(f"{what} have the shape {array.shape}; expected is (count, features)")
    return array


def _edges(event: int, data: npt.ArrayLike, nodes: int) -> IntArray:
    try:
        array: npt.NDArray[Any] = np.asarray(data)
    except ValueError as error:
        raise InputError(f"edges of event {event} are no rectangular array: {error}") from None
    if array.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise InputError(
            f"edges of event {event} are {array.dtype} of shape {array.shape}; expected are integers of "
            "shape (count, 2)"
        )
    wrong = (array < 0) | (array >= nodes)
    if wrong.any():
        edge, end = (int(i) for i in np.argwhere(wrong)[0])
        raise InputError(
            f"event {event}: the {('sender', 'receiver')[end]} of edge {edge} is {array[edge, end]}, but "
            f"the event has {nodes} nodes"
        )
    return array.astype(np.int64)


def _stacked(tables: Sequence[FloatArray], capacity: int, what: str) -> FloatArray:
    widths = {table.shape[1] for table in tables}
    if len(widths) != 1:
        raise InputError(f"the events have {what} of different lengths: {sorted(widths)}")
    result = np.zeros((len(tables), capacity, widths.pop()))
    for i, table in enumerate(tables):
        result[i, : len(table)] = table
    return result
