"""LSTM, GRU, and both directions of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from isobit.frontends.keras.options import Options
from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made

_FUNCTIONS = ("relu", "sigmoid", "tanh")
"""Those of the C++ library for recurrent layers."""


def recurrent(layer: KerasLayer) -> Made:
    """``LSTM``, ``GRU``."""
    attrs = _shared(layer, layer)
    attrs |= _cell(layer, layer, "cell/", "")
    attrs["n_out"] = units = layer.options.integer("units")
    steps = layer.shape[:1] if attrs["return_sequences"] else ()
    return Made(layer.class_name, attrs, (*steps, units))


def simple_rnn(layer: KerasLayer) -> Made:
    """``SimpleRNN``, for which hls4ml writes no C++."""
    raise layer.refuse("hls4ml writes no C++ for it; use LSTM or GRU")


def bidirectional(layer: KerasLayer) -> Made:
    """``Bidirectional`` around one LSTM or GRU."""
    layer.only("merge_mode", "concat", reason="the Vitis back end of hls4ml only concatenates")
    forward = _inner(layer, "layer")
    backward = _inner(layer, "backward_layer") if layer.options.has("backward_layer") else forward
    if forward.options.boolean("go_backwards", False):
        raise layer.refuse("hls4ml exchanges the layers of a wrapper whose first one goes backwards")
    attrs = _shared(layer, forward)
    units = 0
    for way, inner in (("forward", forward), ("backward", backward)):
        attrs |= _cell(layer, inner, f"{way}_layer/cell/", f"{way}_")
        attrs[f"{way}_class_name"] = inner.class_name
        attrs[f"{way}_n_states"] = inner.options.integer("units")
        units += inner.options.integer("units")
    attrs["n_out"] = units
    steps = layer.shape[:1] if attrs["return_sequences"] else ()
    return Made("Bidirectional", attrs, (*steps, units))


def _inner(layer: KerasLayer, key: str) -> KerasLayer:
    described: Mapping[str, Any] = layer.options.raw(key)
    kind = described["class_name"]
    if kind not in ("LSTM", "GRU"):
        raise layer.refuse(f"hls4ml takes LSTM and GRU in it, not {kind}")
    options = Options(layer.name, kind, described["config"])
    return KerasLayer(layer.name, kind, options, layer.weights, layer.shapes, layer.keras)


def _shared(layer: KerasLayer, inner: KerasLayer) -> dict[str, Any]:
    """What concerns the way over the sequence."""
    for key in ("stateful", "return_state", "time_major", "go_backwards"):
        if not (key == "go_backwards" and inner is not layer):
            inner.only(key, None, False)
    return {
        "return_sequences": inner.options.boolean("return_sequences", False),
        "n_timesteps": layer.shape[0],
        "n_in": layer.shape[1],
    }


def _cell(layer: KerasLayer, inner: KerasLayer, place: str, way: str) -> dict[str, Any]:
    """Functions and weights of a cell."""
    attrs: dict[str, Any] = {}
    for key, default in (("activation", "tanh"), ("recurrent_activation", "sigmoid")):
        attrs[way + key] = function = inner.function(key) if key in inner.options else default
        if function not in _FUNCTIONS:
            known = ", ".join(_FUNCTIONS)
            raise layer.refuse(f"{key} = {function!r}: the C++ of hls4ml has {known} for recurrent layers")
    if inner.class_name == "GRU":
        inner.only("reset_after", True, reason="the C++ of hls4ml reads outside of its arrays")
    kernel = layer.weight(f"{place}kernel")
    attrs[f"{way}weight_data"] = kernel
    attrs[f"{way}recurrent_weight_data"] = layer.weight(f"{place}recurrent_kernel")
    bias = layer.optional(f"{place}bias")
    if bias is None:
        if layer.keras == 2:
            raise layer.refuse("use_bias = False: hls4ml does not convert it from Keras 2")
        bias = np.zeros(kernel.shape[-1], np.float32)
        bias = np.stack([bias, bias]) if inner.class_name == "GRU" else bias
    elif inner.class_name == "GRU" and inner is not layer and layer.keras == 3:
        raise layer.refuse("hls4ml stops at a GRU with biases in it; use LSTM, or use_bias=False")
    if inner.class_name == "GRU":
        attrs[f"{way}bias_data"], attrs[f"{way}recurrent_bias_data"] = bias[0], bias[1]
    else:
        attrs[f"{way}bias_data"] = bias
    return attrs
