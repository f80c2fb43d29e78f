"""Affine layers, ``x * scale + bias`` element by element, and batch normalisation, which becomes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.errors import GraphError, UnsupportedError
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Elementwise, axis_of
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

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The shape of the input, which the constants must not enlarge."""
        for key, array in constants.items():
            check_broadcast(layer, key, array, inputs[0])
        return inputs[0]

    def constant_values(self, node: Node, shapes: Sequence[Shape]) -> dict[str, FloatArray]:
        """Scale and bias."""
        return {"weight": node.constants["scale"], "bias": node.constants["bias"]}

    def lower(self, layer: LayerLowering) -> None:
        """One ``affine`` cell."""
        node = layer.node
        layer.emit(
            "affine",
            formats=[layer.format(ACCUMULATOR)],
            constants=[
                layer.constant(WEIGHT, "weight", node.constants["scale"], spread=True),
                layer.constant(BIAS, "bias", node.constants["bias"], spread=True),
            ],
        )


class BatchNorm(Elementwise):
    """Batch normalisation with the statistics of the training (Ioffe and Szegedy, arXiv:1502.03167).

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``. It is computed as an affine layer: the pass
    ``batch_norm_to_affine``, one of the defaults, replaces it.
    """

    name = "batch_norm"
    attributes = declare({"epsilon": Attribute(Kind.FLOAT, 1e-3), "axis": Attribute(Kind.INT, None)})
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

    def check_attrs(self, layer: str, attrs: Mapping[str, Any]) -> None:
        """Epsilon is not negative."""
        if attrs["epsilon"] < 0:
            raise GraphError(f"layer {layer!r}: epsilon is negative ({attrs['epsilon']})")

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The shape of the input; every constant has one value per channel."""
        channels = inputs[0][axis_of(layer, attrs, inputs[0])]
        for key, array in constants.items():
            if array.shape != (channels,):
                raise GraphError(
                    f"layer {layer!r}: {key} must have shape {(channels,)} (the channels of the input "
                    f"{inputs[0]}), not {array.shape}"
                )
        if np.any(constants["variance"] + attrs["epsilon"] <= 0):
            raise GraphError(f"layer {layer!r}: variance + epsilon is not positive in every channel")
        return inputs[0]

    def scale_and_bias(self, node: Node) -> tuple[FloatArray, FloatArray]:
        """The same layer as ``x * scale + bias``, shaped to broadcast over the input."""
        constants = node.constants
        scale = constants.get("gamma", np.ones(1)) / np.sqrt(constants["variance"] + node.attrs["epsilon"])
        bias = constants.get("beta", np.zeros(1)) - constants["mean"] * scale
        axis = axis_of(node.name, node.attrs, node.shape)
        spread = (-1,) + (1,) * (len(node.shape) - 1 - axis)
        return scale.reshape(spread), bias.reshape(spread)

    def lower(self, layer: LayerLowering) -> None:
        """Refused: the default passes have made an affine layer of it."""
        raise UnsupportedError(
            f"layer {layer.node.name!r}: batch normalisation is computed as an affine layer; "
            "run isobit.passes.batch_norm_to_affine on the graph"
        )


def check_broadcast(layer: str, key: str, array: FloatArray, shape: Shape) -> None:
    """:class:`GraphError` unless the array broadcasts to the shape without enlarging it."""
    try:
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise GraphError(
            f"layer {layer!r}: {key} of shape {array.shape} does not broadcast to the input shape {shape}"
        )
