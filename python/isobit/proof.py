"""What the interval proof says about a quantized model: ranges, widths, whether anything can overflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from isobit.backends.engine import Engine
from isobit.formats import Format
from isobit.rounding import round_fraction


@dataclass(frozen=True)
class LayerProof:
    """What is proven about one layer.

    Attributes
    ----------
    bits : int
        Bits of the widest integer that its arithmetic needs.
    lane : int
        The narrowest integer of the engine that holds it: 16, 32, 64 or 128.
    low, high : int
        Smallest and largest raw of its result.
    exact_low, exact_high, exact_frac : int
        Range of the exact result before the cast into the output format, in units of ``2**-exact_frac``.
    overflows : bool
        Whether that cast can wrap or saturate. False is proven; True means "not excluded".
    """

    bits: int
    lane: int
    low: int
    high: int
    exact_low: int
    exact_high: int
    exact_frac: int
    overflows: bool

    def exact_format(self) -> Format:
        """The smallest format that holds the exact result."""
        signed = self.exact_low < 0
        bits = max((-self.exact_low - 1).bit_length() if signed else 0, max(self.exact_high, 0).bit_length())
        return Format(max(bits, 1 - int(signed)) + int(signed), self.exact_frac, signed)


class Proof:
    """The proof of a whole model, by layer.

    Parameters
    ----------
    engine : Engine
    formats : mapping of str to Format
        Of every input and layer.
    """

    def __init__(self, engine: Engine, formats: Mapping[str, Format]) -> None:
        facts = engine.program.proof()
        self.f64: bool = bool(facts["f64"])
        self._ranges: dict[str, tuple[int, int]] = {}
        for name, number in engine.ids.items():
            tensor = facts["tensors"][number]
            self._ranges[name] = (_least(tensor["low"]), _greatest(tensor["high"]))
        exact: dict[str, tuple[int, int, int]] = {}
        for name, number in engine.results.items():
            # of a recurrent layer: every step that has the output's format
            numbers = {number, *engine.internals.get((name, "output"), ())}
            exact[name] = _union([facts["tensors"][number] for number in numbers])
        ops: dict[str, list[Mapping[str, int]]] = {}
        for layer, op in zip(engine.layers, facts["ops"], strict=True):
            ops.setdefault(layer, []).append(op)
        self.layers: dict[str, LayerProof] = {}
        for layer, steps in ops.items():
            low, high = self._ranges[layer]
            self.layers[layer] = LayerProof(
                max(int(step["bits"]) for step in steps),
                max(int(step["lane"]) for step in steps),
                low,
                high,
                *exact[layer],
                _overflows(*exact[layer], formats[layer]),
            )

    def range(self, tensor: str) -> tuple[int, int]:
        """Smallest and largest raw of an input or a layer's result, over its elements."""
        return self._ranges[tensor]

    def exact(self, layer: str) -> tuple[Format, int, int]:
        """The smallest format of a layer's exact accumulator, and its range."""
        layer_proof = self.layers[layer]
        return layer_proof.exact_format(), layer_proof.exact_low, layer_proof.exact_high

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, as they are stored in a model file."""
        return {
            "layers": {name: dict(vars(layer)) for name, layer in self.layers.items()},
            "ranges": {name: list(pair) for name, pair in self._ranges.items()},
        }


def _union(tensors: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    """The exact range of several tensors in units of the finest: low, high and fractional bits."""
    frac = max(int(tensor["exact_frac"]) for tensor in tensors)
    scales = [2 ** (frac - int(tensor["exact_frac"])) for tensor in tensors]
    low = min(int(tensor["exact_low"]) * scale for tensor, scale in zip(tensors, scales, strict=True))
    high = max(int(tensor["exact_high"]) * scale for tensor, scale in zip(tensors, scales, strict=True))
    return low, high, frac


def _overflows(low: int, high: int, frac: int, fmt: Format) -> bool:
    """Whether a cast of ``[low, high] * 2**-frac`` can leave the range of the format."""
    if fmt.is_pm1:
        return False
    unit = Fraction(2) ** (fmt.frac - frac)
    return (
        round_fraction(low * unit, fmt.rounding) < fmt.min_raw
        or round_fraction(high * unit, fmt.rounding) > fmt.max_raw
    )


def _least(values: Any) -> int:
    return min(int(value) for value in np.ravel(values))


def _greatest(values: Any) -> int:
    return max(int(value) for value in np.ravel(values))
