"""Reductions over axes: sums, means, extremes and norms."""

from __future__ import annotations

from collections.abc import Callable

from isobit.frontends.onnx.arguments import reduction_arguments
from isobit.frontends.onnx.layer import Layer, batch_without
from isobit.frontends.onnx.values import Tensor


def reduction(op: str, accept: str = "fi") -> Callable[[Layer], Tensor]:
    """A handler for an operator that isobit has under the name ``op``."""

    def handler(layer: Layer) -> Tensor:
        x = layer.tensor(0, accept, moved=True)
        axes, keepdims = reduced_axes(layer, x)
        if axes is None:
            return layer.emit("identity", [x])
        made = layer.emit(op, [x], {"axes": axes, "keepdims": keepdims})
        return made if keepdims else made.at(batch_without(x, axes))

    return handler


def reduced_axes(layer: Layer, x: Tensor) -> tuple[tuple[int, ...] | None, bool]:
    """The axes as isobit counts (None: none at all), and whether they are kept."""
    axes, keepdims = reduction_arguments(layer)
    if axes is None:
        return None, keepdims
    if not axes:
        if x.batch is not None:
            raise layer.refuse("without axes it would reduce the batch axis, too; give the axes of a sample")
        return tuple(range(layer.rank(x))), keepdims
    return tuple(sorted({layer.data_axis(axis, x) for axis in axes})), keepdims


def cumulated_sum(layer: Layer) -> Tensor:
    """Sums of all elements up to each along an axis."""
    x = layer.tensor(0, "fi", moved=True)
    attrs = {
        "axis": layer.data_axis(layer.integer(1), x),
        "exclusive": layer.attributes.flag("exclusive", False),
        "reverse": layer.attributes.flag("reverse", False),
    }
    return layer.emit("cumsum", [x], attrs)
