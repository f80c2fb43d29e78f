"""Pooling, over windows and over everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from isobit.formats import Format, Overflow
from isobit.hls4ml.emulation.site import Site, is_integer, plain
from isobit.ops.sliding import Axis, windows_of


def pooling(site: Site) -> None:
    """``pooling1d_cl`` and ``pooling2d_cl``."""
    if "1d" in site.call.function:
        lengths: tuple[int, ...] = (site.integer("n_in"),)
        kernel: tuple[int, ...] = (site.integer("pool_width"),)
        strides: tuple[int, ...] = (site.integer("stride_width"),)
        begins: tuple[int, ...] = (site.integer("pad_left"),)
        ends: tuple[int, ...] = (site.integer("pad_right"),)
    else:
        lengths = (site.integer("in_height"), site.integer("in_width"))
        kernel = (site.integer("pool_height"), site.integer("pool_width"))
        strides = (site.integer("stride_height"), site.integer("stride_width"))
        begins = (site.integer("pad_top"), site.integer("pad_left"))
        ends = (site.integer("pad_bottom"), site.integer("pad_right"))
    x = site.input(0, (*lengths, site.integer("n_filt")))
    attrs: dict[str, Any] = {
        "pool_size": list(kernel),
        "strides": list(strides),
        "pads": [*begins, *ends],
    }
    if site.word("pool_op") == "average":
        attrs["count_include_pad"] = site.flag("count_pad", False)
        _average(site, x, attrs)
        return
    _check_maximum(site, x)
    source = site.format(x)
    if source.signed or not any((*begins, *ends)):
        site.result("max_pool", [x], attrs=attrs, never_negative=_stays_positive(site, x))
        return
    # The padding of an unsigned type is its highest bit alone, which is no smallest number.
    axes = [
        Axis(n, k, s, 1, b, e) for n, k, s, b, e in zip(lengths, kernel, strides, begins, ends, strict=True)
    ]
    outside = (windows_of(axes, [axis.outputs() for axis in axes]) < 0).any(axis=1)
    largest = site.add("max_pool", [x], {"output": source}, attrs)
    shape = site.network.shape(largest)
    padding = np.where(outside, 2.0 ** (source.width - 1 - source.frac), 0.0)
    value = np.broadcast_to(padding.reshape(*shape[:-1], 1), shape)
    constant = site.add(
        "constant", [], {"output": source, "weight": plain(source)}, constants={"value": value}
    )
    site.result("maximum", [largest, constant])


def global_pooling(site: Site) -> None:
    """``global_pooling1d_cl`` and ``global_pooling2d_cl``."""
    if "1d" in site.call.function:
        lengths: tuple[int, ...] = (site.integer("n_in"),)
    else:
        lengths = (site.integer("in_height"), site.integer("in_width"))
    x = site.input(0, (*lengths, site.integer("n_filt")))
    attrs: dict[str, Any] = {"pool_size": list(lengths)}
    if site.word("pool_op") == "average":
        _average(site, x, attrs)
        return
    _check_maximum(site, x)
    site.result("max_pool", [x], attrs=attrs, never_negative=_stays_positive(site, x))


def _average(site: Site, x: str, attrs: dict[str, Any]) -> None:
    """The mean. In io_stream each element is cast into the accumulator before, and windows are trees."""
    accumulator = site.type("accum_t")
    if is_integer(accumulator) and site.format(x).frac > 0:
        raise site.refuse(f"fractions of {site.format(x)} added to an integer are not reproduced")
    if site.network.firmware.io_type == "io_stream":
        if accumulator.overflow is not Overflow.WRAP and "global" not in site.call.function:
            raise site.refuse(
                f"the sums of io_stream in the accumulator {accumulator}, which saturates, are not "
                "reproduced; an accumulator that wraps is"
            )
        x = site.add("linear", [x], {"output": accumulator})
    site.result("stepwise_average_pool", [x], {"accumulator": accumulator}, attrs)


def _stays_positive(site: Site, x: str) -> bool:
    return site.is_never_negative() and site.keeps_sign(site.format(x))


def _check_maximum(site: Site, x: str) -> None:
    """The largest is compared in the accumulator: without loss where that holds the inputs."""
    source, accumulator = site.format(x), site.call.types.get("accum_t", site.format(x))
    if not _holds(accumulator, source):
        raise site.refuse(
            f"the largest of {source} is taken in the accumulator {accumulator}, which cannot hold it; give "
            "the accumulator the type of the inputs"
        )


def _holds(to: Format, source: Format) -> bool:
    return to.frac >= source.frac and to.max * 1.0 >= source.max and to.min <= source.min
