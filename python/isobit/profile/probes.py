"""Counting overflow exactly: a copy of the model that also shows every layer before its overflow.

Each layer gets twins that read the same quantized inputs, with the same integers as constants and tables, but
end in a format of as many fractional bits and the same rounding that is too wide to overflow. The twin's
result is the number that the layer's cast had rounded, before it saturated or wrapped: it overflowed
exactly if it is out of the range of the layer's format. The twins run on the engine, in exact integer
arithmetic.

A layer whose overflow the interval proof excludes has no twin. Where the proven range needs more than 64
bits, the twin saturates at 64, which is still out of the range of every narrower format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from isobit.backends.engine import Engine
from isobit.backends.stored import KnownIntegers, StoredConstant
from isobit.formats import MAX_WIDTH, Format, Overflow
from isobit.ir import Node
from isobit.proof import LayerProof
from isobit.quantization.precision import LayerPrecision, Precision
from isobit.rounding import round_fraction

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

Arrays = list[npt.NDArray[Any]]


@dataclass(frozen=True)
class Probe:
    """A twin: its name in the graph, the layer, whose format is watched, and that format."""

    name: str
    layer: str
    role: str
    format: Format


class ProbedModel:
    """A quantized model with twins.

    Parameters
    ----------
    model : QuantizedModel

    Attributes
    ----------
    probes : list of Probe
        Results and accumulators that may overflow, as far as the proof tells.
    uncountable : set of (layer, role)
        Formats of 64 bits, than which the engine has none wider.
    """

    def __init__(self, model: QuantizedModel) -> None:
        self.model = model
        self.probes: list[Probe] = []
        self.uncountable: set[tuple[str, str]] = set()
        self._nodes: list[Node] = []
        self._layers: dict[str, LayerPrecision] = {}
        self._twins: dict[str, list[str]] = {}
        for node in model.graph.nodes:
            self._watch_result(node)
            self._watch_accumulator(node)
        graph = replace(model.graph, nodes=(*model.graph.nodes, *self._nodes))
        layers = {**model.precision.layers, **self._layers}
        precision = Precision(model.precision.inputs, layers)
        self._engine = Engine(graph, precision, self._known())

    def run(self, raws: Arrays, n_threads: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Integers of every input and layer by name, and those of every twin by its name."""
        names, twins = list(self.model.graph.shapes), [probe.name for probe in self.probes]
        results = self._engine.run_raw(raws, [*names, *twins], n_threads)
        return (
            dict(zip(names, results[: len(names)], strict=True)),
            dict(zip(twins, results[len(names) :], strict=True)),
        )

    def _watch_result(self, node: Node) -> None:
        proof, fmt = self.model.proof.layers[node.name], self.model.formats[node.name]
        if not proof.overflows:
            return
        wide = wide_format(proof, fmt)
        if wide is None:
            self.uncountable.add((node.name, "output"))
            return
        layer = self.model.precision.layers[node.name]
        self._add(node, "output", fmt, replace(layer, formats={**layer.formats, "output": wide}))

    def _watch_accumulator(self, node: Node) -> None:
        layer = self.model.precision.layers[node.name]
        fmt = layer.formats.get("accumulator")
        if fmt is None:
            return
        if fmt.width == MAX_WIDTH:
            self.uncountable.add((node.name, "accumulator"))
            return
        wide = Format(MAX_WIDTH, fmt.frac, True, fmt.rounding, Overflow.SAT)
        formats = {**layer.formats, "accumulator": None, "output": wide}
        self._add(node, "accumulator", fmt, replace(layer, formats=formats))

    def _add(self, node: Node, role: str, fmt: Format, precision: LayerPrecision) -> None:
        name = f"{node.name} before the cast of its {role}"
        while name in self.model.graph.shapes or name in self._layers:
            name += "'"
        self._nodes.append(replace(node, name=name))
        self._layers[name] = precision
        self._twins.setdefault(node.name, []).append(name)
        self.probes.append(Probe(name, node.name, role, fmt))

    def _known(self) -> Mapping[str, KnownIntegers]:
        """The model's own integers, under the names of the twins too."""
        known: dict[str, KnownIntegers] = {}
        for key, stored in self.model.engine.stored.items():
            if isinstance(stored, StoredConstant):
                entry = KnownIntegers(stored.format, stored.raw)
            else:
                entry = KnownIntegers(stored.table.format, stored.table.entries, stored.table.index)
            part = key[len(stored.layer) :]
            for layer in (stored.layer, *self._twins.get(stored.layer, ())):
                known[layer + part] = entry
        return known


def wide_format(proof: LayerProof, fmt: Format) -> Format | None:
    """The format in which a layer's rounded result is seen without overflow; None if 64 bits do not do."""
    unit = Fraction(2) ** (fmt.frac - proof.exact_frac)
    low = round_fraction(proof.exact_low * unit, fmt.rounding)
    high = round_fraction(proof.exact_high * unit, fmt.rounding)
    width = 1 + max((-low - 1).bit_length() if low < 0 else 0, high.bit_length() if high > 0 else 0)
    if width <= MAX_WIDTH:
        return Format(width, fmt.frac, True, fmt.rounding, Overflow.WRAP)
    if fmt.width == MAX_WIDTH:
        return None
    return Format(MAX_WIDTH, fmt.frac, True, fmt.rounding, Overflow.SAT)
