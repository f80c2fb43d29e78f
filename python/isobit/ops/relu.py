"""Piecewise linear activations that need no table: linear, relu and its relatives, clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_WIDEST = np.finfo(np.float64).max


class Linear(Elementwise):
    """``x``: only the cast into the output format."""

    name = "linear"
    hls4ml_classes = ("Activation", "Linear")

    def lower(self, layer: LayerLowering) -> None:
        """One ``linear`` cell."""
        layer.emit("linear")


class Relu(Elementwise):
    """``max(x, 0)``."""

    name = "relu"
    hls4ml_classes = ("Activation", "ReLU")

    def lower(self, layer: LayerLowering) -> None:
        """One ``relu`` cell."""
        layer.emit("relu")


class Clip(Elementwise):
    """``min(max(x, low), high)``; relu6 is clip(0, 6), hard tanh is clip(-1, 1).

    The bounds are compared with the data, not multiplied, and are kept exactly where 16 bits can hold them
    (0, 1 and 6 always); otherwise, or when the role ``weight`` is configured, they have that format.
    A missing bound is the end of the input's format (or of the low bound's, if that is higher).
    """

    name = "clip"
    attributes = declare({"low": Attribute(Kind.FLOAT, None), "high": Attribute(Kind.FLOAT, None)})
    roles = (OUTPUT, BOUND)
    hls4ml_classes = ("Activation", "ReLU", "HardActivation")

    def check_attrs(self, layer: Layer) -> None:
        """At least one bound, in order."""
        low, high = layer.attrs["low"], layer.attrs["high"]
        if low is None and high is None:
            raise layer.refuse("clip needs at least one of low and high")
        if low is not None and high is not None and low > high:
            raise layer.refuse(f"clip has low {low} above high {high}")

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The bounds."""
        bounds = [b for b in (layer.attrs["low"], layer.attrs["high"]) if b is not None]
        return {"weight": np.array(bounds)}

    def lower(self, layer: LayerLowering) -> None:
        """One ``clip`` cell."""
        attrs, source = layer.attrs, layer.input_format()
        if attrs["low"] is None:
            low = layer.limit(source, source.min_raw, -_WIDEST)
        else:
            low = layer.scalar(BOUND, "low", attrs["low"])
        if attrs["high"] is None:
            reach = layer.higher(source, low)  # a low bound above the input's format still counts
            high = layer.limit(reach, reach.max_raw, _WIDEST)
        else:
            high = layer.scalar(BOUND, "high", attrs["high"])
        layer.emit("clip", constants=[low, high])


class LeakyRelu(Elementwise):
    """``x if x >= 0 else alpha * x`` (Maas et al. 2013); alpha has the role ``weight``."""

    name = "leaky_relu"
    attributes = declare({"alpha": Attribute(Kind.FLOAT, 0.3)})
    roles = (OUTPUT, WEIGHT)
    hls4ml_classes = ("ParametrizedActivation", "LeakyReLU")

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Alpha."""
        return {"weight": np.array([layer.attrs["alpha"]])}

    def lower(self, layer: LayerLowering) -> None:
        """One ``leaky_relu`` cell."""
        layer.emit("leaky_relu", constants=[layer.scalar(WEIGHT, "alpha", layer.attrs["alpha"])])


class Prelu(Elementwise):
    """``x if x >= 0 else alpha * x`` with a trained alpha, role ``weight`` (He et al., arXiv:1502.01852)."""

    name = "prelu"
    constants = declare({"alpha": Constant("array that broadcasts to the input")})
    roles = (OUTPUT, WEIGHT)
    hls4ml_classes = ("PReLU",)

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input, which alpha must not enlarge."""
        layer.check_broadcast("alpha")
        return layer.input_shape

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Alpha."""
        return {"weight": layer.constants["alpha"]}

    def lower(self, layer: LayerLowering) -> None:
        """One ``leaky_relu`` cell with one alpha per element."""
        alpha = layer.constants["alpha"]
        layer.emit("leaky_relu", constants=[layer.constant(WEIGHT, "alpha", alpha, spread=True)])


class ThresholdedRelu(Elementwise):
    """``x if x > theta else 0`` (Konda et al., arXiv:1402.3337).

    Theta is compared with the data and kept exactly where 16 bits can hold it; otherwise, or when the role
    ``weight`` is configured, it has that format.
    """

    name = "thresholded_relu"
    attributes = declare({"theta": Attribute(Kind.FLOAT, 1.0)})
    roles = (OUTPUT, BOUND)
    hls4ml_classes = ("ParametrizedActivation", "ThresholdedReLU")

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Theta."""
        return {"weight": np.array([layer.attrs["theta"]])}

    def lower(self, layer: LayerLowering) -> None:
        """One ``thresholded_relu`` cell."""
        layer.emit("thresholded_relu", constants=[layer.scalar(BOUND, "theta", layer.attrs["theta"])])
