"""Dense layers whose weights or data have one bit, 0 standing for -1, or whose weights are powers of two."""

from __future__ import annotations

import numpy as np

from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.emulation.products import Terms, emit_dense, is_resource, operand, terms
from isobit.hls4ml.emulation.site import Site, plain


def narrow_dense(site: Site, product: str) -> None:
    """``nnet::dense`` with the product of that name."""
    n_in, n_out = site.integer("n_in"), site.integer("n_out")
    resource = is_resource(site)
    both = terms(site, n_in, n_out, transposed=resource)
    x = site.input(0, (n_in,))
    if product == "weight_binary":
        # w ? x : -x, with one bit more than x
        _check_bits(site, both.weight_format, "weights")
        signs = Terms(2 * both.weight - 1, Format(2, 0), both.bias, both.accumulator)
        emit_dense(site, x, signs, operand(site, x, site.is_never_negative()), resource)
        return
    _check_bits(site, site.format(x), "data")
    if both.accumulator.overflow is not Overflow.WRAP:
        raise site.refuse(
            f"products with one-bit data in the accumulator {both.accumulator}, which saturates, are not "
            "reproduced"
        )
    if product == "both_binary":
        _agreements(site, x, both)
    else:
        _signed_data(site, x, both)


def _check_bits(site: Site, fmt: Format, what: str) -> None:
    if (fmt.width, fmt.frac, fmt.signed) != (1, 0, False):
        raise site.refuse(f"its product is for {what} of one bit, which are {fmt}")


def _agreements(site: Site, x: str, both: Terms) -> None:
    """The number of inputs that equal their weight, c; the result is 2 c - n, in as many bits as n needs.

    ``x == w`` is x where w = 1, else 1 - x.
    """
    _check_bits(site, both.weight_format, "weights")
    n_in = len(both.weight)
    if both.accumulator.frac < 0:
        raise site.refuse(f"ones do not fit in the accumulator {both.accumulator}")
    signs = 2 * both.weight - 1
    ones = (1 - both.weight).sum(axis=0) << both.accumulator.frac
    start = both.bias + ones
    wide = Format(64, both.accumulator.frac)
    count = site.add(
        "dense",
        [x],
        {
            "output": plain(both.accumulator),
            "weight": Format(2, 0),
            "bias": wide,
            "accumulator": both.accumulator,
        },
        constants={"weight": site.values(Format(2, 0), signs), "bias": site.values(wide, start)},
    )
    bits = Format((n_in - 1).bit_length() + 2, 0, rounding=Rounding.TRN_ZERO)
    doubled = site.add(
        "affine",
        [count],
        {"output": bits, "weight": Format(2, 0, signed=False), "bias": Format(33, 0)},
        constants={"scale": np.array([2.0]), "bias": np.array([-float(n_in)])},
    )
    site.result_is(doubled)


def _signed_data(site: Site, x: str, both: Terms) -> None:
    """The weight where the input is 1, else its negative: ``(2 x - 1) w``."""
    frac = both.weight_format.frac
    if frac > both.accumulator.frac:
        raise site.refuse(
            f"weights of {both.weight_format} are cut in the accumulator {both.accumulator}, which is not "
            "reproduced for data of one bit"
        )
    twice = Format(both.weight_format.width, frac - 1, both.weight_format.signed)
    wide = Format(64, both.accumulator.frac)
    start = both.bias - (both.weight.sum(axis=0) << (both.accumulator.frac - frac))
    formats = {"weight": twice, "bias": wide, "accumulator": both.accumulator}
    constants = {"weight": site.values(twice, both.weight), "bias": site.values(wide, start)}
    site.result("dense", [x], formats, constants=constants)
