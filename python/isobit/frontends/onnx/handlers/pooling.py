"""Pooling: largest elements, means and norms of windows, or of whole images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.images import over_images, spatial_shape, windows
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor, Unavailable, Value
from isobit.ops.sliding import Axis


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


def global_lp_pool(layer: Layer) -> Tensor:
    """The norm over all spatial axes, which stay with length 1."""
    x = layer.tensor(0)
    first = len(layer.shape(x)) - len(spatial_shape(layer, x))
    return _norm(layer, x, tuple(range(first, len(layer.shape(x)))), keepdims=True)


def lp_pool(layer: Layer) -> Tensor:
    """The norm of every window: the elements of all windows side by side, and a reduction."""
    x = layer.tensor(0)
    shape, spatial = layer.shape(x), spatial_shape(layer, x)
    found, ceil = windows(layer, spatial, None), layer.attributes.flag("ceil_mode", False)
    rank, first = len(spatial), len(shape) - len(spatial)
    axes = [
        Axis(n, *sizes)
        for n, *sizes in zip(
            spatial, found.kernel, found.strides, found.dilations, found.pads, found.pads[rank:], strict=False
        )
    ]
    counts = [axis.outputs(ceil) for axis in axes]
    if min(counts) < 1:
        raise FileFormatError(f"windows of the shape {found.kernel} do not fit the axes {spatial}")
    met = [axis.meets(count) for axis, count in zip(axes, counts, strict=True)]
    behind = [max(0, int(pixels.max()) + 1 - n) for pixels, n in zip(met, spatial, strict=True)]
    if any(found.pads[:rank]) or any(behind):
        before = (0,) * first
        pads = (*before, *found.pads[:rank], *before, *behind)
        x = layer.emit("pad", [x], {"pads": pads}, part="padded")
    split: list[int] = list(shape[:first])
    for i, (axis, pixels) in enumerate(zip(axes, met, strict=True)):
        indices = tuple((pixels + axis.begin).ravel().tolist())
        if indices != tuple(range(layer.shape(x)[first + i])):
            x = layer.emit("take", [x], {"axis": first + i, "indices": indices}, part=f"windows{i}")
        split += pixels.shape
    x = layer.reshape(x, tuple(split), part="windows")
    return _norm(layer, x, tuple(range(first + 1, first + 2 * rank, 2)), keepdims=False)


def _norm(layer: Layer, x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The attribute p: of the sum of the p-th powers of absolute values, the p-th root."""
    p, attrs = layer.attributes.integer("p", 2), {"axes": axes, "keepdims": keepdims}
    if p < 1:
        raise FileFormatError(f"attribute p is {p}; it must be positive")
    if p <= 2:
        return layer.emit("reduce_sum_abs" if p == 1 else "reduce_l2", [x], attrs)
    magnitudes = layer.emit("abs", [x], part="magnitude") if p % 2 else x
    powers = layer.emit("power", [magnitudes], {"exponent": float(p)}, part="powers")
    total = layer.emit("reduce_sum", [powers], attrs, part="sum")
    return layer.emit("power", [total], {"exponent": 1 / p})
