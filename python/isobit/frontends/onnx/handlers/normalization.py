"""BatchNormalization with the statistics of the training."""

from __future__ import annotations

import numpy as np

from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor


def batch_normalization(layer: Layer) -> Tensor:
    """One scale and one bias per channel, axis 1 as ONNX counts."""
    epsilon = layer.attributes.number("epsilon", 1e-5)
    layer.attributes.number("momentum", 0.9)  # of the running averages during training
    if layer.attributes.flag("training_mode", False):
        raise layer.refuse("attribute training_mode is 1; export the model for inference")
    per_channel = layer.attributes.flag("spatial", True)
    if any(layer.outputs[1:]):
        raise layer.refuse("outputs beside the first exist in training only; export the model for inference")
    x = layer.tensor(0)
    if layer.rank(x) < 2:
        raise layer.refuse(f"{x.name!r} has no channel axis after the batch axis")
    if not per_channel and layer.rank(x) != 2:
        raise layer.refuse("attribute spatial is 0; supported: 1")
    keys = ("gamma", "beta", "mean", "variance")
    constants = {key: layer.weights(i) for i, key in enumerate(keys, start=1)}
    variance = constants["variance"]
    if np.any(variance < 0):
        position = tuple(int(n) for n in np.argwhere(variance < 0)[0])
        raise layer.refuse(
            f"the variance {layer.inputs[4]!r} is negative ({variance[position]} at {position})"
        )
    return layer.emit("batch_norm", [x], {"epsilon": epsilon, "axis": layer.data_axis(1, x)}, constants)
