"""The k largest or smallest elements along one axis, by a fixed network of compare-exchanges.

The network is Batcher's odd-even merge sort (AFIPS 32, 1968), without the exchanges that cannot reach
the first k places. Two operators give values and indices; of equal elements the one with the lower index
comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.argmax import index_format
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_LONGEST = 2**15


class TopKValues(Op):
    """The elements themselves, in order (descending, if they are the largest); ``sorted=False`` sorts too."""

    name = "top_k_values"
    result = "values"
    attributes = declare(
        {
            "k": Attribute(Kind.INT),
            "axis": Attribute(Kind.INT, None),
            "largest": Attribute(Kind.BOOL, True),
            "sorted": Attribute(Kind.BOOL, True),
        }
    )

    def shape(self, layer: Layer) -> Shape:
        """K elements along the axis."""
        length = layer.input_shape[layer.axis()]
        if not 1 <= layer.attrs["k"] <= length <= _LONGEST:
            raise layer.refuse(
                f"cannot take the first {layer.attrs['k']} of {length} elements; supported are "
                f"1 to all of at most {_LONGEST}"
            )
        return layer.replaced(layer.axis(), layer.attrs["k"])

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """That of the input: nothing is computed."""
        return formats[0]

    def lower(self, layer: LayerLowering) -> None:
        """One cell over rows, between gathers when the axis is not the last."""
        attrs, source, target = layer.attrs, layer.input_shape, layer.shape
        axis = layer.axis()
        n, k = source[axis], attrs["k"]
        cell = f"{'largest' if attrs['largest'] else 'smallest'}_{self.result}"
        pairs = sorting_network(n, k)
        ints = [size(source) // n, n, k, len(pairs), *(place for pair in pairs for place in pair)]
        if axis == len(source) - 1:
            layer.emit(cell, ints=ints)
            return
        order = np.moveaxis(np.arange(size(source)).reshape(source), axis, -1)
        rows = layer.moved(layer.inputs[0], order.ravel())
        result = layer.temporary(size(target), layer.tensor_format(layer.output))
        layer.emit(cell, inputs=[rows], output=result, ints=ints)
        turned = np.arange(size(target)).reshape(*target[:axis], *target[axis + 1 :], k)
        layer.gather(np.moveaxis(turned, -1, axis).ravel(), inputs=[result])


class TopKIndices(TopKValues):
    """Where the elements were, as unsigned integers with as many bits as the axis needs."""

    name = "top_k_indices"
    result = "indices"

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``ufixed<b,b>``, with b bits for the largest index."""
        return index_format(layer.input_shape[layer.axis()])


@lru_cache(maxsize=32)
def sorting_network(n: int, k: int) -> tuple[tuple[int, int], ...]:
    """Pairs (i, j), i < j, whose exchanges in order bring the first k of n elements to their places.

    Every exchange leaves the element that comes first at the lower place, so that the network for the next
    power of two serves: what would be beyond n stays there.
    """
    pairs = []
    run = 1
    while run < n:
        step = run
        while step >= 1:
            for start in range(step % run, n - step, 2 * step):
                for i in range(start, min(start + step, n - step)):
                    if i // (2 * run) == (i + step) // (2 * run):
                        pairs.append((i, i + step))
            step //= 2
        run *= 2
    wanted, kept = set(range(k)), []
    for i, j in reversed(pairs):
        if i in wanted or j in wanted:
            wanted |= {i, j}
            kept.append((i, j))
    return tuple(reversed(kept))
