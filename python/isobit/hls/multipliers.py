"""How many products the layers of a network take, and which reuse factors divide them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isobit.backends.cells import schedule_of
from isobit.cxx.network import Network, network_of
from isobit.errors import ConfigError

if TYPE_CHECKING:
    from isobit.hls.options import Hardware
    from isobit.quantized import QuantizedModel


@dataclass(frozen=True)
class Products:
    """The products of one operation that share multipliers.

    Attributes
    ----------
    positions : int
        Times that the same products are taken, one after the other when multipliers are shared.
    terms, columns : int
        Of a position: ``terms`` products in each of ``columns`` sums.
    """

    positions: int
    terms: int
    columns: int

    def legal(self) -> set[int]:
        """The reuse factors that share the products of a position evenly, as hls4ml has them.

        Those that divide the terms (a step takes some terms of all sums), and the terms times those that
        divide the columns (a step takes one term of some sums).
        """
        few = divisors(self.terms)
        return set(few) | {self.terms * d for d in divisors(self.columns)}


def products_of(op: Mapping[str, Any]) -> Products | None:
    """The products of an operation with weights, or of two matrices; None for all others."""
    schedule = schedule_of(op["cell"])
    if schedule == "matrix":
        rows, n_in, n_out = (int(n) for n in op["ints"])
        return Products(rows, n_in, n_out)
    if schedule == "convolution":
        positions, groups, n_in, n_out, taps = (int(n) for n in op["ints"][:5])
        return Products(positions, taps * n_in, groups * n_out)
    return None


def divisors(n: int) -> list[int]:
    """All of them, in order."""
    low = [d for d in range(1, math.isqrt(n) + 1) if n % d == 0]
    return sorted({*low, *(n // d for d in low)})


def legal_reuse_factors(model: QuantizedModel) -> dict[str, list[int]]:
    """The reuse factors that every layer with weights can have, in order.

    A layer that is not named (an activation, say) takes any: it goes through its elements in as many steps
    or fewer.
    """
    return {name: sorted(factors) for name, factors in _legal(network_of(model))}


def _legal(network: Network) -> Iterator[tuple[str, set[int]]]:
    found: dict[str, set[int]] = {}
    for op, layer in zip(network.operations, network.layers, strict=True):
        products = products_of(op)
        if products is not None:
            factors = products.legal()
            found[layer] = found[layer] & factors if layer in found else factors
    yield from found.items()


def check_reuse_factors(network: Network, hardware: Mapping[str, Hardware]) -> None:
    """Refuse what does not divide.

    Raises
    ------
    ConfigError
        Names the layer, and the factors that it can have.
    """
    for layer, factors in _legal(network):
        asked = hardware[layer].reuse_factor
        if asked not in factors:
            raise ConfigError(
                f"layer {layer!r}: a reuse factor of {asked} does not share its products evenly; it can "
                f"have {_listed(sorted(factors), asked)}. isobit.hls.legal_reuse_factors(model) lists those "
                "of all layers, and reuse_factor={layer: factor} chooses one for each"
            )


def multipliers(network: Network, layer: str, hardware: Hardware, runs: Mapping[int, int]) -> int:
    """The most multipliers for products with weights that a layer has.

    ``runs`` says of each operation how often the same ones are used for one sample.
    """
    total = 0
    for number, (op, name) in enumerate(zip(network.operations, network.layers, strict=True)):
        products = products_of(op)
        if name == layer and products is not None:
            copies = products.positions // runs[number] if hardware.strategy == "latency" else 1
            total += -(-copies * products.terms * products.columns // hardware.reuse_factor)
    return total


_MOST_LISTED = 24


def _listed(factors: Sequence[int], asked: int) -> str:
    if len(factors) <= _MOST_LISTED:
        return ", ".join(map(str, factors))
    near = sorted(sorted(factors, key=lambda factor: abs(factor - asked))[:_MOST_LISTED])
    return f"{', '.join(map(str, near))} (the nearest ones of {len(factors)})"
