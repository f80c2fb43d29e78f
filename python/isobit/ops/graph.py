"""Graphs: rows read by index, and what the rows of each segment come to.

Nodes are the rows of an array of shape (N, ...), edges name theirs by index. An index of N, one behind the
last node, is *nowhere*: it reads zeros, and what goes there is dropped. Padded edges point there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from isobit.errors import ConfigError
from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, RECIPROCAL_TABLE
from isobit.ops.softmax import RECIPROCAL

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Gather(Op):
    """Entries along ``axis`` by indices that are computed or given at run time (``numpy.take``).

    The second input holds the indices, 0 to n-1 for an axis of length n; others are refused before any work
    where they come with the data, and read zeros where they are computed.
    """

    name = "gather"
    attributes = declare({"axis": Attribute(Kind.INT, 0)})
    min_inputs = 2
    max_inputs: ClassVar[int | None] = 2
    may_be_nowhere: ClassVar[bool] = False

    def shape(self, layer: Layer) -> Shape:
        """The shape of the first input, with that of the indices in place of the axis."""
        return layer.replaced(layer.axis(0), *layer.input_shapes[1])

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of what is read: nothing is computed."""
        return formats[0]

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Indices of the axis (and nowhere); the entries themselves may be indices, too."""
        rows = layer.input_shape[layer.axis(0)] + int(self.may_be_nowhere)
        return {1: rows} if result is None else {0: result, 1: rows}

    def lower(self, layer: LayerLowering) -> None:
        """One ``gather_rows`` cell over the matrices that lie before the axis."""
        source, index = layer.input_shapes
        axis = layer.axis(0)
        check_index_format(layer, 1)
        layer.emit(
            "gather_rows", ints=[size(source[:axis]), source[axis], size(index), size(source[axis + 1 :])]
        )


class GatherRows(Gather):
    """The rows of nodes (N, ...) that indices (E) name: what every edge sees of one of its nodes.

    An index of N is nowhere and reads zeros, as padded edges do.
    """

    name = "gather_rows"
    attributes = declare({})
    may_be_nowhere = True


class _Segments(Op):
    """One row for each of ``segments``, from rows (E, ...), their indices (E) and perhaps a mask (E).

    Rows whose index is ``segments`` (nowhere), or whose mask is 0, belong to no segment. A segment without
    rows gives zeros. The order of the rows does not matter.
    """

    attributes = declare({"segments": Attribute(Kind.INT, least=1)})
    min_inputs = 2
    max_inputs: ClassVar[int | None] = 3

    def shape(self, layer: Layer) -> Shape:
        """The shape of the rows, with ``segments`` in place of their number."""
        for number, what in enumerate(layer.input_shapes[1:]):
            if what != layer.input_shape[:1] or not layer.input_shape:
                raise layer.refuse(
                    f"rows of shape {layer.input_shape} need {('an index', 'a mask')[number]} of "
                    f"shape {layer.input_shape[:1]}, not {what}"
                )
        return (layer.attrs["segments"], *layer.input_shape[1:])

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Segments and nowhere; a mask is 0 or 1."""
        ranges = {1: int(layer.attrs["segments"]) + 1, 2: 2}
        return {number: count for number, count in ranges.items() if number < len(layer.input_shapes)}

    def lower(self, layer: LayerLowering) -> None:
        """One cell, which has the operator's name."""
        segments, rows = layer.attrs["segments"], layer.input_shape
        check_index_format(layer, 1)
        layer.emit(self.name, tables=self.tables(layer), ints=[segments, rows[0], size(rows[1:])])

    def tables(self, layer: LayerLowering) -> list[dict[str, Any]]:
        """The tables of the cell."""
        return []


class SegmentSum(_Segments):
    """The sum of every segment."""

    name = "segment_sum"


class SegmentMean(_Segments):
    """The sum of every segment times the reciprocal of its number of rows: role ``reciprocal_table``."""

    name = "segment_mean"
    roles = (OUTPUT, RECIPROCAL_TABLE)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """Reciprocals of one to any number of rows."""
        return {"reciprocal_table": (0.0, 1.0)}

    def tables(self, layer: LayerLowering) -> list[dict[str, Any]]:
        """The reciprocals of 1 to E."""
        rows = layer.input_shape[0]
        count = Format(rows.bit_length(), 0, signed=False)
        return [layer.table(RECIPROCAL_TABLE, RECIPROCAL, count, reachable=(1.0, float(rows)))]


class SegmentMax(_Segments):
    """The largest element of every segment, also where all are negative."""

    name = "segment_max"

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of the rows: the largest is one of them, or 0."""
        return formats[0]


def check_index_format(layer: LayerLowering, number: int) -> None:
    """Raise :class:`ConfigError` unless an input that holds indices has a format of integers."""
    fmt = layer.index_format(number)
    if fmt is not None and fmt.frac != 0:
        raise layer.refuse(
            f"it reads indices from {layer.input_names[number]!r}, which has the format {fmt}; give that an "
            "integer format, uint<W> or int<W>",
            ConfigError,
        )
