"""The operations of a network as the estimate sees them: their counts, their widths, their constants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.cells import schedule_of

if TYPE_CHECKING:
    from isobit.cxx.network import Network
    from isobit.quantized import QuantizedModel

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Operation:
    """One operation, completely unrolled.

    Attributes
    ----------
    layer : str
    counts : mapping
        Of the traced data flow (:attr:`isobit.QuantizedModel.operation_counts`).
    inputs : tuple of int
        Tensors that it reads.
    output : int
        The tensor that it writes.
    in_width, out_width : int
        Bits of the widest input and of the output, as far as proven ranges need them.
    size : int
        Elements of the output.
    pixels : int
        Positions of its layer's output, which come one after the other in a stream.
    pixels_in : int
        The same of its layer's input.
    weights : array or None
        Of shape (terms, columns), for sums with constants; several groups lie below one another.
    terms : int
        Products in each sum.
    positions : int
        Times that the same weights are used.
    weight_width : int
        Bits of the weights.
    bias : array or None
        Of the columns.
    most_bits : int
        Of the accumulator, if it has a format of its own, else 0.
    tables : tuple of (int, int)
        Entries and width of each.
    """

    layer: str
    counts: Mapping[str, int]
    inputs: tuple[int, ...]
    output: int
    in_width: int
    out_width: int
    size: int
    pixels: int
    pixels_in: int
    weights: Integers | None
    terms: int
    positions: int
    weight_width: int
    bias: Integers | None
    most_bits: int
    tables: tuple[tuple[int, int], ...]


def operations_of(model: QuantizedModel, network: Network) -> list[Operation]:
    """The operations of a model, whose network is given, in order.

    Raises
    ------
    UnsupportedError
        When the data flow is too large to be recorded.
    """
    counts = model.engine.cell_counts()
    shapes = model.graph.shapes
    nodes = {node.name: node for node in model.graph.nodes}
    found = []
    for op, layer, counted in zip(network.operations, model.engine.layers, counts, strict=True):
        node = nodes[layer]
        pixels_in = max(_pixels(shapes[name]) for name in node.inputs) if node.inputs else 1
        found.append(_operation(network, op, layer, counted, _pixels(node.shape), pixels_in))
    return found


def _operation(
    network: Network,
    op: Mapping[str, Any],
    layer: str,
    counts: Mapping[str, int],
    pixels: int,
    pixels_in: int,
) -> Operation:
    weights = bias = None
    terms = positions = 1
    schedule = schedule_of(op["cell"])
    constants = op["constants"]
    if schedule == "matrix":
        positions, terms, columns = (int(n) for n in op["ints"])
        weights = np.asarray(constants[0]["raw"]).reshape(terms, columns)
    elif schedule == "convolution":
        positions, groups, n_in, n_out, taps = (int(n) for n in op["ints"][:5])
        terms = taps * n_in
        by_group = np.asarray(constants[0]["raw"]).reshape(terms, groups, n_out)
        weights = by_group.swapaxes(0, 1).reshape(-1, n_out)
    elif op["cell"] == "affine":
        raw = np.asarray(constants[0]["raw"]).reshape(-1, 1)
        weights, positions = raw, max(1, network.size(op["output"]) // len(raw))
    if weights is not None:
        bias = np.asarray(constants[1]["raw"]) if len(constants) > 1 else None
    inputs = tuple(op["inputs"])
    formats = [fmt[0] for fmt in op["formats"]]
    return Operation(
        layer,
        counts,
        inputs,
        op["output"],
        max((_bits(*network.ranges[tensor]) for tensor in inputs), default=1),
        _bits(*network.ranges[op["output"]]),
        network.size(op["output"]),
        pixels,
        pixels_in,
        weights,
        terms,
        positions,
        constants[0]["format"][0] if weights is not None else 0,
        bias,
        formats[0] if formats else 0,
        tuple((len(t["entries"]), t["format"][0]) for t in op["tables"]),
    )


def _pixels(shape: tuple[int, ...]) -> int:
    return math.prod(shape[:-1])


def _bits(low: int, high: int) -> int:
    """Of signed numbers in a range."""
    return max(high.bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1
