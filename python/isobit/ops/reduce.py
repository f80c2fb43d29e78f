"""Reductions over axes: sums, means and extremes, as NumPy has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, OUTPUT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Reduction(Op):
    """One element for every combination of the axes that stay; the cell has the operator's name."""

    attributes = declare({"axes": Attribute(Kind.INTS, None), "keepdims": Attribute(Kind.BOOL, False)})

    def shape(self, layer: Layer) -> Shape:
        """The input's shape without the axes (or with length 1 there); all of them by default."""
        axes = reduced_axes(layer)
        return tuple(
            1 if axis in axes else n
            for axis, n in enumerate(layer.input_shape)
            if layer.attrs["keepdims"] or axis not in axes
        )

    def lower(self, layer: LayerLowering) -> None:
        """One cell over the windows that the axes make."""
        source = layer.input_shape
        axes = reduced_axes(layer)
        layer.emit(self.name, constants=self.factors(layer, axes), ints=windows_of_axes(source, axes))

    def factors(self, layer: LayerLowering, axes: tuple[int, ...]) -> list[dict[str, Any]]:
        """The constants of the cell."""
        return []


class ReduceSum(Reduction):
    """The sum."""

    name = "reduce_sum"


class ReduceSumAbs(Reduction):
    """The sum of absolute values (L1 norm)."""

    name = "reduce_sum_abs"


class ReduceSumSquare(Reduction):
    """The sum of squares."""

    name = "reduce_sum_square"


class ReduceMax(Reduction):
    """The largest element."""

    name = "reduce_max"


class ReduceMin(Reduction):
    """The smallest element."""

    name = "reduce_min"


class ReduceMean(Reduction):
    """The sum of n elements times the constant 1/n, which has the role ``weight``.

    For n a power of two the factor is exact; otherwise, or when the role is configured, it has that format.
    """

    name = "reduce_mean"
    roles = (OUTPUT, BOUND)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The factor 1/n."""
        axes = reduced_axes(layer)
        return {"weight": np.array([1.0 / math.prod(layer.input_shape[axis] for axis in axes)])}

    def factors(self, layer: LayerLowering, axes: tuple[int, ...]) -> list[dict[str, Any]]:
        """1/n."""
        (factor,) = self.constant_values(layer)["weight"]
        return [layer.scalar(BOUND, "factor", float(factor))]


def reduced_axes(layer: Layer) -> tuple[int, ...]:
    """The attribute ``axes``, checked against the shape of the input; None: all."""
    axes, shape = layer.attrs["axes"], layer.input_shape
    if axes is None:
        return tuple(range(len(shape)))
    if len(set(axes)) != len(axes) or not all(0 <= axis < len(shape) for axis in axes):
        raise layer.refuse(
            f"axes {axes} are not different axes of the shape {shape} "
            "(axes are counted from 0 without the batch axis)"
        )
    return tuple(axes)


def windows_of_axes(shape: Shape, axes: tuple[int, ...]) -> list[int]:
    """What the schedule ``windows`` takes for a reduction of axes.

    The axes behind the last reduced one are runs; a window has as many bases as the reduced axes have
    elements.
    """
    last = max(axes, default=-1)
    run = size(shape[last + 1 :]) if axes else 1
    elements = np.arange(size(shape)).reshape(*shape[: last + 1], -1)[..., 0] if axes else None
    if elements is None:
        bases = np.arange(size(shape)).reshape(-1, 1)
    else:
        kept = [axis for axis in range(last + 1) if axis not in axes]
        count = math.prod(shape[axis] for axis in axes)
        bases = elements.transpose([*kept, *axes]).reshape(-1, count)
    return window_ints(run, list(bases))


def window_ints(run: int, windows: Sequence[Any]) -> list[int]:
    """What the schedule ``windows`` takes: element numbers by position, each standing for ``run`` of them."""
    lengths = [len(window) for window in windows]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    return [run, len(windows), max(lengths), *begins.tolist(), *np.concatenate(windows).tolist()]
