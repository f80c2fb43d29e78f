"""Convolutions: plain, depthwise and separable."""

from __future__ import annotations

import math
from dataclasses import replace

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.activations import fused_activation
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.windows import (
    INERT,
    as_it_was,
    channels_last,
    data_format,
    padded,
    per_axis,
)
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray, Shape


def with_bias(options: Options, *names: str) -> tuple[Variable, ...]:
    """Kernels, and the bias if there is one; adapters and quantized kernels are refused: they add others."""
    for key in ("lora_rank", "lora_alpha", "quantization_config"):
        options.require(key, None)
    kernels = tuple(Variable(name) for name in names)
    return (*kernels, Variable("bias")) if options.boolean("use_bias", True) else kernels


def bias_of(call: Call, filters: int) -> dict[str, FloatArray]:
    """The constant ``bias``, where the layer has one."""
    return {"bias": call.weight("bias", (filters,))} if call.options.boolean("use_bias", True) else {}


class Conv(Handler):
    """``Conv1D``, ``Conv2D``, ``Conv3D``: kernel (*size, channels / groups, filters), as in the IR.

    Parameters
    ----------
    rank : int
        Number of spatial axes.
    """

    irrelevant = INERT

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Kernel and bias."""
        return with_bias(options, "kernel")

    def convert(self, call: Call) -> Tensor:
        """One node, one for the activation, and transpositions for ``channels_first``."""
        tensor, order = call.input(), data_format(call)
        return self.applied(call, channels_last(call, tensor, self.rank, order), order)

    def applied(self, call: Call, tensor: Tensor, order: str) -> Tensor:
        """The layer on channels-last data."""
        filters = call.options.integer("filters")
        groups = call.options.integer("groups") if call.options.has("groups") else 1
        channels = tensor.shape[-1]
        if groups < 1 or filters < 1 or channels % groups or filters % groups:
            raise FileFormatError(
                f"{call.where}: {channels} channels and {filters} filters do not make {groups} groups"
            )
        size = per_axis(call, "kernel_size", self.rank)
        kernel = call.weight("kernel", (*size, channels // groups, filters))
        result = convolve(call, tensor, kernel, groups, filters)
        return fused_activation(call, as_it_was(call, result, order))


def convolve(
    call: Call, tensor: Tensor, kernel: FloatArray, groups: int, filters: int, bias: bool = True
) -> Tensor:
    """A node ``conv`` with the strides, dilations and padding of the options; axes are channels last."""
    rank = len(tensor.shape) - 1
    strides = per_axis(call, "strides", rank)
    dilations = per_axis(call, "dilation_rate", rank)
    rules = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    padding = call.options.text("padding", "valid", rules)
    attrs = {
        "strides": strides,
        "dilations": dilations,
        "pads": padded(call, padding, tensor.shape[:-1], kernel.shape[:rank], strides, dilations),
        "groups": groups,
    }
    constants = {"weight": kernel, **(bias_of(call, filters) if bias else {})}
    return call.emit("conv", [tensor], attrs, constants)


class DepthwiseConv(Conv):
    """``DepthwiseConv1D``, ``DepthwiseConv2D``: one group for each channel."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Kernel and bias; Keras 2 calls the former ``depthwise_kernel``."""
        kernel, *others = with_bias(options, "kernel")
        return (replace(kernel, also=("depthwise_kernel",)), *others)

    def applied(self, call: Call, tensor: Tensor, order: str) -> Tensor:
        """The layer on channels-last data; the kernel (*size, channels, multiplier) becomes grouped."""
        call.options.require("groups", None, 1)
        kernel = depthwise_kernel(call, "kernel", self.rank, tensor.shape[-1])
        result = convolve(call, tensor, kernel, tensor.shape[-1], kernel.shape[-1])
        return fused_activation(call, as_it_was(call, result, order))


class SeparableConv(Conv):
    """``SeparableConv1D``, ``SeparableConv2D``: a depthwise convolution, then one of size 1."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Both kernels and the bias."""
        return with_bias(options, "depthwise_kernel", "pointwise_kernel")

    def applied(self, call: Call, tensor: Tensor, order: str) -> Tensor:
        """A node ``conv`` with a group for each channel, and a ``dense`` one."""
        filters = call.options.integer("filters")
        call.options.require("groups", None, 1)
        kernel = depthwise_kernel(call, "depthwise_kernel", self.rank, tensor.shape[-1])
        inner = convolve(call, tensor, kernel, tensor.shape[-1], 0, bias=False)
        channels = inner.shape[-1]
        pointwise = call.weight("pointwise_kernel", (*[1] * self.rank, channels, filters))
        constants = {"weight": pointwise.reshape(channels, filters), **bias_of(call, filters)}
        result = call.emit("dense", [inner], constants=constants, suffix="pointwise")
        return fused_activation(call, as_it_was(call, result, order))


def depthwise_kernel(call: Call, name: str, rank: int, channels: int) -> FloatArray:
    """A kernel (*size, channels, multiplier) as one with groups: (*size, 1, channels * multiplier)."""
    size: Shape = per_axis(call, "kernel_size", rank)
    multiplier = call.options.integer("depth_multiplier")
    kernel = call.weight(name, (*size, channels, multiplier))
    return kernel.reshape(*size, 1, math.prod((channels, multiplier)))
