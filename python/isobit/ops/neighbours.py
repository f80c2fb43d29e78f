"""The k nearest neighbours of every node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.errors import ConfigError
from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.argmax import index_format
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op
from isobit.ops.layer import Layer
from isobit.ops.reduce import windows_of_axes
from isobit.ops.sort import sorting_network

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_WIDEST = 62
"""Bits of a squared distance, which leaves one for what is farther than all."""
_FARTHEST = 1e300


class KnnIndices(Op):
    """For every row of (N, D) the indices (N, k) of the nearest rows, the nearest first.

    Squared distances are exact; of equal ones the row with the lower index comes first. With ``loop`` a node
    is a neighbour of its own. A second input is a mask (N): nodes whose mask is 0 are nobody's neighbours,
    and where there are fewer than k others, the remaining indices are N (nowhere).
    """

    name = "knn_indices"
    attributes = declare({"k": Attribute(Kind.INT), "loop": Attribute(Kind.BOOL, False)})
    max_inputs: ClassVar[int | None] = 2

    def shape(self, layer: Layer) -> Shape:
        """(N, k)."""
        nodes, _ = layer.dimensions("the input", layer.input_shape, "N", "D")
        if layer.input_shapes[1:] not in ((), ((nodes,),)):
            raise layer.refuse(f"the mask must have shape {(nodes,)}, not {layer.input_shapes[1]}")
        others = nodes if layer.attrs["loop"] else nodes - 1
        if not 1 <= layer.attrs["k"] <= others:
            raise layer.refuse(f"k is {layer.attrs['k']}, but there are {others} neighbours")
        return (nodes, layer.attrs["k"])

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """Unsigned integers with as many bits as the indices (and nowhere) need."""
        return index_format(layer.input_shape[0] + len(formats) - 1)

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """The mask is 0 or 1."""
        return {1: 2} if len(layer.input_shapes) == 2 else {}

    def lower(self, layer: LayerLowering) -> None:
        """Differences, sums of squares and a sorting network; indices count the other nodes until the end."""
        (nodes, _), k = layer.input_shape, layer.attrs["k"]
        everyone = np.broadcast_to(np.arange(nodes), (nodes, nodes))
        others = everyone if layer.attrs["loop"] else everyone[~np.eye(nodes, dtype=bool)]
        others = others.reshape(nodes, -1)
        distances = _distances(layer, others)
        if len(layer.inputs) == 2:
            distances = _far_if_masked(layer, others, distances)
        masked = len(layer.inputs) == 2
        indices = layer.temporary(nodes * k, index_format(nodes)) if masked else layer.output
        ranks = indices
        if not layer.attrs["loop"]:
            ranks = layer.temporary(nodes * k, index_format(others.shape[1]))
        pairs = sorting_network(others.shape[1], k)
        ints = [nodes, others.shape[1], k, len(pairs), *(place for pair in pairs for place in pair)]
        layer.emit("smallest_indices", inputs=[distances], output=ranks, ints=ints)
        if not layer.attrs["loop"]:
            _skip_oneself(layer, ranks, indices, nodes, k)
        if masked:
            _nowhere_if_masked(layer, indices, nodes, k)


def _distances(layer: LayerLowering, others: np.ndarray[Any, Any]) -> int:
    """The squared distances of every node and others, exact."""
    nodes, length = layer.input_shape
    fmt = layer.input_format()
    bits = 2 * fmt.width + (length - 1).bit_length()
    if bits > _WIDEST:
        raise layer.refuse(
            f"squared distances of {length} coordinates in {fmt} have {bits} bits, and isobit sorts up to "
            f"{_WIDEST}; give {layer.input_names[0]!r} a narrower format",
            ConfigError,
        )
    elements = np.arange(nodes * length).reshape(nodes, length)
    shape = (*others.shape, length)
    own = layer.moved(layer.inputs[0], np.broadcast_to(elements[:, None], shape).ravel())
    theirs = layer.moved(layer.inputs[0], elements[others].ravel())
    differences = layer.temporary(others.size * length, Format(fmt.width + 1, fmt.frac))
    layer.emit("subtract", inputs=[own, theirs], output=differences)
    distances = layer.temporary(others.size, Format(bits, 2 * fmt.frac, signed=False))
    ints = windows_of_axes(shape, (2,))
    layer.emit("reduce_sum_square", inputs=[differences], output=distances, ints=ints)
    return distances


def _far_if_masked(layer: LayerLowering, others: np.ndarray[Any, Any], distances: int) -> int:
    """The distances, or what is farther than all where the mask is 0."""
    near = layer.tensor_format(distances)
    fmt = Format(near.width + 1, near.frac, signed=False)
    far = _everywhere(layer, layer.limit(fmt, 2**near.width, _FARTHEST), fmt, others.size)
    result = layer.temporary(others.size, fmt)
    layer.emit("where", inputs=[layer.moved(layer.inputs[1], others.ravel()), distances, far], output=result)
    return result


def _skip_oneself(layer: LayerLowering, ranks: int, indices: int, nodes: int, k: int) -> None:
    """Indices of all nodes from those of the other nodes: one more from oneself on."""
    positions = layer.positions(nodes)
    numbers = layer.temporary(nodes, layer.constant_format(positions))
    layer.emit("constant", inputs=[], output=numbers, constants=[positions])
    own = layer.moved(numbers, np.repeat(np.arange(nodes), k))
    behind = layer.temporary(nodes * k, Format(1, 0, signed=False))
    layer.emit("less_equal", inputs=[own, ranks], output=behind)
    layer.emit("add", inputs=[ranks, behind], output=indices)


def _nowhere_if_masked(layer: LayerLowering, indices: int, nodes: int, k: int) -> None:
    """The layer's output: indices of nodes whose mask is set, else nowhere."""
    fmt = layer.tensor_format(layer.inputs[1])
    found = layer.temporary(nodes * k, fmt)
    layer.emit("gather_rows", inputs=[layer.inputs[1], indices], output=found, ints=[1, nodes, nodes * k, 1])
    nowhere = _everywhere(layer, layer.exact("nowhere", float(nodes)), index_format(nodes + 1), nodes * k)
    layer.emit("where", inputs=[found, indices, nowhere])


def _everywhere(layer: LayerLowering, constant: dict[str, Any], fmt: Format, count: int) -> int:
    """A tensor of one number."""
    one = layer.temporary(1, fmt)
    layer.emit("constant", inputs=[], output=one, constants=[constant])
    return layer.moved(one, np.zeros(count, dtype=np.int64))
