"""A network as Keras 2 architecture (JSON) and weights (HDF5), which hls4ml reads without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import isobit
from isobit.ir import Node
from networks import Network

_ACTIVATIONS = ("relu", "softmax")


def write_keras(network: Network, architecture: Path, weights: Path) -> None:
    """Write both files.

    Raises
    ------
    ValueError
        For a network that is more than a chain of dense, affine, ReLU and softmax layers.
    """
    model = isobit.load(network.path)
    (shape,) = model.inputs.values()
    first = {"name": "features", "batch_input_shape": [None, *shape], "dtype": "float32"}
    layers: list[dict[str, Any]] = [{"class_name": "InputLayer", "config": first}]
    with h5py.File(weights, "w") as file:
        file.attrs["layer_names"] = [node.name.encode() for node in model.layers]
        for node in model.layers:
            layer, config, variables = _layer(node)
            layers.append({"class_name": layer, "config": {"name": node.name, **config}})
            group = file.create_group(node.name)
            names = [f"{node.name}/{variable}:0" for variable in variables]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, variables.values(), strict=True):
                group[name] = array
    sequential = {"class_name": "Sequential", "config": {"name": "network", "layers": layers}}
    architecture.write_text(json.dumps(sequential), encoding="utf-8")


def _layer(node: Node) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Class and configuration of a layer, and its variables in the order of Keras."""
    if node.op == "dense":
        # No activation: of a linear one hls4ml would make a layer, which costs it time for nothing.
        config: dict[str, Any] = {"units": node.shape[-1], "use_bias": True}
        return "Dense", config, {"kernel": node.constants["weight"], "bias": node.constants["bias"]}
    if node.op == "affine":
        gamma, beta = (np.broadcast_to(node.constants[key], node.shape) for key in ("scale", "bias"))
        mean, variance = np.zeros(node.shape), np.ones(node.shape)
        config = {"axis": [1], "epsilon": 0.0, "scale": True, "center": True}
        variables = {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
        return "BatchNormalization", config, variables
    if node.op in _ACTIVATIONS:
        return "Activation", {"activation": node.op}, {}
    raise ValueError(f"layer {node.name!r}: no Keras layer is written for the operator {node.op}")
