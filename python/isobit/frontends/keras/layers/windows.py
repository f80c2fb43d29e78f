"""What convolutions and pooling share: options per axis, padding rules, the order of channels."""

from __future__ import annotations

from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.ir import Shape

LAST, FIRST = "channels_last", "channels_first"
INERT = frozenset(
    f"{weight}_{what}"
    for weight in ("kernel", "bias", "depthwise", "pointwise")
    for what in ("initializer", "regularizer", "constraint")
)
"""Options of layers with kernels that only matter in training."""


def per_axis(call: Call, key: str, rank: int, least: int = 1) -> tuple[int, ...]:
    """An option with one integer for each spatial axis, or one for all of them."""
    values = call.options.integers(key)
    values = values * rank if len(values) == 1 else values
    if len(values) != rank or min(values) < least:
        raise call.options.malformed(key, f"one integer of at least {least}, or {rank} of them")
    return values


def data_format(call: Call) -> str:
    """The order of axes; Keras writes it wherever it matters."""
    return call.options.text("data_format", LAST, (LAST, FIRST))


def channels_last(call: Call, tensor: Tensor, rank: int, order: str) -> Tensor:
    """The tensor with its channels behind ``rank`` spatial axes."""
    if len(tensor.shape) != rank + 1:
        raise call.refuse(f"its input has shape {tensor.shape} (without batch), not {rank + 1} axes")
    if order == LAST:
        return tensor
    return call.emit("transpose", [tensor], {"perm": (*range(1, rank + 1), 0)}, suffix="channels_last")


def as_it_was(call: Call, tensor: Tensor, order: str) -> Tensor:
    """The inverse of `channels_last`."""
    if order == LAST:
        return tensor
    rank = len(tensor.shape) - 1
    return call.emit("transpose", [tensor], {"perm": (rank, *range(rank))}, suffix="channels_first")


def padded(
    call: Call, padding: str, lengths: Shape, sizes: Shape, strides: Shape, dilations: Shape
) -> tuple[int, ...]:
    """Zeros before every axis, then behind: what ``valid``, ``same`` and ``causal`` mean for these lengths.

    Parameters
    ----------
    lengths, sizes, strides, dilations : tuple of int
        One entry for each spatial axis; sizes are those of the window.

    Raises
    ------
    UnsupportedError
        When a window is larger than what it moves over.
    """
    before, behind = [], []
    for length, size, stride, dilation in zip(lengths, sizes, strides, dilations, strict=True):
        extent = (size - 1) * dilation + 1
        total = 0
        if padding == "same":
            total = max((-(-length // stride) - 1) * stride + extent - length, 0)
        elif padding == "causal":
            total = extent - 1
        first = total if padding == "causal" else total // 2
        if extent > length + total:
            raise call.refuse(f"a window of {extent} elements does not fit an axis of {length}")
        before.append(first)
        behind.append(total - first)
    return (*before, *behind)
