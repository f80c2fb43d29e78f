"""Pooling over windows, over everything, and to a given size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.layers.masks import masked_mean
from isobit.frontends.keras.layers.windows import (
    FIRST,
    as_it_was,
    channels_last,
    data_format,
    padded,
    per_axis,
)
from isobit.ir import Shape


class Pooling(Handler):
    """``MaxPooling*``, ``AveragePooling*``: padding never counts.

    Parameters
    ----------
    op : str
        ``max_pool`` or ``average_pool``.
    rank : int
        Number of spatial axes.
    """

    def __init__(self, op: str, rank: int) -> None:
        self.op = op
        self.rank = rank

    def convert(self, call: Call) -> Tensor:
        """One node, and transpositions for ``channels_first``."""
        order = data_format(call)
        tensor = channels_last(call, call.input(), self.rank, order)
        return as_it_was(call, call.emit(self.op, [tensor], self.windows(call, tensor.shape[:-1])), order)

    def windows(self, call: Call, spatial: Shape) -> dict[str, Any]:
        """The node's attributes."""
        size = per_axis(call, "pool_size", self.rank)
        strides = per_axis(call, "strides", self.rank) if call.options.has("strides") else size
        ones = (1,) * self.rank
        padding = call.options.text("padding", "valid", ("valid", "same"))
        pads = padded(call, padding, spatial, size, strides, ones)
        return {"pool_size": size, "strides": strides, "dilations": ones, "pads": pads}


class AdaptivePooling(Pooling):
    """``AdaptiveMaxPooling*``, ``AdaptiveAveragePooling*``: a given number of windows on each axis."""

    def windows(self, call: Call, spatial: Shape) -> dict[str, Any]:
        """The node's attributes."""
        return {"output_size": per_axis(call, "output_size", self.rank)}


class GlobalPooling(Handler):
    """``GlobalMaxPooling*``, ``GlobalAveragePooling*``.

    ``GlobalAveragePooling1D`` leaves out masked steps; the others ignore masks.
    """

    def __init__(self, op: str, rank: int) -> None:
        self.op = op
        self.rank = rank

    def convert(self, call: Call) -> Tensor:
        """A reduction."""
        takes_mask = self.op == "reduce_mean" and self.rank == 1
        mask = None
        if takes_mask:
            bound = call.bind("inputs", "mask")
            call = replace(call, args=(bound["inputs"],), kwargs={})
            mask = bound["mask"]
        tensor = call.input()
        if takes_mask and mask is None:
            mask = tensor.mask
        first = 1 if data_format(call) == FIRST else 0
        if len(tensor.shape) != self.rank + 1:
            raise call.refuse(f"its input has shape {tensor.shape} (without batch), not {self.rank + 1} axes")
        axes = tuple(range(first, first + self.rank))
        keepdims = call.options.boolean("keepdims", False)
        if mask is not None:
            return masked_mean(call, tensor, mask, axes[0], keepdims)
        return call.emit(self.op, [tensor], {"axes": axes, "keepdims": keepdims})
