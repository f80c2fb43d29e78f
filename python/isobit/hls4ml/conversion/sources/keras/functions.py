"""Layers that are activations, and layers without effect in inference."""

from __future__ import annotations

import math
from typing import Any

from isobit.hls4ml.conversion.sources.activations import activation_attrs
from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made


def activation(layer: KerasLayer) -> Made:
    """``Activation``."""
    kind, attrs = activation_attrs(layer.name, layer.function("activation"), layer.keras, layer.shape)
    return Made(kind, attrs, layer.shape)


def inert(layer: KerasLayer) -> Made:
    """``Dropout`` and the like become a cast, which mostly vanishes."""
    return Made("Activation", {"activation": "linear"}, layer.shape)


def relu(layer: KerasLayer) -> Made:
    """``ReLU``: in Keras 3 a comparison with the threshold, even where that is 0."""
    options = layer.options
    slope, threshold = options.number("negative_slope", 0.0), options.number("threshold", 0.0)
    layer.only("max_value", None, reason="hls4ml does not compute an upper bound")
    if layer.keras == 2:
        if slope or threshold:
            raise layer.refuse("hls4ml ignores negative_slope and threshold of Keras 2")
        return Made("Activation", {"activation": "relu"}, layer.shape)
    if slope and threshold:
        raise layer.refuse("hls4ml takes a negative_slope or a threshold, not both")
    if slope:
        return _parametrized(layer, "leakyrelu", slope)
    return _parametrized(layer, "thresholdedrelu", threshold)


def leaky_relu(layer: KerasLayer) -> Made:
    """``LeakyReLU``."""
    key = "negative_slope" if layer.options.has("negative_slope") else "alpha"
    slope = layer.options.number(key, 0.3)
    if layer.keras == 3 and slope == 0:
        raise layer.refuse("hls4ml stops at a slope of 0; use ReLU")
    return _parametrized(layer, "leakyrelu", slope)


def thresholded_relu(layer: KerasLayer) -> Made:
    """``ThresholdedReLU`` of Keras 2."""
    return _parametrized(layer, "thresholdedrelu", layer.options.number("theta", 1.0))


def elu(layer: KerasLayer) -> Made:
    """``ELU``."""
    return _parametrized(layer, "elu", layer.options.number("alpha", 1.0))


def prelu(layer: KerasLayer) -> Made:
    """``PReLU`` with a slope for each element."""
    layer.only("shared_axes", None, [], reason="hls4ml reads a slope for each element")
    attrs = {"activation": "prelu", "param_data": layer.weight("alpha")}
    return Made("PReLU", attrs, layer.shape)


def softmax(layer: KerasLayer) -> Made:
    """``Softmax`` along an axis."""
    axes = layer.options.integers("axis") if layer.options.has("axis") else (-1,)
    rank = len(layer.shape)
    if len(axes) != 1 or (layer.keras == 2 and rank > 1):
        raise layer.refuse(f"hls4ml does not take the axis {axes} of the shape {layer.shape}")
    place = axes[0] + rank if axes[0] < 0 else axes[0] - 1
    attrs: dict[str, Any] = {"activation": "softmax", "axis": -1 if place == rank - 1 else axes[0]}
    attrs |= {"n_outer": math.prod(layer.shape[:place]), "n_inner": math.prod(layer.shape[place + 1 :])}
    return Made("Softmax", attrs, layer.shape)


def _parametrized(layer: KerasLayer, function: str, parameter: float) -> Made:
    return Made("ParametrizedActivation", {"activation": function, "activ_param": parameter}, layer.shape)
