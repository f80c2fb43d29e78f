"""Layers that move elements: reshape, transpose, padding, cropping, resizing, repetition, embedding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isobit.hls4ml.emulation.site import Site, plain


def reshape(site: Site) -> None:
    """Another name for the same memory, or a copy of it."""
    site.result_is(site.input(), never_negative=site.is_never_negative() and _unchanged(site))


def _unchanged(site: Site) -> bool:
    return site.format(site.input()) == site.output_format


def transpose(site: Site) -> None:
    """``nnet::transpose``: output element i comes from the digits of i times ``perm_strides``."""
    order = transposed(site, "")
    site.result_is(
        site.taken(site.input(), order), never_negative=site.is_never_negative() and _unchanged(site)
    )


def transposed(site: Site, path: str) -> npt.NDArray[np.int64]:
    """The element that each output of a transposition reads."""
    shape, strides = site.numbers(f"{path}to_shape"), site.numbers(f"{path}perm_strides")
    digits = np.indices(shape)
    return np.asarray(sum(digit * stride for digit, stride in zip(digits, strides, strict=True)))


def zero_padding(site: Site) -> None:
    """``zeropad1d_cl`` and ``zeropad2d_cl``."""
    if "1d" in site.call.function:
        shape: tuple[int, ...] = (site.integer("in_width"), site.integer("n_chan"))
        pads = [site.integer("pad_left"), 0, site.integer("pad_right"), 0]
    else:
        shape = (site.integer("in_height"), site.integer("in_width"), site.integer("n_chan"))
        pads = [
            site.integer("pad_top"), site.integer("pad_left"), 0,
            site.integer("pad_bottom"), site.integer("pad_right"), 0,
        ]  # fmt: skip
    x = site.input(0, shape)
    source = site.format(x)
    padded = site.add("pad", [x], {"output": source, "weight": plain(source)}, {"pads": pads})
    site.result_is(padded, never_negative=site.is_never_negative() and _unchanged(site))


def cropping(site: Site) -> None:
    """``cropping1d_cl`` and ``cropping2d_cl``."""
    channels = site.integer("n_chan")
    if "1d" in site.call.function:
        shape: tuple[int, ...] = (site.integer("in_width"), channels)
        first = site.integer("crop_left")
        kept = np.arange(np.prod(shape)).reshape(shape)[first : first + site.integer("out_width")]
    else:
        shape = (site.integer("in_height"), site.integer("in_width"), channels)
        top, left = site.integer("crop_top"), site.integer("crop_left")
        kept = np.arange(np.prod(shape)).reshape(shape)[
            top : top + site.integer("out_height"), left : left + site.integer("out_width")
        ]
    site.result_is(
        site.taken(site.input(), kept), never_negative=site.is_never_negative() and _unchanged(site)
    )


def resize_nearest(site: Site) -> None:
    """``resize_nearest``: positions in 16 fractional bits, as hls4ml computes them."""
    height, width, channels = (site.integer(n) for n in ("height", "width", "n_chan"))
    rows = _nearest(height, site.integer("new_height"))
    columns = _nearest(width, site.integer("new_width"))
    if rows.max() >= height or columns.max() >= width:
        raise site.refuse("hls4ml reads behind the end of the image for this ratio of sizes")
    elements = np.arange(height * width * channels).reshape(height, width, channels)
    site.result_is(
        site.taken(site.input(), elements[rows][:, columns]),
        never_negative=site.is_never_negative() and _unchanged(site),
    )


def _nearest(old: int, new: int) -> npt.NDArray[np.int64]:
    ratio = (old << 16) // new + 1
    return (np.arange(new) * ratio) >> 16


def embedding(site: Site) -> None:
    """Rows of a constant matrix; hls4ml does not check the index."""
    n_out, vocabulary = site.integer("n_out"), site.integer("vocab_size")
    weight = site.weight("embeddings")
    x = site.input(0, (site.integer("n_in"),))
    constants = {"weight": site.values(weight.format, weight.raw).reshape(vocabulary, n_out)}
    site.result("embedding", [x], {"weight": plain(weight.format)}, constants=constants)
