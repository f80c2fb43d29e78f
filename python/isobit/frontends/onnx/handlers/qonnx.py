"""Operators of QONNX (``qonnx.custom_op.general``) that have exact layers: thresholds and signs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isobit.errors import FileFormatError, GraphError
from isobit.frontends.onnx.handlers.images import over_images
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Array, Tensor

_LAYOUTS = ("NCHW", "NHWC")


def multi_threshold(layer: Layer) -> Tensor:
    """``out_bias + out_scale * (number of thresholds t with x >= t)``, thresholds of shape (channels, k).

    ``out_dtype`` names the type of the results; it changes none of them.
    """
    _check_inputs(layer)
    layer.attributes.text("out_dtype", "")
    layout = layer.attributes.text("data_layout", "NCHW")
    if layout not in _LAYOUTS:
        raise layer.refuse(f"attribute data_layout is {layout!r}; supported: {', '.join(_LAYOUTS)}")
    attrs = {
        "out_scale": layer.attributes.number("out_scale", 1.0),
        "out_bias": layer.attributes.number("out_bias", 0.0),
    }
    x, thresholds = layer.tensor(0), layer.weights(1)
    if thresholds.ndim != 2 or thresholds.size == 0:
        raise FileFormatError(f"the thresholds have shape {thresholds.shape}; it must be (channels, k)")
    constants = {"thresholds": thresholds}
    rank = layer.rank(x)
    if len(thresholds) == 1 or rank == 2 or (rank == 4 and layout == "NHWC"):
        return layer.emit("multi_threshold", [x], attrs, constants)
    if rank != 4:
        raise layer.refuse(
            f"thresholds for {len(thresholds)} channels of {x.name!r}, which has {rank} axes: which of them "
            "holds the channels is defined for 2 and 4 axes only"
        )
    return over_images(
        layer,
        x,
        lambda image, part: layer.emit("multi_threshold", [image], attrs, constants, f"thresholds{part}"),
    )


def bipolar_quant(layer: Layer) -> Tensor:
    """``scale`` where x >= 0, else ``-scale``."""
    _check_inputs(layer)
    x = layer.tensor(0, moved=True)
    scale = layer.beside(1, x)
    if np.all(scale == 1.0):
        return layer.emit("binary_tanh", [x])
    return layer.affine(layer.emit("binary_tanh", [x], part="sign"), scale, 0.0)


def fold_bipolar_quant(layer: Layer, arrays: Sequence[Array]) -> Array:
    """The same on constants: weights."""
    _check_inputs(layer)
    x, scale = arrays
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(scale))):
        raise GraphError("its inputs have values that are not finite; export from a good checkpoint")
    return np.asarray(np.where(x >= 0, scale, -scale), dtype=x.dtype)


def _check_inputs(layer: Layer) -> None:
    if len(layer.inputs) != 2:
        raise FileFormatError(f"it has {len(layer.inputs)} inputs; it must have 2")
