"""Formats from data: integer bits from the observed ranges, overflow modes from the proven ones.

Every calibrated format has the same width and rounds to nearest (RND). Constants get the integer bits of
their largest value, tables those of their function, data those of the float model's observed range, but no
more than the proof says can occur. Data that is proven to be non-negative becomes unsigned. A result
saturates where the proof cannot exclude an overflow, and wraps (which costs nothing) where it can. Inputs
always saturate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.engine import Engine
from isobit.backends.stored import integer_bits
from isobit.errors import InputError
from isobit.formats import MAX_FRAC, Format, Overflow, Rounding
from isobit.inputs import check_values
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.ops.base import size
from isobit.ops.layer import Layer
from isobit.ops.roles import RoleKind
from isobit.proof import Proof
from isobit.quantization.precision import Precision
from isobit.quantization.request import Request
from isobit.quantization.resolve import resolve

if TYPE_CHECKING:
    from isobit.model import Model

Ranges = dict[tuple[str, str], tuple[float, float]]
"""Smallest and largest value by (layer, role); the role of inputs and results is ``output``."""

_BLOCK, _MOST_NUMBERS = 4096, 2**26
"""Samples that are traced together: so many, or fewer where their tensors have too many numbers."""


def calibrate(model: Model, request: Request, data: Any, width: int) -> Precision:
    """The formats of everything that the request leaves open, all of one width.

    Raises
    ------
    InputError
        For data that the model does not accept, or for which a layer is not finite, or no data at all.
    """
    observed = observed_ranges(model, data)
    choice = _Choice(model.graph, request, observed, width)
    choice.make_unsigned(choice.proof())
    choice.trim(choice.proof())
    choice.saturate_where_needed()
    return choice.precision()


def observed_ranges(model: Model, data: Any) -> Ranges:
    """Smallest and largest value of every input, layer and tensor inside of a layer over the data."""
    arrays = check_values(data, model.inputs, model.index_ranges)
    if len(arrays[0]) == 0:
        raise InputError("calibration needs at least one sample")
    ranges: Ranges = {}
    for block in _blocks(arrays, model):
        found = {
            (name, "output"): (float(values.min()), float(values.max()))
            for name, values in model.trace(block).items()
        }
        found |= model.engine.internal_ranges(list(block.values()))
        for key, (least, most) in found.items():
            if not (np.isfinite(least) and np.isfinite(most)):
                raise InputError(
                    f"calibration: {key[1]!r} of layer {key[0]!r} is not finite for some of the data "
                    "(the pole of a function, or a number outside of its domain); leave these samples out"
                )
            low, high = ranges.get(key, (np.inf, -np.inf))
            ranges[key] = min(low, least), max(high, most)
    return ranges


def range_format(low: float, high: float, width: int, signed: bool, overflow: Overflow) -> Format:
    """The format of a width with just enough integer bits for a range; it rounds to nearest."""
    integer = integer_bits(np.array([low, high]), signed)
    frac = min(max(width - integer, -MAX_FRAC), MAX_FRAC)
    return Format(width, frac, signed, Rounding.RND, overflow)


class _Choice:
    """Formats by (layer, role), refined in steps."""

    def __init__(self, graph: Graph, request: Request, observed: Ranges, width: int) -> None:
        self._graph, self._request, self._width = graph, request, width
        self._formats: dict[tuple[str, str], Format] = {}
        unsigned = {
            (node.name, role.name) for node in graph for role in REGISTRY[node.op].roles if role.unsigned
        }
        for key, ends in observed.items():
            self._formats[key] = range_format(*ends, width, key not in unsigned, Overflow.SAT)
        self._size_constants()

    def precision(self) -> Precision:
        return resolve(self._graph, self._request, self._formats)

    def proof(self) -> Proof:
        precision = self.precision()
        engine = Engine(self._graph, precision, warn=False)  # the final model will report what it loses
        return Proof(engine, {name: precision.tensor(name) for name in self._graph.shapes})

    def make_unsigned(self, proof: Proof) -> None:
        """Give the sign bit of results that cannot be negative to the fraction."""
        for name, layer in proof.layers.items():
            fmt = self._formats[name, "output"]
            if layer.exact_low >= 0 and fmt.frac < MAX_FRAC:
                self._formats[name, "output"] = Format(
                    fmt.width, fmt.frac + 1, False, fmt.rounding, fmt.overflow
                )
        self._size_tables(self.precision().tensor)

    def trim(self, proof: Proof) -> None:
        """No more integer bits than can occur; no saturation where nothing can overflow."""
        for name, layer in proof.layers.items():
            fmt, unit = self._formats[name, "output"], 2.0**-layer.exact_frac
            ends = layer.exact_low * unit, layer.exact_high * unit
            proven = range_format(*ends, fmt.width, fmt.signed, Overflow.WRAP)
            if proven.frac >= fmt.frac:
                self._formats[name, "output"] = proven
        self._size_tables(self.precision().tensor)

    def saturate_where_needed(self) -> None:
        """Undo WRAP wherever the final formats leave an overflow possible."""
        while True:
            wrong = [
                name
                for name, layer in self.proof().layers.items()
                if layer.overflows and self._formats[name, "output"].overflow is Overflow.WRAP
            ]
            if not wrong:
                return
            for name in wrong:
                fmt = self._formats[name, "output"]
                self._formats[name, "output"] = fmt.with_modes(fmt.rounding, Overflow.SAT)

    def _size_constants(self) -> None:
        shapes = self._graph.shapes
        for node in self._graph.nodes:
            for role, values in REGISTRY[node.op].constant_values(Layer.of(node, shapes)).items():
                low, high = float(values.min()), float(values.max())
                self._formats[node.name, role] = range_format(low, high, self._width, low < 0, Overflow.SAT)
        self._size_tables(lambda name: self._formats[name, "output"])

    def _size_tables(self, tensor: Callable[[str], Format]) -> None:
        shapes = self._graph.shapes
        for node in self._graph.nodes:
            op = REGISTRY[node.op]
            sources = {
                role.name: _ends(self._formats[node.name, role.name])
                for role in op.roles
                if role.kind is RoleKind.DATA and (node.name, role.name) in self._formats
            }
            if node.inputs:
                sources["input"] = _ends(tensor(node.inputs[0]))
            for role, (low, high) in op.table_range(Layer.of(node, shapes), sources).items():
                self._formats[node.name, role] = range_format(low, high, self._width, low < 0, Overflow.SAT)


def _ends(fmt: Format) -> tuple[float, float]:
    return fmt.min, fmt.max


def _blocks(arrays: list[npt.NDArray[Any]], model: Model) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """The samples in blocks, so that the trace of a large data set needs little memory."""
    numbers = sum(size(shape) for shape in model.graph.shapes.values())
    block = min(_BLOCK, max(1, _MOST_NUMBERS // numbers))
    for start in range(0, len(arrays[0]), block):
        yield {
            name: array[start : start + block].reshape(-1, *shape)
            for array, (name, shape) in zip(arrays, model.inputs.items(), strict=True)
        }
