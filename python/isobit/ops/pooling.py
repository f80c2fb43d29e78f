"""Pooling: the largest element or the mean of windows over spatial axes, channels last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op
from isobit.ops.layer import Layer
from isobit.ops.reduce import window_ints
from isobit.ops.roles import BOUND, OUTPUT
from isobit.ops.sliding import SLIDING, Axis, Pixels, axes_of, checked_outputs, per_axis, windows_of

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class _Windows(Op):
    """One result for each window and channel."""

    cell = "reduce_max"

    def windows(self, layer: Layer) -> tuple[list[Pixels], list[int]]:
        """The pixels of every window, and the number that its mean is divided by."""
        raise NotImplementedError

    def lower(self, layer: LayerLowering) -> None:
        """One cell over windows of pixels, each standing for all channels."""
        pixels, divisors = self.windows(layer)
        channels = layer.input_shape[-1]
        layer.emit(
            self.cell,
            constants=self.factors(layer, divisors),
            ints=window_ints(channels, [window * channels for window in pixels]),
        )

    def factors(self, layer: LayerLowering, divisors: list[int]) -> list[dict[str, Any]]:
        """The constants of the cell."""
        return []


class _Mean(_Windows):
    """The sum of n elements times the constant 1/n, whose format has the role ``weight`` as in ReduceMean."""

    cell = "reduce_mean"
    roles = (OUTPUT, BOUND)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The factors 1/n that occur."""
        _, divisors = self.windows(layer)
        return {"weight": 1.0 / np.unique(divisors)}

    def factors(self, layer: LayerLowering, divisors: list[int]) -> list[dict[str, Any]]:
        """1/n, for each position if they differ."""
        if len(set(divisors)) == 1:
            return [layer.scalar(BOUND, "factor", 1.0 / divisors[0])]
        values = (1.0 / np.array(divisors)).reshape(*layer.shape[:-1], 1)
        return [layer.constant(BOUND, "factor", values, spread=True)]


class _Pooling(_Windows):
    """Windows that slide. What lies in the padding belongs to no window."""

    attributes = declare(
        {"pool_size": Attribute(Kind.INTS), **SLIDING, "ceil_mode": Attribute(Kind.BOOL, False)}
    )

    def shape(self, layer: Layer) -> Shape:
        """Spatial axes as the window slides over them, and the channels."""
        axes, spatial = self._positions(layer)
        for number, (axis, count) in enumerate(zip(axes, spatial, strict=True)):
            met = axis.meets(count)
            if not np.all(np.any((met >= 0) & (met < axis.length), axis=1)):
                raise layer.refuse(
                    f"a window of pool_size {layer.attrs['pool_size']} lies in the padding alone along "
                    f"spatial axis {number}; make pads smaller"
                )
        return (*spatial, layer.input_shape[-1])

    def windows(self, layer: Layer) -> tuple[list[Pixels], list[int]]:
        """The pixels inside of the input."""
        axes, spatial = self._positions(layer)
        inside = [row[row >= 0] for row in windows_of(axes, spatial)]
        if not layer.attrs.get("count_include_pad", False):
            return inside, [len(row) for row in inside]
        # The padding counts, what ceil_mode adds behind it does not.
        counts = np.ones((), dtype=np.int64)
        for axis, count in zip(axes, spatial, strict=True):
            met = axis.meets(count) < axis.length + axis.end
            counts = np.multiply.outer(counts, met.sum(axis=1))
        return inside, [int(n) for n in counts.ravel()]

    def _positions(self, layer: Layer) -> tuple[tuple[Axis, ...], Shape]:
        axes = axes_of(layer, layer.attrs["pool_size"])
        return axes, checked_outputs(layer, axes, [axis.outputs(layer.attrs["ceil_mode"]) for axis in axes])


class MaxPool(_Pooling):
    """The largest element of each window and channel; padding never wins."""

    name = "max_pool"
    hls4ml_classes = ("MaxPooling1D", "MaxPooling2D")


class AveragePool(_Pooling, _Mean):
    """The mean of each window and channel.

    Padding is left out of the mean, or with ``count_include_pad`` counted as zeros.
    """

    name = "average_pool"
    attributes = declare({**_Pooling.attributes, "count_include_pad": Attribute(Kind.BOOL, False)})
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("AveragePooling1D", "AveragePooling2D", "QAveragePooling2D")


class _Adaptive(_Windows):
    """Windows that divide the input into ``output_size`` parts: from floor(i n/m) to ceil((i+1) n/m)."""

    attributes = declare({"output_size": Attribute(Kind.INTS)})

    def shape(self, layer: Layer) -> Shape:
        """``output_size``, and the channels."""
        target: Shape = layer.attrs["output_size"]
        if not target or len(layer.input_shape) != len(target) + 1 or min(target) < 1:
            raise layer.refuse(
                f"output_size {target} needs one positive number per spatial axis of the input "
                f"{layer.input_shape} (channels last)"
            )
        return (*target, layer.input_shape[-1])

    def windows(self, layer: Layer) -> tuple[list[Pixels], list[int]]:
        """Boxes of pixels."""
        source = layer.input_shape[:-1]
        pieces = [
            [range(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
            for n, m in zip(source, layer.attrs["output_size"], strict=True)
        ]
        boxes = per_axis(pieces, source)
        return boxes, [len(box) for box in boxes]


class AdaptiveMaxPool(_Adaptive):
    """The largest element of each part and channel."""

    name = "adaptive_max_pool"


class AdaptiveAveragePool(_Adaptive, _Mean):
    """The mean of each part and channel."""

    name = "adaptive_average_pool"
