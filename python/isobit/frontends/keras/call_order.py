"""The order in which the calls of a model can be made."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator

from isobit.errors import FileFormatError
from isobit.frontends.keras.nodes import CallSpec
from isobit.frontends.keras.options import shorten
from isobit.frontends.keras.topology import INPUT, Layer, Model

CallKey = tuple[str, int]
"""A layer and the number of its call, counted from 0."""


def call_order(model: Model, inputs: Collection[CallKey]) -> Iterator[tuple[Layer, int, CallSpec]]:
    """Every call after those whose results it takes; otherwise as in the file.

    Parameters
    ----------
    model : Model
        A model.
    inputs : collection of CallKey
        What is there from the beginning.

    Raises
    ------
    FileFormatError
        When a call takes the result of a layer that does not exist, or the layers form a cycle.
    """
    calls = [
        (layer, number, spec)
        for layer in model.layers
        if layer.class_name != INPUT
        for number, spec in enumerate(layer.calls)
    ]
    names = {layer.name for layer in model.layers}
    given = set(inputs)
    users: dict[CallKey, list[int]] = {}
    missing = []
    for position, (_, _, spec) in enumerate(calls):
        needed = set()
        for ref in spec.refs():
            if ref.layer not in names:
                model.layer(ref.layer)
            needed.add((ref.layer, ref.call - model.first_call.get(ref.layer, 0)))
        needed -= given
        missing.append(len(needed))
        for key in needed:
            users.setdefault(key, []).append(position)
    ready = [position for position, count in enumerate(missing) if count == 0]
    left = set(range(len(calls)))
    while ready:
        position = heapq.heappop(ready)
        left.remove(position)
        layer, number, spec = calls[position]
        yield layer, number, spec
        for user in users.pop((layer.name, number), ()):
            missing[user] -= 1
            if missing[user] == 0:
                heapq.heappush(ready, user)
    if left:
        stuck = sorted({calls[position][0].name for position in left})
        raise FileFormatError(
            f"model {model.name!r}: the layers {shorten(stuck)} form a cycle or are not connected to an input"
        )
