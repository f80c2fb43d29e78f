"""Layers that add, drop and repeat elements along spatial axes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.layers.windows import FIRST, as_it_was, channels_last, data_format, per_axis

Pairs = list[tuple[int, int]]


def _pairs(call: Call, key: str, rank: int) -> Pairs:
    """An option with two integers for each axis: one for all, one for each axis, or pairs."""
    value = call.options.raw(key)
    entries = value if isinstance(value, list) else [value] * rank
    if rank == 1 and len(entries) == 2:
        entries = [entries]
    pairs = [tuple(entry) if isinstance(entry, list) else (entry, entry) for entry in entries]
    good = len(pairs) == rank and all(
        len(pair) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 20 for n in pair)
        for pair in pairs
    )
    if not good:
        raise call.options.malformed(key, f"an integer of at least 0, or {rank} pairs of them")
    return pairs


def _per_axis(call: Call, tensor: Tensor, pairs: Pairs) -> Pairs:
    """The pairs with (0, 0) for the channels."""
    if len(tensor.shape) != len(pairs) + 1:
        raise call.refuse(f"its input has shape {tensor.shape} (without batch), not {len(pairs) + 1} axes")
    return [(0, 0), *pairs] if data_format(call) == FIRST else [*pairs, (0, 0)]


class ZeroPadding(Handler):
    """``ZeroPadding1D``, ``ZeroPadding2D``, ``ZeroPadding3D``."""

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensor = call.input()
        pairs = _per_axis(call, tensor, _pairs(call, "padding", self.rank))
        pads = (*(first for first, _ in pairs), *(last for _, last in pairs))
        return call.emit("pad", [tensor], {"pads": pads, "mode": "constant", "value": 0.0})


class Cropping(Handler):
    """``Cropping1D``, ``Cropping2D``, ``Cropping3D``."""

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def convert(self, call: Call) -> Tensor:
        """One slice."""
        tensor = call.input()
        pairs = _per_axis(call, tensor, _pairs(call, "cropping", self.rank))
        if any(first + last >= n for n, (first, last) in zip(tensor.shape, pairs, strict=True)):
            raise FileFormatError(
                f"{call.where}: cropping {pairs} leaves nothing of the shape {tensor.shape}"
            )
        attrs = {
            "starts": tuple(first for first, _ in pairs),
            "stops": tuple(n - last for n, (_, last) in zip(tensor.shape, pairs, strict=True)),
            "steps": (1,) * len(pairs),
        }
        return call.emit("slice", [tensor], attrs)


class UpSampling(Handler):
    """``UpSampling1D``, ``UpSampling2D``, ``UpSampling3D``: repeated elements, in 2D also bilinear ones."""

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def convert(self, call: Call) -> Tensor:
        """A node for each axis that grows, or one of linear interpolation."""
        order = data_format(call)
        tensor = channels_last(call, call.input(), self.rank, order)
        factors = per_axis(call, "size", self.rank)
        modes = ("nearest", "bilinear") if self.rank == 2 else ("nearest",)
        if call.options.text("interpolation", "nearest", modes) == "bilinear":
            sizes = tuple(n * factor for n, factor in zip(tensor.shape, factors, strict=False))
            return as_it_was(call, linear(call, tensor, sizes), order)
        for axis, factor in enumerate(factors):
            if factor != 1:
                tensor = take(call, tensor, axis, np.repeat(np.arange(tensor.shape[axis]), factor))
        return _named(call, as_it_was(call, tensor, order))


class Resizing(Handler):
    """``Resizing``: nearest element or bilinear, as TensorFlow does; not antialiased."""

    def convert(self, call: Call) -> Tensor:
        """A node for each axis, or one of linear interpolation."""
        options = call.options
        for key in ("antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio"):
            options.require(key, None, False)
        for key in ("fill_mode", "fill_value"):
            options.raw(key)
        order = data_format(call)
        # The call's ``training`` has no effect on it, and is true by default.
        tensor = channels_last(call, call.without("training").input(), 2, order)
        sizes = (options.integer("height"), options.integer("width"))
        if min(sizes) < 1:
            raise FileFormatError(f"{call.where}: cannot resize to {sizes}")
        if options.text("interpolation", "bilinear", ("nearest", "bilinear")) == "bilinear":
            return as_it_was(call, linear(call, tensor, sizes), order)
        for axis, size in enumerate(sizes):
            tensor = take(call, tensor, axis, _nearest(tensor.shape[axis], size))
        return _named(call, as_it_was(call, tensor, order))


def take(call: Call, tensor: Tensor, axis: int, indices: npt.NDArray[np.int64]) -> Tensor:
    """Elements along an axis, itself if they are all of them in order."""
    if np.array_equal(indices, np.arange(tensor.shape[axis])):
        return tensor
    attrs = {"axis": axis, "indices": tuple(int(index) for index in indices)}
    return call.emit("take", [tensor], attrs)


def linear(call: Call, tensor: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Linear interpolation of the leading axes between the centres of elements."""
    attrs = {"sizes": (*sizes, *tensor.shape[len(sizes) :]), "coordinate_mode": "half_pixel"}
    return call.emit("resize_linear", [tensor], attrs)


def _nearest(length: int, size: int) -> npt.NDArray[np.int64]:
    """The element at the centre of each new one, in TensorFlow's float32 arithmetic."""
    scale = np.float32(length) / np.float32(size)
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * scale
    positions: npt.NDArray[np.int64] = np.minimum(np.floor(centres).astype(np.int64), length - 1)
    return positions


def _named(call: Call, tensor: Tensor) -> Tensor:
    """The tensor, or where the layer made no node of its name (nothing changed), a node without effect."""
    return tensor if tensor.name in call.made else call.emit("identity", [tensor])
