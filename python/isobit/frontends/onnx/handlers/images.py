"""Channels-first tensors around channels-last layers, and the windows of convolutions and pooling.

ONNX keeps images as (batch, channels, *spatial), isobit as (*spatial, channels). A handler computes one image
in isobit's order between two transpositions, which the pass ``move_transposes`` cancels against those of its
neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

MAX_IMAGES = 64
"""In one sample of a model without batch axis: each becomes a layer of its own."""

Compute = Callable[[Tensor, str], Tensor]
"""From one channels-last image to another; the second argument names the part of the node."""


def spatial_shape(layer: Layer, x: Tensor) -> tuple[int, ...]:
    """Lengths of the spatial axes of a channels-first tensor."""
    shape = layer.shape(x)
    spatial = shape[1:] if x.batch == 0 else shape[2:]
    if not spatial:
        raise FileFormatError(
            f"{x.name!r} has {layer.rank(x)} axes; expected are batch, channels and spatial ones"
        )
    return spatial


def channels_of(layer: Layer, x: Tensor) -> int:
    """Length of the channel axis of a channels-first tensor."""
    return layer.shape(x)[0 if x.batch == 0 else 1]


def over_images(layer: Layer, x: Tensor, compute: Compute) -> Tensor:
    """``compute`` applied to every image of a channels-first tensor."""
    if x.batch == 0:
        return _turned(layer, x, compute, "")
    count = layer.shape(x)[0]
    if count > MAX_IMAGES:
        raise layer.refuse(
            f"axis 0 of {x.name!r} has length {count}; without a batch axis, supported are up to {MAX_IMAGES}"
        )
    results = []
    for i in range(count):
        part = "" if count == 1 else str(i)
        one = x if count == 1 else cut_out(layer, x, {0: slice(i, i + 1)}, part=f"image{part}")
        image = layer.reshape(one, layer.shape(x)[1:], part=f"sample{part}")
        result = _turned(layer, image, compute, part)
        results.append(layer.reshape(result, (1, *layer.shape(result)), part=f"result{part}"))
    return results[0] if count == 1 else layer.emit("concatenate", results, {"axis": 0}, part="images")


def _turned(layer: Layer, image: Tensor, compute: Compute, part: str) -> Tensor:
    axes = range(len(layer.shape(image)))
    last = layer.emit("transpose", [image], {"perm": (*axes[1:], 0)}, part=f"channels_last{part}")
    made = compute(last, part)
    rank = len(layer.shape(made))
    return layer.emit(
        "transpose", [made], {"perm": (rank - 1, *range(rank - 1))}, part=f"channels_first{part}"
    )


class Windows(NamedTuple):
    """Sizes, strides, dilations and pads (all begins, then all ends) of sliding windows."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[int, ...]

    def extents(self) -> list[int]:
        """Length of a window along each axis, from its first element to its last."""
        return [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilations, strict=True)]


def windows(layer: Layer, spatial: Sequence[int], kernel: Sequence[int] | None) -> Windows:
    """The windows that the attributes describe; ``auto_pad`` is resolved for inputs of these lengths."""
    rank = len(spatial)
    given = layer.attributes.integers("kernel_shape")
    if kernel is None and given is None:
        raise FileFormatError("attribute kernel_shape is missing")
    sizes = tuple(kernel if kernel is not None else given or ())
    if given is not None and tuple(given) != sizes:
        raise FileFormatError(f"attribute kernel_shape {given} is not that of the weight, {sizes}")
    strides = per_axis(layer, "strides", rank, 1)
    dilations = per_axis(layer, "dilations", rank, 1)
    pads = per_axis(layer, "pads", 2 * rank, 0, low=0)
    if len(sizes) != rank or min(sizes) < 1:
        raise FileFormatError(f"windows of the shape {sizes} do not fit {rank} spatial axes")
    found = Windows(sizes, strides, dilations, pads)
    mode = layer.attributes.text("auto_pad", "NOTSET")
    if mode == "NOTSET":
        return found
    if mode not in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        raise layer.refuse(
            f"attribute auto_pad is {mode!r}; supported: NOTSET, SAME_UPPER, SAME_LOWER, VALID"
        )
    if any(pads):
        raise FileFormatError(f"both attributes pads {pads} and auto_pad {mode} are given")
    if mode == "VALID":
        return found
    totals = [
        max((-(-n // stride) - 1) * stride + extent - n, 0)
        for n, stride, extent in zip(spatial, strides, found.extents(), strict=True)
    ]
    return found._replace(pads=split_pads(totals, mode == "SAME_UPPER"))


def split_pads(totals: Sequence[int], upper: bool) -> tuple[int, ...]:
    """Pads that add up to these totals, an odd one at the end of each axis (``upper``) or at its begin."""
    less, more = [n // 2 for n in totals], [n - n // 2 for n in totals]
    return (*less, *more) if upper else (*more, *less)


def per_axis(layer: Layer, name: str, count: int, default: int, low: int = 1) -> tuple[int, ...]:
    """An attribute with one number for each axis."""
    found = layer.attributes.integers(name)
    if found is None:
        return (default,) * count
    if len(found) != count or min(found, default=low) < low:
        raise layer.refuse(f"attribute {name} is {list(found)}; supported are {count} numbers from {low} on")
    return tuple(found)
