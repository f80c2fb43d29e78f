"""Convolution and transposed convolution with trained weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.images import (
    channels_of,
    over_images,
    per_axis,
    spatial_shape,
    split_pads,
    windows,
)
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor
from isobit.ir import FloatArray


def conv(layer: Layer) -> Tensor:
    """The weight (M, C / groups, *kernel) becomes (*kernel, C / groups, M)."""
    x = layer.tensor(0)
    spatial, weight = spatial_shape(layer, x), layer.weights(1)
    groups = _groups(layer, x, weight)
    if weight.ndim != len(spatial) + 2 or weight.shape[1] * groups != channels_of(layer, x):
        raise FileFormatError(
            f"the weight of shape {weight.shape} with group {groups} does not fit {x.name!r} of shape "
            f"{layer.shown(x)}"
        )
    found = windows(layer, spatial, weight.shape[2:])
    attrs = {"strides": found.strides, "dilations": found.dilations, "pads": found.pads, "groups": groups}
    constants = {"weight": _moved(weight, (-1, -2)), **_bias(layer, weight.shape[0])}
    return _over(layer, "conv", x, attrs, constants)


def conv_transpose(layer: Layer) -> Tensor:
    """The weight (C, M / groups, *kernel) becomes (*kernel, C, M / groups)."""
    x = layer.tensor(0)
    spatial, weight = spatial_shape(layer, x), layer.weights(1)
    groups = _groups(layer, x, weight)
    if weight.ndim != len(spatial) + 2 or weight.shape[0] != channels_of(layer, x):
        raise FileFormatError(
            f"the weight of shape {weight.shape} does not fit {x.name!r} of shape {layer.shown(x)}"
        )
    mode = layer.attributes.text("auto_pad", "NOTSET")
    layer.attributes.rewind_one("auto_pad")
    target = layer.attributes.integers("output_shape")
    extra = per_axis(layer, "output_padding", len(spatial), 0, low=0)
    found = windows(layer, spatial, weight.shape[2:])
    pads = found.pads
    if target is None and mode in ("SAME_UPPER", "SAME_LOWER"):
        target = tuple(n * stride for n, stride in zip(spatial, found.strides, strict=True))
    if target is not None:
        full = [
            stride * (n - 1) + more + extent
            for stride, n, more, extent in zip(found.strides, spatial, extra, found.extents(), strict=True)
        ]
        target = tuple(target)[-len(spatial) :]
        totals = [whole - wanted for whole, wanted in zip(full, target, strict=True)]
        # What an output shape asks for beyond the full result is padding of the output.
        extra = tuple(more + max(-total, 0) for more, total in zip(extra, totals, strict=True))
        if any(more >= stride for more, stride in zip(extra, found.strides, strict=True) if more):
            raise layer.refuse(f"the output shape {target} is larger than the full result {full}")
        pads = split_pads([max(total, 0) for total in totals], mode == "SAME_UPPER")
    attrs = {
        "strides": found.strides,
        "dilations": found.dilations,
        "pads": pads,
        "output_padding": extra,
        "groups": groups,
    }
    constants = {"weight": _moved(weight, (-2, -1)), **_bias(layer, weight.shape[1] * groups)}
    return _over(layer, "conv_transpose", x, attrs, constants)


def _moved(weight: FloatArray, target: tuple[int, int]) -> FloatArray:
    """The first two axes at the end, as an array of its own that the layers can keep."""
    return np.moveaxis(weight, (0, 1), target).copy(order="C")


def _over(
    layer: Layer, op: str, x: Tensor, attrs: dict[str, Any], constants: dict[str, FloatArray]
) -> Tensor:
    return over_images(layer, x, lambda image, part: layer.emit(op, [image], attrs, constants, part))


def _groups(layer: Layer, x: Tensor, weight: FloatArray) -> int:
    groups = layer.attributes.integer("group", 1)
    channels = channels_of(layer, x)
    if groups < 1 or channels % groups or weight.shape[0] % groups:
        raise FileFormatError(
            f"attribute group is {groups}, which does not divide both the {channels} channels of {x.name!r} "
            f"and the first axis of the weight, of shape {weight.shape}"
        )
    return groups


def _bias(layer: Layer, channels: int) -> dict[str, FloatArray]:
    if not layer.has(2):
        return {}
    bias = layer.weights(2)
    if bias.shape != (channels,):
        raise FileFormatError(f"the bias has shape {bias.shape}; expected is ({channels},)")
    return {"bias": bias}
