"""Convolutions over 1 to 3 spatial axes, channels last, and their transposes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import size
from isobit.ops.dense import Weighted
from isobit.ops.layer import Layer
from isobit.ops.roles import ACCUMULATOR, WEIGHT
from isobit.ops.sliding import SLIDING, Axis, Pixels, axes_of, checked_outputs, combined, windows_of

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class _Convolution(Weighted):
    """What both directions share."""

    cells: ClassVar[tuple[str, str]] = ("convolution", "dense")

    def _emit(self, layer: LayerLowering, pixels: Pixels, weight: dict[str, Any]) -> None:
        """One cell; that of a dense layer where there is one pixel only."""
        groups = layer.attrs["groups"]
        constants = [weight, self.bias(layer)]
        formats = [layer.format(ACCUMULATOR)]
        n_in, n_out = layer.input_shape[-1] // groups, layer.shape[-1] // groups
        positions, taps = pixels.shape
        if groups == 1 and size(layer.input_shape[:-1]) == 1 and np.array_equal(pixels, [[0]]):
            layer.emit(self.cells[1], formats=formats, constants=constants, ints=[positions, n_in, n_out])
            return
        head = [positions, groups, n_in, n_out, taps]
        layer.emit(
            self.cells[0], formats=formats, constants=constants, ints=np.concatenate([head, pixels.ravel()])
        )


def _groups(layer: Layer, channels: int, what: str) -> int:
    groups: int = layer.attrs["groups"]
    if groups < 1 or channels % groups != 0:
        raise layer.refuse(f"{channels} {what} cannot be divided into {groups} groups")
    return groups


class Conv(_Convolution):
    """``y[p, m] = sum of x[p * stride + tap * dilation - pad, c] * weight[tap, c, m] over taps and c``.

    Input ``(s1, ..., sn, C)``, weight ``(k1, ..., kn, C/groups, M)``, bias ``(M,)``; what lies in the
    padding is zero. Output channels are ordered by group. A depthwise convolution has as many groups as
    channels.
    """

    name = "conv"
    attributes = declare({**SLIDING, "groups": Attribute(Kind.INT, 1)})
    constants = declare(
        {
            "weight": Constant("array of shape (k1, ..., kn, channels / groups, n_out)"),
            "bias": Constant("array of shape (n_out,)", optional=True),
        }
    )
    hls4ml_classes: ClassVar[tuple[str, ...]] = (
        "Conv1D", "Conv2D", "QConv1D", "QConv2D", "DepthwiseConv1D", "DepthwiseConv2D", "QDepthwiseConv2D",
        "SeparableConv1D", "SeparableConv2D", "PointwiseConv1D", "PointwiseConv2D",
    )  # fmt: skip

    def shape(self, layer: Layer) -> Shape:
        """Spatial axes as the kernel slides over them, then the output channels."""
        weight, source = layer.constants["weight"], layer.input_shape
        axes = axes_of(layer, weight.shape[:-2])
        groups = _groups(layer, source[-1], "channels")
        if weight.shape[-2] * groups != source[-1]:
            raise layer.refuse(
                f"weight of shape {weight.shape} expects {weight.shape[-2]} channels in each of {groups} "
                f"group(s), but the input has shape {source}"
            )
        channels = weight.shape[-1]
        _groups(layer, channels, "output channels")
        layer.check_constant("bias", (channels,))
        return (*checked_outputs(layer, axes, [axis.outputs() for axis in axes]), channels)

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        weight = layer.constants["weight"]
        axes = axes_of(layer, weight.shape[:-2])
        self._emit(layer, windows_of(axes, layer.shape[:-1]), layer.constant(WEIGHT, "weight", weight))


class ConvTranspose(_Convolution):
    """The transpose of a convolution: every input pixel adds its channels times the kernel to the result.

    Input ``(s1, ..., sn, C)``, weight ``(k1, ..., kn, C, M/groups)``, bias ``(M,)``. Pads are cropped from
    the full result; ``output_padding`` lengthens its end.
    """

    name = "conv_transpose"
    attributes = declare(
        {**SLIDING, "output_padding": Attribute(Kind.INTS, None), "groups": Attribute(Kind.INT, 1)}
    )
    constants = declare(
        {
            "weight": Constant("array of shape (k1, ..., kn, channels, n_out / groups)"),
            "bias": Constant("array of shape (n_out,)", optional=True),
        }
    )
    hls4ml_classes = ("Conv1DTranspose", "Conv2DTranspose")

    def shape(self, layer: Layer) -> Shape:
        """Spatial axes that the kernel reaches, then the output channels."""
        weight, source = layer.constants["weight"], layer.input_shape
        axes = axes_of(layer, weight.shape[:-2])
        if weight.shape[-2] != source[-1]:
            raise layer.refuse(
                f"weight of shape {weight.shape} expects {weight.shape[-2]} channels, but the input has "
                f"shape {source}"
            )
        groups = _groups(layer, source[-1], "channels")
        channels = weight.shape[-1] * groups
        layer.check_constant("bias", (channels,))
        return (*checked_outputs(layer, axes, self._outputs(layer, axes)), channels)

    def lower(self, layer: LayerLowering) -> None:
        """One cell, whose taps are those that reach a position."""
        groups = layer.attrs["groups"]
        weight = layer.constants["weight"]
        axes = axes_of(layer, weight.shape[:-2])
        along = [axis.reached_by(count) for axis, count in zip(axes, layer.shape[:-1], strict=True)]
        # The cell has the channels of a group in front, and all output channels behind.
        order = np.arange(weight.size).reshape(-1, groups, weight.shape[-2] // groups, weight.shape[-1])
        stored = layer.reordered(layer.constant(WEIGHT, "weight", weight), order.swapaxes(1, 2).ravel())
        self._emit(layer, combined(axes, along), stored)

    def _outputs(self, layer: Layer, axes: Sequence[Axis]) -> list[int]:
        padding = layer.attrs["output_padding"] or (0,) * len(axes)
        if len(padding) != len(axes) or min(padding) < 0:
            raise layer.refuse(f"output_padding {padding} must be {len(axes)} numbers of at least 0")
        for axis, more in zip(axes, padding, strict=True):
            if more >= max(axis.stride, axis.dilation):
                raise layer.refuse(
                    f"output_padding {more} is not smaller than the stride {axis.stride} or the dilation "
                    f"{axis.dilation}"
                )
        return [axis.transposed_outputs(more) for axis, more in zip(axes, padding, strict=True)]
