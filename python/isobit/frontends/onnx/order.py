"""The nodes of a graph so that each comes after what it reads; damaged structure is refused here."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import label
from isobit.frontends.onnx.messages import NodeProto


def ordered(nodes: Sequence[NodeProto], given: Iterable[str], outputs: Iterable[str]) -> list[NodeProto]:
    """The nodes in an order in which they can be computed, the file's own order where that is one.

    Parameters
    ----------
    nodes : sequence of NodeProto
        As they stand in the file.
    given : iterable of str
        Names that are there from the start: inputs and initializers.
    outputs : iterable of str
        Names that the graph must make.

    Raises
    ------
    FileFormatError
        When a name is made twice or not at all, or the graph has a cycle.
    """
    known = set(given)
    maker: dict[str, int] = {}
    for i, node in enumerate(nodes):
        for name in filter(None, node.output):
            if name in maker or name in known:
                raise FileFormatError(
                    f"{name!r}, made by node {label(node)!r}, has the name of another tensor"
                )
            maker[name] = i
    for name in outputs:
        if name not in maker and name not in known:
            raise FileFormatError(f"output {name!r} is made by no node")
    waiting: list[set[int]] = []
    readers: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        needs = set()
        for name in filter(None, node.input):
            if name in maker:
                needs.add(maker[name])
            elif name not in known:
                raise FileFormatError(
                    f"node {label(node)!r} ({node.op_type}) reads {name!r}, which nothing makes"
                )
        waiting.append(needs)
        for j in needs:
            readers.setdefault(j, []).append(i)
    return [nodes[i] for i in _sorted(nodes, waiting, readers)]


def _sorted(nodes: Sequence[NodeProto], waiting: list[set[int]], readers: dict[int, list[int]]) -> list[int]:
    """Kahn's algorithm over positions; ready nodes are taken in the order of the file."""
    missing = [len(needs) for needs in waiting]
    ready = [i for i, count in enumerate(missing) if count == 0]
    order = []
    while ready:
        i = heapq.heappop(ready)
        order.append(i)
        for j in readers.get(i, ()):
            missing[j] -= 1
            if missing[j] == 0:
                heapq.heappush(ready, j)
    if len(order) < len(nodes):
        raise FileFormatError(f"the graph has a cycle: {_cycle(nodes, waiting, set(order))}")
    return order


def _cycle(nodes: Sequence[NodeProto], waiting: list[set[int]], done: set[int]) -> str:
    """One cycle among the nodes that could not be ordered, in words."""
    i = next(i for i in range(len(nodes)) if i not in done)
    path: list[int] = []
    seen: dict[int, int] = {}
    while i not in seen:
        seen[i] = len(path)
        path.append(i)
        i = next(j for j in waiting[i] if j not in done)
    cycle = path[seen[i] :][::-1]
    first = cycle.index(min(cycle))
    names = [repr(label(nodes[j])) for j in (*cycle[first:], *cycle[:first])]
    shown = [*names[:8], "..."] if len(names) > 8 else names
    return " -> ".join([*shown, names[0]])
