"""A network as Keras layers: for TensorFlow as a model, for hls4ml as files in the form of Keras 2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from isobit.benchmarking.contestants import MissingPeerError, NotRunError
from isobit.benchmarking.networks import Network
from isobit.ir import Node

_ACTIVATIONS = ("relu", "softmax")


@dataclass(frozen=True)
class KerasLayer:
    """Class and configuration of a layer, and its variables in the order of Keras."""

    name: str
    class_name: str
    config: Mapping[str, Any]
    variables: Mapping[str, npt.NDArray[Any]]


def keras_layers(network: Network) -> list[KerasLayer]:
    """The layers of a chain.

    Raises
    ------
    MissingPeerError
        For a network that is more than a chain of dense, affine and recurrent layers, convolutions without
        padding or groups, pooling, ReLU and softmax.
    """
    model = network.model
    expected = [*model.inputs, *(node.name for node in model.layers)]
    for node, source in zip(model.layers, expected, strict=False):
        if node.inputs != (source,):
            raise NotRunError(
                f"layer {node.name!r} is not part of a chain, and only chains become Keras models"
            )
    return [_layer(node) for node in model.layers]


def keras_model(network: Network) -> Any:
    """A model of the installed Keras; :class:`MissingPeerError` without one, and as :func:`keras_layers`."""
    layers = keras_layers(network)
    try:
        import keras
    except ImportError as error:
        raise MissingPeerError(f"not installed ({error})") from None
    (shape,) = network.model.inputs.values()
    made = [getattr(keras.layers, layer.class_name)(**layer.config) for layer in layers]
    model = keras.Sequential([keras.Input(shape), *made])
    for target, layer in zip(made, layers, strict=True):
        target.set_weights(list(layer.variables.values()))
    return model


def write_keras(network: Network, architecture: Path, weights: Path) -> None:
    """Write architecture (JSON) and weights (HDF5) as Keras 2 does, which hls4ml reads without TensorFlow.

    Raises
    ------
    MissingPeerError
        As :func:`keras_layers`.
    """
    (shape,) = network.model.inputs.values()
    first = {"name": "features", "batch_input_shape": [None, *shape], "dtype": "float32"}
    layers: list[dict[str, Any]] = [{"class_name": "InputLayer", "config": first}]
    with h5py.File(weights, "w") as file:
        written = keras_layers(network)
        file.attrs["layer_names"] = [layer.name.encode() for layer in written]
        for layer in written:
            layers.append({"class_name": layer.class_name, "config": {"name": layer.name, **layer.config}})
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{variable}:0" for variable in layer.variables]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, layer.variables.values(), strict=True):
                group[name] = array
    sequential = {"class_name": "Sequential", "config": {"name": "network", "layers": layers}}
    architecture.write_text(json.dumps(sequential), encoding="utf-8")


def _layer(node: Node) -> KerasLayer:
    if node.op == "dense":
        # No activation: of a linear one hls4ml would make a layer, which costs it time for nothing.
        config: dict[str, Any] = {"units": node.shape[-1], "use_bias": True}
        variables = {"kernel": node.constants["weight"], "bias": node.constants["bias"]}
        return KerasLayer(node.name, "Dense", config, variables)
    if node.op == "affine":
        gamma, beta = (np.broadcast_to(node.constants[key], node.shape) for key in ("scale", "bias"))
        mean, variance = np.zeros(node.shape), np.ones(node.shape)
        config = {"axis": 1, "epsilon": 0.0, "scale": True, "center": True}
        variables = {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
        return KerasLayer(node.name, "BatchNormalization", config, variables)
    if node.op in ("lstm", "gru"):
        # Unrolled: TFLite then has one form of it for batches of any size.
        config = {"units": node.shape[-1], "unroll": True}
        biases = [node.constants[key] for key in ("bias", "recurrent_bias") if key in node.constants]
        variables = {
            "kernel": node.constants["weight"],
            "recurrent_kernel": node.constants["recurrent_weight"],
            "bias": np.stack(biases) if node.op == "gru" else biases[0],
        }
        return KerasLayer(node.name, node.op.upper(), config, variables)
    if node.op in _ACTIVATIONS:
        return KerasLayer(node.name, "Activation", {"activation": node.op}, {})
    if node.op == "conv" and node.attrs["groups"] == 1 and _slides(node):
        kernel = node.constants["weight"].shape[:-2]
        config = {"filters": node.shape[-1], "kernel_size": list(kernel), "use_bias": True, **_steps(node)}
        variables = {"kernel": node.constants["weight"], "bias": node.constants["bias"]}
        return KerasLayer(node.name, f"Conv{len(kernel)}D", config, variables)
    if node.op == "max_pool" and _slides(node):
        size = node.attrs["pool_size"]
        return KerasLayer(node.name, f"MaxPooling{len(size)}D", {"pool_size": list(size), **_steps(node)}, {})
    if node.op == "reshape" and len(node.shape) == 1:
        return KerasLayer(node.name, "Flatten", {}, {})
    raise NotRunError(f"layer {node.name!r}: no Keras layer is written for the operator {node.op}")


def _slides(node: Node) -> bool:
    """Whether a kernel goes over the input alone, without gaps."""
    plain = not any(node.attrs["pads"] or ()) and all(n == 1 for n in node.attrs["dilations"] or ())
    return plain and not node.attrs.get("ceil_mode", False)


def _steps(node: Node) -> dict[str, Any]:
    strides = node.attrs["strides"] or (1,) * (len(node.shape) - 1)
    return {"strides": list(strides), "padding": "valid", "data_format": "channels_last"}
