"""Convolutions and pooling."""

from __future__ import annotations

from typing import Any

from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made
from isobit.hls4ml.conversion.sources.windows import output_lengths, paddings, window_attrs


def convolution(layer: KerasLayer) -> Made:
    """``Conv1D``, ``Conv2D``."""
    layer.only("groups", None, 1)
    kernel = layer.weight("kernel")
    return _made(layer, layer.class_name, kernel.shape[-1], {"weight_data": kernel})


def depthwise(layer: KerasLayer) -> Made:
    """``DepthwiseConv1D``, ``DepthwiseConv2D``."""
    layer.only("groups", None, 1)
    layer.only("depth_multiplier", None, 1, reason="the C++ of hls4ml writes outside of its arrays")
    attrs = {"depthwise_data": layer.weight("kernel"), "depth_multiplier": 1}
    return _made(layer, layer.class_name, layer.shape[-1], attrs)


def separable(layer: KerasLayer) -> Made:
    """``SeparableConv1D``, ``SeparableConv2D`` of Keras 2."""
    if layer.keras != 2:
        raise layer.refuse("hls4ml does not convert it from Keras 3; use a depthwise and a plain convolution")
    layer.only("groups", None, 1)
    layer.only("depth_multiplier", None, 1, reason="the C++ of hls4ml writes outside of its arrays")
    pointwise = layer.weight("pointwise_kernel")
    attrs = {
        "depthwise_data": layer.weight("depthwise_kernel"),
        "pointwise_data": pointwise,
        "depth_multiplier": 1,
    }
    return _made(layer, layer.class_name, pointwise.shape[-1], attrs)


def _made(layer: KerasLayer, kind: str, filters: int, own: dict[str, Any]) -> Made:
    layer.only("dilation_rate", None, 1)
    rank = len(layer.shape) - 1
    sizes = layer.per_axis("kernel_size", rank)
    attrs, results = _window(layer, "filt", sizes, layer.per_axis("strides", rank))
    attrs |= {"n_filt": filters, "n_chan": layer.shape[-1], "bias_data": layer.optional("bias"), **own}
    return Made(kind, attrs, (*results, filters), layer.function("activation"))


def pooling(layer: KerasLayer) -> Made:
    """``MaxPooling1D`` and the like."""
    rank, channels = len(layer.shape) - 1, layer.shape[-1]
    sizes = layer.per_axis("pool_size", rank)
    strides = layer.per_axis("strides", rank) if layer.options.has("strides") else sizes
    attrs, results = _window(layer, "pool", sizes, strides)
    attrs |= {"n_filt": channels, "pool_op": _operation(layer)}
    if rank == 1:
        attrs |= {"n_in": attrs.pop("in_width"), "n_out": attrs.pop("out_width")}
    return Made(f"Pooling{rank}D", attrs, (*results, channels))


def global_pooling(layer: KerasLayer) -> Made:
    """``GlobalMaxPooling1D`` and the like; hls4ml has the result without the other axes in any case."""
    layer.only("data_format", None, "channels_last")
    rank, (*spatial, channels) = len(layer.shape) - 1, layer.shape
    attrs: dict[str, Any] = {"n_filt": channels, "pool_op": _operation(layer)}
    keys = ("n_in",) if rank == 1 else ("in_height", "in_width")
    attrs |= dict(zip(keys, spatial, strict=True))
    kept = (1,) * rank if layer.options.boolean("keepdims", False) else ()
    return Made(f"GlobalPooling{rank}D", attrs, (*kept, channels))


def _operation(layer: KerasLayer) -> str:
    return "Average" if "Average" in layer.class_name else "Max"


def _window(
    layer: KerasLayer, window: str, sizes: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[dict[str, Any], list[int]]:
    layer.only("data_format", None, "channels_last", reason="the C++ of hls4ml has no such convolution")
    spatial = layer.shape[:-1]
    padding = layer.options.text("padding", "valid", ("valid", "same", "causal"))
    if padding == "causal" and layer.keras == 2 and strides != (1,):
        raise layer.refuse("hls4ml pads causal convolutions of Keras 2 with strides otherwise than Keras")
    results = output_lengths(padding, spatial, sizes, strides)
    pads = paddings(padding, spatial, sizes, strides)
    return dict(window_attrs(window, spatial, results, sizes, strides, pads)), results
