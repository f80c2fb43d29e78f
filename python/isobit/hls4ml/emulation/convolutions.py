"""Convolutions: ordinary, pointwise, depthwise and separable, in one or two dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isobit.hls4ml.emulation.products import Terms, check_product, in_order, is_resource, operand, terms
from isobit.hls4ml.emulation.site import Site, plain
from isobit.ir import Shape


@dataclass(frozen=True)
class Window:
    """The geometry of a kernel that slides."""

    lengths: Shape
    kernel: Shape
    strides: Shape
    dilations: Shape
    begins: Shape
    results: Shape
    channels: int
    filters: int

    @property
    def attrs(self) -> dict[str, list[int]]:
        """Attributes of the operators; pads behind are what the results reach."""
        spans = [d * (k - 1) + 1 for d, k in zip(self.dilations, self.kernel, strict=True)]
        ends = [
            max(0, (m - 1) * s + span - begin - n)
            for m, s, span, begin, n in zip(
                self.results, self.strides, spans, self.begins, self.lengths, strict=True
            )
        ]
        return {
            "strides": list(self.strides),
            "dilations": list(self.dilations),
            "pads": [*self.begins, *ends],
        }

    def cropped(self, site: Site, tensor: str) -> str:
        """A tensor without what no window reaches, so that the results are as many as there are."""
        shape = (*self.lengths, self.channels)
        needed = [
            min(n, (m - 1) * s + d * (k - 1) + 1 - begin)
            for n, m, s, d, k, begin in zip(
                self.lengths,
                self.results,
                self.strides,
                self.dilations,
                self.kernel,
                self.begins,
                strict=True,
            )
        ]
        tensor = site.shaped(tensor, shape)
        if needed == list(self.lengths):
            return tensor
        kept = np.arange(np.prod(shape)).reshape(shape)[tuple(slice(n) for n in needed)]
        return site.taken(tensor, kept)


def _window(site: Site, path: str = "") -> Window:
    def number(member: str, default: int | None = None) -> int:
        return site.integer(f"{path}{member}", default)

    if "1d" in site.call.function:
        return Window(
            (number("in_width"),),
            (number("filt_width"),),
            (number("stride_width"),),
            (number("dilation", 1),),
            (number("pad_left"),),
            (number("out_width"),),
            number("n_chan"),
            number("n_filt"),
        )
    return Window(
        (number("in_height"), number("in_width")),
        (number("filt_height"), number("filt_width")),
        (number("stride_height"), number("stride_width")),
        (number("dilation_height", 1), number("dilation_width", 1)),
        (number("pad_top"), number("pad_left")),
        (number("out_height"), number("out_width")),
        number("n_chan"),
        number("n_filt"),
    )


def convolution(site: Site) -> None:
    """``nnet::conv_1d_cl``, ``conv_2d_cl`` and their pointwise relatives."""
    check_product(site, "mult_config.product")
    window = _window(site)
    x = window.cropped(site, site.input())
    n_in = int(np.prod(window.kernel)) * window.channels
    resource = is_resource(site)
    both = terms(site, n_in, window.filters, transposed=resource)
    factor = operand(site, x, site.is_never_negative())
    if any(window.attrs["pads"]) and factor.low > 0:
        raise site.refuse("padding of inputs that are never zero")  # pragma: no cover (no such format)
    how = both.how(factor, site.output_format)
    order = in_order(site, how, n_in, window.filters, resource)
    if order is not None:
        _in_order(site, window, x, both, order)
        return
    weight = both.weight.reshape(*window.kernel, window.channels, window.filters)
    constants = {
        "weight": site.values(both.weight_format, weight),
        "bias": site.values(both.accumulator, both.bias),
    }
    op = how.cell.replace("dense", "conv")
    site.result(op, [x], both.formats(how), window.attrs, constants)


def _in_order(site: Site, window: Window, x: str, both: Terms, order: list[int]) -> None:
    """A convolution whose window is gathered, and its elements added in an order of their own."""
    from isobit.ops.sliding import Axis, windows_of

    attrs, rank = window.attrs, len(window.kernel)
    shape = site.network.shape(x)
    axes = [
        Axis(shape[i], window.kernel[i], window.strides[i], window.dilations[i], window.begins[i],
             attrs["pads"][rank + i])
        for i in range(rank)
    ]  # fmt: skip
    pixels = windows_of(axes, window.results)
    pads = [*window.begins, 0, *attrs["pads"][rank:], 0]
    if any(pads):
        padded = tuple(n + pads[i] + pads[rank + 1 + i] for i, n in enumerate(shape))
        x = site.add("pad", [x], {"output": site.format(x), "weight": plain(site.format(x))}, {"pads": pads})
        axes = [
            Axis(padded[i], window.kernel[i], window.strides[i], window.dilations[i]) for i in range(rank)
        ]
        pixels = windows_of(axes, window.results)
    elements = pixels[:, :, None] * window.channels + np.arange(window.channels)
    rows = elements.reshape(len(pixels), -1)[:, order]
    gathered = site.taken(x, rows)
    formats = {**both.formats(both.how(operand(site, x), site.output_format))}
    constants = {
        "weight": site.values(both.weight_format, both.weight[order]),
        "bias": site.values(both.accumulator, both.bias),
    }
    site.result("ascending_dense", [gathered], formats, constants=constants)


def depthwise(site: Site) -> None:
    """``nnet::depthwise_conv_1d_cl`` and ``depthwise_conv_2d_cl``: one output for each channel."""
    check_product(site, "mult_config.product")
    window = _window(site)
    if window.filters != window.channels:
        raise site.refuse(
            f"hls4ml stops for a depth multiplier other than 1 ({window.filters} filters of "
            f"{window.channels} channels)"
        )
    if site.network.firmware.io_type != "io_stream" and is_resource(site):
        raise site.refuse("hls4ml has no depthwise convolution with the Resource strategy in io_parallel")
    x = window.cropped(site, site.input())
    taps = int(np.prod(window.kernel))
    both = terms(site, taps, window.channels)
    how = both.how(operand(site, x, site.is_never_negative()), site.output_format)
    weight = both.weight.reshape(*window.kernel, 1, window.channels)
    constants = {
        "weight": site.values(both.weight_format, weight),
        "bias": site.values(both.accumulator, both.bias),
    }
    attrs = {**window.attrs, "groups": window.channels}
    site.result(how.cell.replace("dense", "conv"), [x], both.formats(how), attrs, constants)
