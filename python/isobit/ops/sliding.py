"""Where a kernel that slides over spatial axes meets its input: what convolution and pooling share.

Tensors are channels last: ``(s1, ..., sn, channels)``. Pads are ``2n`` numbers, all begins and then all
ends, as in ONNX. A *tap* is one element of the kernel; at each output position it meets one input pixel, or
falls into the padding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Kind
from isobit.ops.layer import Layer

Pixels = npt.NDArray[np.int64]

SLIDING = {
    "strides": Attribute(Kind.INTS, None),
    "dilations": Attribute(Kind.INTS, None),
    "pads": Attribute(Kind.INTS, None),
}
"""Attributes of operators with a kernel; by default 1, 1 and 0 on every axis."""

MOST_AXES = 3


@dataclass(frozen=True)
class Axis:
    """A kernel of ``taps`` elements along one axis of ``length`` pixels."""

    length: int
    taps: int
    stride: int = 1
    dilation: int = 1
    begin: int = 0
    end: int = 0

    @property
    def span(self) -> int:
        """Pixels from the first to the last tap."""
        return self.dilation * (self.taps - 1) + 1

    def outputs(self, ceil_mode: bool = False) -> int:
        """Number of positions.

        ``ceil_mode`` counts a last one that reaches beyond the padding, unless it would begin there.
        """
        free = self.length + self.begin + self.end - self.span
        if free < 0:
            return 0
        count = (-(-free // self.stride) if ceil_mode else free // self.stride) + 1
        if ceil_mode and (count - 1) * self.stride >= self.length + self.begin:
            count -= 1
        return count

    def meets(self, count: int) -> Pixels:
        """(positions, taps): the pixel that each tap meets, possibly outside of the axis."""
        first = np.arange(count)[:, None] * self.stride - self.begin
        return np.asarray(first + np.arange(self.taps) * self.dilation)

    def transposed_outputs(self, padding: int) -> int:
        """Length of the transposed operation's result."""
        return (self.length - 1) * self.stride + self.span + padding - self.begin - self.end

    def reached_by(self, count: int) -> Pixels:
        """(positions, taps) of the transposed operation: the pixel whose tap reaches a position."""
        steps = np.arange(count)[:, None] + self.begin - np.arange(self.taps) * self.dilation
        return np.where(steps % self.stride == 0, steps // self.stride, -1)


def axes_of(layer: Layer, kernel: Shape) -> tuple[Axis, ...]:
    """The spatial axes of a layer whose kernel has this shape.

    Raises
    ------
    GraphError
        When kernel, input and attributes do not fit.
    """
    rank, shape = len(kernel), layer.input_shape
    if not 1 <= rank <= MOST_AXES:
        raise layer.refuse(f"a kernel has 1 to {MOST_AXES} spatial axes, not {rank} ({kernel})")
    if len(shape) != rank + 1:
        raise layer.refuse(
            f"a kernel of {rank} spatial axes needs an input of {rank} spatial axes and "
            f"channels last, not the shape {shape}"
        )
    strides = _one_each(layer, "strides", rank, 1, 1)
    dilations = _one_each(layer, "dilations", rank, 1, 1)
    pads = _one_each(layer, "pads", 2 * rank, 0, 0)
    if min(kernel) < 1:
        raise layer.refuse(f"the kernel {kernel} is empty")
    return tuple(
        Axis(shape[i], kernel[i], strides[i], dilations[i], pads[i], pads[rank + i]) for i in range(rank)
    )


def _one_each(layer: Layer, key: str, count: int, default: int, least: int) -> Shape:
    values = layer.attrs[key]
    if values is None:
        return (default,) * count
    if len(values) != count or min(values) < least:
        raise layer.refuse(
            f"{key} {values} must be {count} numbers of at least {least}"
            + (" (all begins, then all ends)" if key == "pads" else " (one per spatial axis)")
        )
    return tuple(values)


def checked_outputs(layer: Layer, axes: Sequence[Axis], counts: Sequence[int]) -> Shape:
    """The spatial shape of a result; :class:`GraphError` where it would be empty."""
    for number, (axis, count) in enumerate(zip(axes, counts, strict=True)):
        if count < 1:
            raise layer.refuse(
                f"the result would be empty along spatial axis {number}: a kernel that spans {axis.span} "
                f"over a length of {axis.length} with padding {axis.begin} and {axis.end}"
            )
    return tuple(counts)


def combined(axes: Sequence[Axis], along: Sequence[Pixels]) -> Pixels:
    """Pixel numbers in C order, (positions, taps), from those along each axis; -1 outside of the input."""
    rank = len(axes)
    shape = [*(a.shape[0] for a in along), *(a.shape[1] for a in along)]
    number = np.zeros(shape, dtype=np.int64)
    inside = np.ones(shape, dtype=bool)
    for i, (axis, pixels) in enumerate(zip(axes, along, strict=True)):
        place = [1] * (2 * rank)
        place[i], place[rank + i] = pixels.shape
        spread = pixels.reshape(place)
        number = number * axis.length + spread
        inside &= (spread >= 0) & (spread < axis.length)
    positions = math.prod(shape[:rank])
    return np.where(inside, number, -1).reshape(positions, -1)


def windows_of(axes: Sequence[Axis], counts: Sequence[int]) -> Pixels:
    """(positions, taps) of a kernel that slides."""
    return combined(axes, [axis.meets(count) for axis, count in zip(axes, counts, strict=True)])


def per_axis(pieces: Sequence[Sequence[range]], lengths: Sequence[int]) -> list[Pixels]:
    """Windows that are boxes, as pixel numbers: all combinations of one range per axis, in C order."""
    strides = [math.prod(lengths[i + 1 :]) for i in range(len(lengths))]
    add: Callable[[Any, Any], Any] = np.add.outer
    windows = []
    for box in itertools.product(*pieces):
        pixels: Any = np.zeros((), dtype=np.int64)
        for part, stride in zip(box, strides, strict=True):
            pixels = add(pixels, np.asarray(part, dtype=np.int64) * stride)
        windows.append(pixels.ravel())
    return windows
