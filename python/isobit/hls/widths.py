"""The widest number inside of a layer, and whether the tool has integers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from isobit.backends.cells import schedule_of
from isobit.backends.program import Code
from isobit.cxx.network import Network
from isobit.errors import ConfigError
from isobit.hls.multipliers import products_of

WIDEST: Mapping[str, int | None] = {"ap": 1024, "ac": None, "int": None}
"""Bits of the widest integer by ports: that of ``ap_int`` is AP_INT_MAX_W, 1024 by default."""


@dataclass(frozen=True)
class Exact:
    """The format of an exact result: bits left and right of the point, and a sign (``format.hpp``)."""

    magnitude: int
    frac: int
    signed: bool

    @property
    def width(self) -> int:
        """All bits."""
        return max(self.magnitude + self.frac + int(self.signed), 1)

    @staticmethod
    def of(code: Code) -> Exact:
        """A format."""
        width, frac, signed, *_ = code
        return Exact(width - frac - int(signed), frac, bool(signed))

    def __mul__(self, other: Exact) -> Exact:
        signed = self.signed or other.signed
        frac = self.frac + other.frac
        return Exact(self.width + other.width - frac - int(signed), frac, signed)

    def __or__(self, other: Exact) -> Exact:
        """Holds both."""
        return Exact(
            max(self.magnitude, other.magnitude), max(self.frac, other.frac), self.signed or other.signed
        )

    def times(self, terms: int) -> Exact:
        """The sum of so many."""
        return Exact(self.magnitude + (terms - 1).bit_length(), self.frac, self.signed)


def check_widths(network: Network, ports: str) -> None:
    """Refuse numbers that the tool has no integers for.

    Sums of products and merges of tensors are looked at here, since only their numbers grow with the network;
    ``hls_kernels/policy/integers.hpp`` asserts it of every number when a design is compiled.

    Raises
    ------
    ConfigError
        Names the layer, its width and the limit.
    """
    limit = WIDEST[ports]
    if limit is None:
        return
    for op, layer in zip(network.operations, network.layers, strict=True):
        width = _widest(op, [Exact.of(network.format(t)) for t in op["inputs"]])
        width = max(width, network.format(op["output"])[0])
        if width > limit:
            raise ConfigError(
                f"layer {layer!r} computes with numbers of {width} bits, and ap_int has {limit} "
                '(AP_INT_MAX_W); give it narrower formats, or export with ports="ac" or "int"'
            )


_CAST = 3
"""Bits that a cast computes with beyond those of its source (``working_width`` in ``cast.hpp``)."""


def _widest(op: Mapping[str, Any], inputs: Sequence[Exact]) -> int:
    products = products_of(op)
    if products is not None:
        weight, bias = (Exact.of(constant["format"]) for constant in op["constants"])
        total = ((inputs[0] * weight).times(products.terms) | bias).times(2)
        return total.width + _CAST
    if schedule_of(op["cell"]) == "zip":
        if op["cell"] == "multiply":
            return reduce(Exact.__mul__, inputs).width + _CAST
        return reduce(lambda a, b: (a | b).times(2), inputs).width + _CAST
    return 0
