"""Masks: a 0 or 1 for every step of a sequence, made by some layers and heeded by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.options import shorten


def constant(call: Call, value: npt.ArrayLike, suffix: str) -> Tensor:
    """A tensor that does not depend on the data."""
    return call.emit("constant", [], constants={"value": np.asarray(value, np.float64)}, suffix=suffix)


def reshaped(call: Call, tensor: Tensor, shape: Sequence[int], suffix: str = "reshape") -> Tensor:
    """The tensor in another shape, itself if it has that shape."""
    if tensor.shape == tuple(shape):
        return tensor
    result = call.emit("reshape", [tensor], {"shape": tuple(shape)}, suffix=suffix)
    return replace(result, boolean=tensor.boolean)


def given_mask(call: Call, value: Any) -> Tensor:
    """A mask among the arguments of a call, as zeros and ones."""
    if not isinstance(value, Tensor):
        raise call.refuse(f"its mask is {shorten(value)}; supported: a tensor")
    return as_boolean(call, value)


def as_boolean(call: Call, tensor: Tensor) -> Tensor:
    """1 where the tensor is not 0; itself if it is boolean."""
    if tensor.boolean:
        return tensor
    zero = constant(call, np.zeros(1), "zero")
    result = call.emit("not_equal", [tensor, zero], suffix="nonzero")
    return replace(result, boolean=True)


def combined(call: Call, op: str, masks: Sequence[Tensor]) -> Tensor:
    """``logical_and`` or ``logical_or`` of several masks."""
    return reduce(
        lambda first, second: replace(call.emit(op, [first, second], suffix="mask"), boolean=True), masks
    )


def zeroed(call: Call, tensor: Tensor, mask: Tensor, suffix: str = "") -> Tensor:
    """The tensor with zeros where the mask, which has its first axes, is 0."""
    rank = len(tensor.shape) - len(mask.shape)
    spread = reshaped(call, mask, (*mask.shape, *[1] * rank), "mask")
    return call.emit("multiply", [tensor, spread], suffix=suffix)


LARGE = 1e4
"""What is taken off scores that a mask excludes: exp(-LARGE) is 0 in every arithmetic."""


def excluded(call: Call, scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Scores that are -LARGE where the mask is 0, and the mask with as many axes."""
    missing = len(scores.shape) - len(mask.shape)
    spread = reshaped(call, mask, (*[1] * missing, *mask.shape), "mask")
    floor = constant(call, np.full(1, -LARGE), "excluded")
    return call.emit("where", [spread, scores, floor], suffix="where"), spread


def masked_mean(call: Call, tensor: Tensor, mask: Any, axis: int, keepdims: bool) -> Tensor:
    """The mean over the steps that are not masked; Keras and isobit divide by their number."""
    steps = given_mask(call, mask)
    shape = [1] * len(tensor.shape)
    shape[axis] = tensor.shape[axis]
    if steps.shape != (tensor.shape[axis],):
        raise call.refuse(f"its mask has shape {steps.shape}, its input {tensor.shape} (without batch)")
    attrs = {"axes": (axis,), "keepdims": keepdims}
    kept = call.emit("multiply", [tensor, reshaped(call, steps, shape)], suffix="masked")
    total = call.emit("reduce_sum", [kept], attrs, suffix="sum")
    count = call.emit("reduce_sum", [steps], {"axes": (0,), "keepdims": True}, suffix="count")
    return call.emit("divide", [total, count])


class Masking(Handler):
    """``Masking``: steps all of whose features equal one value are masked, and zero."""

    def convert(self, call: Call) -> Tensor:
        """A comparison and a product; the result has the mask."""
        tensor = call.input()
        if len(tensor.shape) < 1:
            raise call.refuse("its input has no axis besides the batch")
        value = constant(call, np.full(1, call.options.number("mask_value", 0.0)), "value")
        different = call.emit("not_equal", [tensor, value], suffix="different")
        last = len(tensor.shape) - 1
        mask = call.emit("reduce_max", [different], {"axes": (last,)}, suffix="mask")
        mask = replace(mask, boolean=True)
        return replace(zeroed(call, tensor, mask), mask=mask)
