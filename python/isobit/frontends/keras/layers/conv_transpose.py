"""Transposed convolutions."""

from __future__ import annotations

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.activations import fused_activation
from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.convolution import Conv, bias_of
from isobit.frontends.keras.layers.windows import as_it_was, per_axis


class ConvTranspose(Conv):
    """``Conv1DTranspose``, ``Conv2DTranspose``, ``Conv3DTranspose``.

    Keras defines them as the gradient of a convolution: that convolution, with the same padding rule, must
    make the input's shape of the result's.
    """

    def applied(self, call: Call, tensor: Tensor, order: str) -> Tensor:
        """The layer on channels-last data."""
        options, rank = call.options, self.rank
        options.require("groups", None, 1)
        filters = options.integer("filters")
        size = per_axis(call, "kernel_size", rank)
        kernel = call.weight("kernel", (*size, filters, tensor.shape[-1]))
        strides, dilations = per_axis(call, "strides", rank), per_axis(call, "dilation_rate", rank)
        wanted = per_axis(call, "output_padding", rank, 0) if options.has("output_padding") else [None] * rank
        same = options.text("padding", "valid", ("valid", "same")) == "same"
        crops = [
            _crop(call, same, length, (n - 1) * dilation + 1, stride, more)
            for length, n, stride, dilation, more in zip(
                tensor.shape, size, strides, dilations, wanted, strict=False
            )
        ]
        attrs = {
            "strides": strides,
            "dilations": dilations,
            "pads": (*(first for first, _, _ in crops), *(last for _, last, _ in crops)),
            "output_padding": tuple(more for _, _, more in crops),
        }
        constants = {"weight": np.ascontiguousarray(np.swapaxes(kernel, -1, -2)), **bias_of(call, filters)}
        result = call.emit("conv_transpose", [tensor], attrs, constants)
        return fused_activation(call, as_it_was(call, result, order))


def _crop(
    call: Call, same: bool, length: int, extent: int, stride: int, more: int | None
) -> tuple[int, int, int]:
    """What is cut from the front and the end of the full result, and what is added behind it."""
    full = (length - 1) * stride + extent
    if more is not None and more >= stride:
        raise FileFormatError(f"{call.where}: output_padding {more} is not less than the stride {stride}")
    if not same:
        return 0, 0, max(extent, stride) - extent if more is None else more
    result = length * stride if more is None else (length - 1) * stride + extent % 2 + more
    if -(-result // stride) != length:
        raise FileFormatError(
            f"{call.where}: output_padding {more} does not fit an axis of {length} elements"
        )
    first = max(full - result, 0) // 2
    return first, max(full - first - result, 0), max(result + first - full, 0)
