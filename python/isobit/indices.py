"""Inputs that hold indices or lengths: which integers are legal, and the checks before any work is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import ConfigError, InputError
from isobit.formats import Format
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.ops.layer import Layer


@dataclass(frozen=True)
class IndexRange:
    """What an input that holds indices (or lengths, numbers of steps that count) may hold.

    Attributes
    ----------
    count : int
        0 to ``count - 1`` are legal.
    layer : str
        The layer that reads them.
    """

    count: int
    layer: str

    @property
    def format(self) -> Format:
        """The smallest unsigned integers that hold them all."""
        return Format(max((self.count - 1).bit_length(), 1), 0, signed=False)

    def check_format(self, name: str, fmt: Format) -> None:
        """Raise :class:`ConfigError` unless a format that is asked for holds every legal index."""
        if fmt.frac != 0 or fmt.max < self.count - 1:
            raise ConfigError(
                f"input {name!r} holds indices or lengths from 0 to {self.count - 1} (layer {self.layer!r}), "
                f"for which the format {fmt} will not do; leave it open, or give it an integer format such "
                f"as uint<{self.format.width}>"
            )


def index_inputs(graph: Graph) -> dict[str, IndexRange]:
    """The inputs of a graph that hold indices, also where they are reshaped, cut or joined before use.

    An input that several layers read has the smallest of their ranges.
    """
    shapes = graph.shapes
    asked: dict[str, IndexRange] = {}
    for node in reversed(graph.nodes):
        result = asked.get(node.name)
        layer = Layer.of(node, shapes)
        counts = REGISTRY[node.op].index_ranges(layer, None if result is None else result.count)
        for number, count in counts.items():
            name = node.inputs[number]
            asker = result.layer if result is not None and count == result.count else node.name
            if name not in asked or count < asked[name].count:
                asked[name] = IndexRange(count, asker)
    return {name: asked[name] for name in graph.inputs if name in asked}


def check_indices(arrays: Mapping[str, npt.NDArray[Any]], ranges: Mapping[str, IndexRange]) -> None:
    """Raise :class:`InputError` unless every index of every input is an integer in its range.

    Parameters
    ----------
    arrays : mapping of str to array of shape (n, *shape)
        Values (or raws, which are the same for indices) by input.
    ranges : mapping of str to IndexRange
        Of the inputs that hold indices.
    """
    for name, legal in ranges.items():
        array = arrays[name]
        if array.size == 0:
            continue
        wrong = (array < 0) | (array >= legal.count)
        if array.dtype.kind == "f":
            wrong |= array != np.floor(array)
        if wrong.any():
            sample, *element = (int(i) for i in np.argwhere(wrong)[0])
            where = f", element {element[0] if len(element) == 1 else tuple(element)}" if element else ""
            raise InputError(
                f"input {name!r}: sample {sample}{where} is {array[(sample, *element)]}, but the "
                f"layer {legal.layer!r} takes it for an index or a length: an integer from 0 to "
                f"{legal.count - 1} ({int(wrong.sum())} such value(s) in all)"
            )
