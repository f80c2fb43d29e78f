"""Activations element by element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isobit.backends.exact import product_format
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.emulation import table_contents as contents
from isobit.hls4ml.emulation.site import Site, plain, recast
from isobit.ir import FloatArray
from isobit.ops.base import size as elements

MAX_INDEX_BITS = 31
"""hls4ml computes addresses in an ``int``, which wraps: inputs that could reach that far are refused."""


DEFAULT_TABLE = Format(18, 10)
"""The ``table_t`` of ``nnet::activ_config``, for structures that have none of their own."""


@dataclass(frozen=True)
class Tabulated:
    """A table over [-reach, reach); ``function`` is what the unquantized model computes."""

    contents: Callable[[int], FloatArray]
    reach: int
    function: str


TABULATED = {
    "sigmoid": Tabulated(contents.sigmoid, 8, "sigmoid"),
    "tanh": Tabulated(contents.tanh_table, 4, "tanh"),
    "softplus": Tabulated(contents.softplus, 8, "given"),
    "softsign": Tabulated(contents.softsign, 8, "softsign"),
}


def table_of(site: Site) -> tuple[int, Format]:
    """Size and type of the table, by default those of ``nnet::activ_config``."""
    return site.integer("table_size", 1024), site.table_type("table_t", DEFAULT_TABLE)


def index_of_table(site: Site, size: int, reach: int, source: Format) -> Format:
    """The address ``x * size / (2 * reach)``, truncated toward zero, from -size/2 on; saturating."""
    if size < 2 or size & (size - 1):
        raise site.refuse(f"the table size {size} is not a power of two, and only those are reproduced")
    bits = size.bit_length() - 1
    frac = bits - (2 * reach).bit_length() + 1
    if source.integer + frac > MAX_INDEX_BITS:
        raise site.refuse(
            f"inputs of the type {source} times {size}/{2 * reach} overflow the int that hls4ml computes "
            "table addresses with; give the layer in front a narrower result"
        )
    return Format(bits, frac, True, Rounding.TRN_ZERO, Overflow.SAT)


def tabulated(site: Site) -> None:
    """sigmoid, tanh, softplus, softsign."""
    kind = TABULATED[site.call.function]
    size, table = table_of(site)
    x = site.input(0, site.output_shape)
    index = index_of_table(site, size, kind.reach, site.format(x))
    raw = contents.entries(kind.contents(size), table)
    site.result(
        "given_table",
        [x],
        {"entries": plain(table)},
        {"index": str(index), "function": kind.function},
        {"entries": site.values(table, raw)},
        never_negative=bool(np.all(raw >= 0)) and site.keeps_sign(table),
    )


def _index_below_zero(site: Site, size: int, source: Format) -> Format:
    """The address ``-x * size / 8`` for x < 0, truncated; saturating."""
    signed = index_of_table(site, size, 4, source)
    return Format(signed.width, signed.frac, False, Rounding.TRN, Overflow.SAT)


def elu(site: Site) -> None:
    """``x`` where x >= 0, else ``alpha * table``."""
    size, table = table_of(site)
    alpha = site.weight("alpha") if "alpha" in site.call.weights else None
    raw = contents.entries(contents.elu(size), table).astype(object)
    fmt = plain(table)
    if alpha is not None:
        fmt = product_format(site.name, fmt, plain(alpha.format))
        raw = raw * int(np.asarray(alpha.raw).ravel()[0])
    x = site.input(0, site.output_shape)
    index = _index_below_zero(site, size, site.format(x))
    scale = 1.0 if alpha is None else site.scalar("alpha")[0]
    site.result(
        "given_table_elu",
        [x],
        {"entries": fmt, "weight": Format(1, 0, signed=False)},
        {"index": str(index), "function": "elu_tail", "parameter": scale},
        {"entries": site.values(fmt, raw)},
    )


def selu(site: Site) -> None:
    """``lambda * x`` where x >= 0 (a constant of 16 bits), else the table."""
    size, table = table_of(site)
    raw = contents.entries(contents.selu(size), table)
    x = site.input(0, site.output_shape)
    index = _index_below_zero(site, size, site.format(x))
    factor = Format(16, 15, signed=False)
    scale = float(site.values(factor, contents.entries(np.array([1.0507009873554805]), factor))[0])
    site.result(
        "given_table_elu",
        [x],
        {"entries": plain(table), "weight": factor},
        {
            "index": str(index),
            "function": "elu_tail",
            "parameter": contents.SELU_SCALE * contents.SELU_ALPHA,
            "scale": scale,
        },
        {"entries": site.values(table, raw)},
    )


def linear(site: Site) -> None:
    """A cast."""
    site.result("linear", [site.input(0, site.output_shape)], never_negative=_stays_positive(site))


def _stays_positive(site: Site) -> bool:
    return site.is_never_negative() and site.keeps_sign(site.format(site.input()))


def relu(site: Site) -> None:
    """``max(x, 0)``."""
    x = site.input(0, site.output_shape)
    site.result("relu", [x], never_negative=site.keeps_sign(site.format(x)))


def relu_max(site: Site) -> None:
    """relu1, relu6: ``min(max(x, 0), n)``."""
    most = {"relu1": 1, "relu6": 6}.get(site.call.function)
    most = site.integer("max_int") if most is None else most
    x = site.input(0, site.output_shape)
    bound = Format(max(1, most.bit_length()), 0, signed=False)
    site.result("clip", [x], {"weight": bound}, {"low": 0.0, "high": float(most)})


def leaky_relu(site: Site) -> None:
    """``x`` where x > 0, else ``alpha * x``."""
    alpha, fmt = site.scalar("alpha")
    x = site.input(0, site.output_shape)
    site.result("leaky_relu", [x], {"weight": fmt}, {"alpha": alpha})


def prelu(site: Site) -> None:
    """The same with an alpha for each element."""
    alpha = site.weight("alpha")
    x = site.input(0, site.output_shape)
    values = site.values(alpha.format, alpha.raw).reshape(site.output_shape)
    site.result("prelu", [x], {"weight": plain(alpha.format)}, constants={"alpha": values})


def thresholded_relu(site: Site) -> None:
    """``x`` where x > theta, else 0."""
    theta, fmt = site.scalar("theta")
    x = site.input(0, site.output_shape)
    site.result("thresholded_relu", [x], {"weight": fmt}, {"theta": theta})


def hard_sigmoid(site: Site) -> None:
    """``clip(slope * x + shift, 0, 1)``."""
    slope, slope_format = site.scalar("slope")
    shift, shift_format = site.scalar("shift")
    x = site.input(0, site.output_shape)
    formats = {"weight": slope_format, "bias": shift_format}
    attrs = {"slope": slope, "offset": shift}
    site.result("hard_sigmoid", [x], formats, attrs)


def hard_tanh(site: Site) -> None:
    """``2 * clip(slope * x + shift, 0, 1) - 1``."""
    slope, slope_format = site.scalar("slope")
    shift, shift_format = site.scalar("shift")
    x = site.input(0, site.output_shape)
    source = site.format(x)
    frac = max(source.frac + slope_format.frac, shift_format.frac)
    exact = Format(max(2, frac + 2), max(frac, 0))
    attrs = {"slope": slope, "offset": shift}
    formats = {"output": exact, "weight": slope_format, "bias": shift_format}
    inner = site.add("hard_sigmoid", [x], formats, attrs)
    constants = {"scale": np.array([2.0]), "bias": np.array([-1.0])}
    site.result(
        "affine", [inner], {"weight": Format(2, 0, signed=False), "bias": Format(1, 0)}, constants=constants
    )


def binary_tanh(site: Site) -> None:
    """1 where x >= 0, else -1; of one bit without sign: 1, else 0."""
    x = site.input(0, site.output_shape)
    out = site.output_format
    if (out.width, out.frac, out.signed) == (1, 0, False):
        thresholds(site, x, np.zeros((1, 1)), 0.0)
    else:
        site.result("binary_tanh", [x])


def ternary_tanh(site: Site) -> None:
    """2x cast into the type of x: 1 where it is above 1, -1 where it is at most -1, else 0."""
    x = site.input(0, site.output_shape)
    fmt = site.format(x)
    doubled = site.add(
        "affine",
        [x],
        {"output": fmt, "weight": Format(2, 0, signed=False), "bias": Format(1, 0)},
        constants={"scale": np.array([2.0]), "bias": np.array([0.0])},
    )
    thresholds(site, doubled, np.array([[-1.0 + fmt.lsb, 1.0 + fmt.lsb]]), -1.0)


def thresholds(site: Site, x: str, values: FloatArray, least: float) -> None:
    """``least`` plus the number of thresholds that are reached."""
    formats = {"weight": Format(1, 0, signed=False), "bias": Format(2, 0)}
    site.result(
        "multi_threshold",
        [x],
        formats,
        {"out_bias": least},
        {"thresholds": values if len(values) > 1 else values[0]},
    )


def normalize_binary_tanh(site: Site) -> None:
    """1 where x reaches the threshold of its element or channel, else 0."""
    x, values = _threshold(site, "threshold")
    _per_channel(site, x, values[:, None], 0.0)


def normalize_ternary_tanh(site: Site) -> None:
    """1 above the upper threshold, -1 up to the lower one, else 0."""
    x, high = _threshold(site, "threshold_hi")
    _, low = _threshold(site, "threshold_lo")
    if np.any(high < low):
        raise site.refuse("a lower threshold lies above the upper one, which is not reproduced")
    step = site.format(x).lsb
    _per_channel(site, x, np.stack([low + step, high + step], axis=1), -1.0)


def _threshold(site: Site, parameter: str) -> tuple[str, FloatArray]:
    """The input in rows of as many elements as there are thresholds, and these in its type."""
    n_in, n_filt = elements(site.output_shape), site.integer("n_filt", -1)
    count = n_in if n_filt == -1 else n_filt
    x = site.input(0, (n_in // count, count))
    weight = site.weight(parameter)
    raw = recast(weight.raw, weight.format, site.format(x)).ravel()
    if raw.size != count:
        raise site.refuse(f"{parameter} has {raw.size} elements, and {count} are read")
    return x, site.values(site.format(x), raw)


def _per_channel(site: Site, x: str, values: FloatArray, least: float) -> None:
    formats = {"weight": Format(1, 0, signed=False), "bias": Format(2, 0)}
    site.result("multi_threshold", [x], formats, {"out_bias": least}, {"thresholds": values})
