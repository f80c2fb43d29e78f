"""Formats of exact intermediate results, for tensors that hold them inside of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from isobit.backends.program import decode
from isobit.errors import ConfigError
from isobit.formats import MAX_EXACT_WIDTH, MAX_FRAC, MAX_WIDTH, Format


def dense_format(layer: str, source: Format, weight: dict[str, Any], bias: dict[str, Any]) -> Format:
    """A signed format of ``x W + b`` for every x of a format.

    It follows from the formats alone, so that the cast into it is none, unless that takes more than 64 bits:
    then it is the smallest that these weights allow.

    Parameters
    ----------
    layer : str
        Its name, for errors.
    source : Format
        Of x.
    weight, bias : dict
        Constants as the engine takes them; as many columns as there are biases.

    Raises
    ------
    ConfigError
        When that needs more than 64 bits.
    """
    weight_format, bias_format = decode(weight["format"]), decode(bias["format"])
    matrix = _raws(weight, weight_format).reshape(-1, bias["raw"].size)
    product_frac = source.frac + weight_format.frac
    frac = max(product_frac, bias_format.frac)
    signed = source.signed or weight_format.signed
    magnitude = 1 + max(
        source.width + weight_format.width - int(signed) + (len(matrix) - 1).bit_length() - product_frac,
        bias_format.width - bias_format.frac - int(bias_format.signed),
    )
    if magnitude + frac < MAX_WIDTH and -MAX_FRAC <= frac <= MAX_FRAC:
        return Format(magnitude + frac + 1, frac)
    # SAT_SYM forbids the lowest raw only to casts
    ends = (-(1 << (source.width - 1)) if source.signed else 0), source.max_raw
    products = matrix * ends[0], matrix * ends[1]
    start = _raws(bias, bias_format) * 2 ** (frac - bias_format.frac)
    scale = 2 ** (frac - product_frac)
    high = max((np.maximum(*products).sum(axis=0) * scale + start).tolist())
    low = min((np.minimum(*products).sum(axis=0) * scale + start).tolist())
    width = 1 + max(int(high).bit_length() if high > 0 else 0, int(-low - 1).bit_length() if low < 0 else 0)
    if width > MAX_WIDTH or not -MAX_FRAC <= frac <= MAX_FRAC:
        raise ConfigError(
            f"layer {layer!r}: an exact sum of its products with inputs of {source} and weights of "
            f"{weight_format} takes {width} bits, {frac} of them fractional; supported are {MAX_WIDTH} bits, "
            f"-{MAX_FRAC} to {MAX_FRAC} fractional. Give the layer narrower formats"
        )
    return Format(width, frac)


def sum_format(layer: str, a: Format, b: Format) -> Format:
    """A format that holds every sum of two numbers, and both of them."""
    signed, frac = a.signed or b.signed, max(a.frac, b.frac)
    magnitude = max(fmt.width - fmt.frac - int(fmt.signed) for fmt in (a, b))
    return _checked(layer, magnitude + 1 + frac + int(signed), frac, signed)


def product_format(layer: str, a: Format, b: Format) -> Format:
    """A format that holds every product of two numbers."""
    return _checked(layer, a.width + b.width, a.frac + b.frac, a.signed or b.signed)


def _checked(layer: str, width: int, frac: int, signed: bool) -> Format:
    if width > MAX_EXACT_WIDTH or not -MAX_FRAC <= frac <= MAX_FRAC:
        raise ConfigError(
            f"layer {layer!r}: an exact intermediate result takes {width} bits, {frac} of them fractional; "
            f"supported are {MAX_EXACT_WIDTH} bits, -{MAX_FRAC} to {MAX_FRAC} fractional. Give the layer "
            "narrower formats"
        )
    return Format(max(width, 1), frac, signed)


def _raws(constant: dict[str, Any], fmt: Format) -> Any:
    """Integers of any size; 64-bit unsigned ones are stored as bit patterns."""
    raw = constant["raw"]
    return (raw.view(np.uint64) if fmt.width == 64 and not fmt.signed else raw).astype(object)
