"""Pooling: largest elements and means of windows, or of whole images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isobit.frontends.onnx.handlers.images import over_images, spatial_shape, windows
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor, Unavailable, Value


def max_pool(layer: Layer) -> tuple[Value, ...]:
    """Largest element of every window; padding never wins."""
    layer.attributes.integer("storage_order", 0)  # of the second output
    pooled = _pool(layer, "max_pool", "fi", {})
    return pooled, Unavailable("output 1 of MaxPool (the indices), which is not supported")


def average_pool(layer: Layer) -> Tensor:
    """Mean of every window, with or without the padding."""
    return _pool(
        layer, "average_pool", "f", {"count_include_pad": layer.attributes.flag("count_include_pad", False)}
    )


def _pool(layer: Layer, op: str, accept: str, attrs: dict[str, Any]) -> Tensor:
    x = layer.tensor(0, accept)
    found = windows(layer, spatial_shape(layer, x), None)
    attrs = {
        **attrs,
        "pool_size": found.kernel,
        "strides": found.strides,
        "dilations": found.dilations,
        "pads": found.pads,
        "ceil_mode": layer.attributes.flag("ceil_mode", False),
    }
    return over_images(layer, x, lambda image, part: layer.emit(op, [image], attrs, part=part))


def global_pool(op: str) -> Callable[[Layer], Tensor]:
    """A handler for a reduction over all spatial axes, which stay with length 1."""

    def handler(layer: Layer) -> Tensor:
        x = layer.tensor(0)
        first = len(layer.shape(x)) - len(spatial_shape(layer, x))
        axes = tuple(range(first, len(layer.shape(x))))
        return layer.emit(op, [x], {"axes": axes, "keepdims": True})

    return handler
