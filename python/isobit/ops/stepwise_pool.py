"""Mean pooling as firmware computes it: a sum in an accumulator, its raw divided by the number of terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.ir import FloatArray
from isobit.ops.chain import Chain
from isobit.ops.layer import Layer
from isobit.ops.pooling import AveragePool
from isobit.ops.roles import OUTPUT, STEPS

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class StepwiseAveragePool(AveragePool):
    """As ``average_pool``, in integers.

    The elements of a window are added in the ``accumulator``, with a cast after every addition, and the raw
    of the sum is divided by their number, truncated toward zero.
    """

    name = "stepwise_average_pool"
    roles = (OUTPUT, STEPS)
    hls4ml_classes = ()

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """None: the divisors are integers."""
        return {}

    def lower(self, layer: LayerLowering) -> None:
        """Sums, an exact division, and the cast."""
        chain = Chain(layer)
        pixels, divisors = self.windows(layer)
        channels = layer.input_shape[-1]
        windows = [np.asarray(window) * channels for window in pixels]
        totals = chain.sums(layer.inputs[0], windows, channels, layer.role_format(STEPS))
        means = chain.quotients(totals, np.repeat(np.array(divisors), channels))
        layer.emit("linear", inputs=[means])
