"""Dense layers and convolutions whose accumulator drops bits before the sum is complete.

``dense`` and ``conv`` cast their exact sum into the accumulator once. Firmware that narrows every product, or
every partial sum, computes something else. Where it narrows nothing but the sum, ``dense`` and ``conv`` are
the same and faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.errors import ConfigError
from isobit.ir import Shape
from isobit.ops.base import AlongAxis, size
from isobit.ops.chain import Chain
from isobit.ops.convolution import Conv
from isobit.ops.dense import Dense
from isobit.ops.layer import Layer
from isobit.ops.roles import BIAS, OUTPUT, STEPS, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class RoundedDense(Dense):
    """As ``dense``, with every product rounded to the fractional bits of the accumulator, in its way.

    The sum of these is exact (a wrapping accumulator keeps it modulo 2^W), so that its order is free.
    """

    name = "rounded_dense"
    cell = "rounded_dense"
    roles = (OUTPUT, WEIGHT, BIAS, STEPS)
    hls4ml_classes = ()


class AscendingDense(Dense):
    """As ``dense``, with a cast into the accumulator of the bias, of every product and after every addition.

    The inputs are added to the bias in ascending order, which counts where the accumulator saturates.
    """

    name = "ascending_dense"
    cell = "ascending_dense"
    roles = RoundedDense.roles
    hls4ml_classes = ()

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        _check_accumulator(layer)
        super().lower(layer)


class RoundedConv(Conv):
    """A convolution that sums as ``rounded_dense``."""

    name = "rounded_conv"
    cells = ("rounded_convolution", "rounded_dense")
    roles = RoundedDense.roles
    hls4ml_classes = ()


class AscendingConv(Conv):
    """A convolution that sums as ``ascending_dense``: over taps, and within each over channels."""

    name = "ascending_conv"
    cells = ("ascending_convolution", "ascending_dense")
    roles = RoundedDense.roles
    hls4ml_classes = ()

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        _check_accumulator(layer)
        super().lower(layer)


def _check_accumulator(layer: LayerLowering) -> None:
    """A sum in pm1 would count zeros, as which it has no number, and so the padding."""
    if layer.quantized and layer.role_format(STEPS).is_pm1:
        raise layer.refuse(
            "its accumulator is cast after every addition and cannot have the format pm1",
            ConfigError,
        )


class StepwiseSum(AlongAxis):
    """The sum along an axis, cast into the ``accumulator`` after every addition, in ascending order.

    The first element is cast, too.
    """

    name = "stepwise_sum"
    roles = (OUTPUT, STEPS)

    def shape(self, layer: Layer) -> Shape:
        """The input's, without the axis."""
        return layer.replaced(layer.axis())

    def lower(self, layer: LayerLowering) -> None:
        """Sums over windows, and the cast."""
        shape, axis = layer.input_shape, layer.axis()
        order = np.moveaxis(np.arange(size(shape)).reshape(shape), axis, -1)
        windows = list(order.reshape(-1, shape[axis]))
        total = Chain(layer).sums(layer.inputs[0], windows, 1, layer.role_format(STEPS))
        layer.emit("linear", inputs=[total])
