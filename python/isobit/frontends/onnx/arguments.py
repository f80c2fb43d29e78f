"""Arguments that moved between attributes and inputs over the opsets, read for data and constants alike."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer


def axes_argument(layer: Layer) -> tuple[int, ...] | None:
    """The axes of Squeeze and Unsqueeze: an attribute up to opset 12, then input 1."""
    if layer.opset < 13:
        return layer.attributes.integers("axes")
    return layer.integers(1) if layer.has(1) else None


def permutation(layer: Layer, rank: int) -> tuple[int, ...]:
    """The perm of Transpose; by default the axes in reverse."""
    perm = layer.attributes.integers("perm")
    if perm is None:
        return tuple(reversed(range(rank)))
    if sorted(perm) != list(range(rank)):
        raise FileFormatError(f"attribute perm {list(perm)} is no order of {rank} axes")
    return perm


def bounds_of_shape(layer: Layer) -> slice:
    """The part of a shape that Shape returns: all of it up to opset 14."""
    start = layer.attributes.integer("start", 0)
    end = layer.attributes.integer("end", 2**31)
    return slice(start, end)


def slice_arguments(layer: Layer, rank: int) -> dict[int, slice]:
    """Slices by axis as ONNX counts: attributes up to opset 9, then inputs."""
    if layer.opset < 10:
        starts, ends = layer.attributes.integers("starts"), layer.attributes.integers("ends")
        axes, steps = layer.attributes.integers("axes"), None
    else:
        starts, ends = layer.integers(1), layer.integers(2)
        axes = layer.integers(3) if layer.has(3) else None
        steps = layer.integers(4) if layer.has(4) else None
    if starts is None or ends is None:
        raise FileFormatError("starts or ends are missing")
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = (1,) * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise FileFormatError(
            f"starts {starts}, ends {ends}, axes {axes}, steps {steps}: lengths differ, or a step is 0"
        )
    counted = [layer.axis(axis, rank) for axis in axes]
    if len(set(counted)) != len(counted):
        raise FileFormatError(f"axes {axes} name an axis twice")
    return {
        axis: slice(start, end, step)
        for axis, start, end, step in zip(counted, starts, ends, steps, strict=True)
    }


def reduction_arguments(layer: Layer) -> tuple[tuple[int, ...] | None, bool]:
    """The axes of a reduction and whether they are kept: an attribute up to opset 12 or 17, then input 1.

    An empty tuple stands for all axes, None for none at all.
    """
    keepdims = layer.attributes.flag("keepdims", True)
    if layer.opset < (13 if layer.op == "ReduceSum" else 18):
        return layer.attributes.integers("axes") or (), keepdims
    nothing = layer.attributes.flag("noop_with_empty_axes", False)
    axes = layer.integers(1) if layer.has(1) else ()
    return (None if nothing and not axes else axes), keepdims
