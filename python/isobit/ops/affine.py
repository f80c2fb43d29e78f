"""Affine layers, ``x * scale + bias`` element by element, and batch normalisation, which becomes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isobit.errors import UnsupportedError
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.roles import ACCUMULATOR, BIAS, OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Affine(Elementwise):
    """``x * scale + bias``, exact, then cast to the accumulator; the scale has the role ``weight``."""

    name = "affine"
    constants = declare(
        {
            "scale": Constant("array that broadcasts to the input"),
            "bias": Constant("array that broadcasts to the input"),
        }
    )
    roles = (OUTPUT, WEIGHT, BIAS, ACCUMULATOR)
    hls4ml_classes = ("BatchNormalization", "QBatchNormalization", "ApplyAlpha", "Normalization", "Rescaling")

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input, which the constants must not enlarge."""
        for name in layer.constants:
            layer.check_broadcast(name)
        return layer.input_shape

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Scale and bias."""
        return {"weight": layer.constants["scale"], "bias": layer.constants["bias"]}

    def lower(self, layer: LayerLowering) -> None:
        """One ``affine`` cell."""
        layer.emit(
            "affine",
            formats=[layer.format(ACCUMULATOR)],
            constants=[
                layer.constant(WEIGHT, "weight", layer.constants["scale"], spread=True),
                layer.constant(BIAS, "bias", layer.constants["bias"], spread=True),
            ],
        )


class BatchNorm(Elementwise):
    """Batch normalisation with the statistics of the training (Ioffe and Szegedy, arXiv:1502.03167).

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. It is computed as an affine layer: the pass
    ``batch_norm_to_affine``, one of the defaults, replaces it.
    """

    name = "batch_norm"
    attributes = declare({"epsilon": Attribute(Kind.FLOAT, 1e-3, least=0), "axis": Attribute(Kind.INT, None)})
    constants = declare(
        {
            "mean": Constant("array of shape (channels,)"),
            "variance": Constant("array of shape (channels,)"),
            "gamma": Constant("array of shape (channels,)", optional=True),
            "beta": Constant("array of shape (channels,)", optional=True),
        }
    )
    roles = Affine.roles
    hls4ml_classes = Affine.hls4ml_classes

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input; every constant has one value per channel."""
        channels = layer.input_shape[layer.axis()]
        for name in layer.constants:
            layer.check_constant(name, (channels,), f"the channels of the input {layer.input_shape}")
        if np.any(layer.constants["variance"] + layer.attrs["epsilon"] <= 0):
            raise layer.refuse("variance + epsilon is not positive in every channel")
        return layer.input_shape

    def scale_and_bias(self, layer: Layer) -> tuple[FloatArray, FloatArray]:
        """The same layer as ``x * scale + bias``, shaped to broadcast over the input."""
        constants = layer.constants
        scale = constants.get("gamma", np.ones(1)) / np.sqrt(constants["variance"] + layer.attrs["epsilon"])
        bias = constants.get("beta", np.zeros(1)) - constants["mean"] * scale
        spread = (-1,) + (1,) * (len(layer.input_shape) - 1 - layer.axis())
        return scale.reshape(spread), bias.reshape(spread)

    def lower(self, layer: LayerLowering) -> None:
        """Refused: the default passes have made an affine layer of it."""
        raise layer.refuse(
            "batch normalisation is computed as an affine layer; run isobit.passes.batch_norm_to_affine on "
            "the graph",
            UnsupportedError,
        )
