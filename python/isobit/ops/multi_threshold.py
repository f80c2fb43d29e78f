"""Activations with few values: which of a list of thresholds a number reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from isobit.backends.stored import exact_format
from isobit.formats import PM1, Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, OUTPUT, Role, RoleKind

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_OFFSET = Role("bias", RoleKind.EXACT)


class MultiThreshold(Elementwise):
    """``out_bias + out_scale * (number of thresholds t with x >= t)``, as QONNX's MultiThreshold.

    ``thresholds`` has shape (k,), or (channels, k) with channels along the last axis of the input. Where the
    constant ``falling`` (one 0 or 1 for each channel) is 1, the thresholds that x is *below* are counted.

    A threshold is no rounded number: it becomes the smallest raw of the input's format that is not below it.
    """

    name = "multi_threshold"
    attributes = declare({"out_scale": Attribute(Kind.FLOAT, 1.0), "out_bias": Attribute(Kind.FLOAT, 0.0)})
    constants = declare(
        {
            "thresholds": Constant("array of shape (k,) or (channels, k)"),
            "falling": Constant("array of zeros and ones of shape (channels,)", optional=True),
        }
    )
    roles = (OUTPUT, BOUND, _OFFSET)

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input."""
        thresholds, last = layer.constants["thresholds"], layer.input_shape[-1:]
        if thresholds.ndim not in (1, 2) or thresholds.size == 0:
            raise layer.refuse(f"thresholds must have shape (k,) or (channels, k), not {thresholds.shape}")
        if thresholds.ndim == 2 and len(thresholds) != 1 and (len(thresholds),) != last:
            raise layer.refuse(
                f"thresholds are for {len(thresholds)} channels, but the last axis of the "
                f"input of shape {layer.input_shape} has another size"
            )
        falling = layer.constants.get("falling")
        if falling is not None and (falling.shape != last or not np.all((falling == 0) | (falling == 1))):
            raise layer.refuse(f"falling must hold a 0 or 1 for each channel, shape {last}")
        return layer.input_shape

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The narrowest that holds every result (``pm1`` for -1 and 1), if 16 bits do."""
        steps = np.arange(layer.constants["thresholds"].shape[-1] + 1)
        values = layer.attrs["out_bias"] + layer.attrs["out_scale"] * steps
        return PM1 if set(values.tolist()) == {-1.0, 1.0} else exact_format(values)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Scale and offset of the count, of each channel where they differ."""
        scale, offset = np.array([layer.attrs["out_scale"]]), np.array([layer.attrs["out_bias"]])
        falling = layer.constants.get("falling")
        if falling is not None:  # k less those that are reached
            steps = layer.constants["thresholds"].shape[-1]
            offset = offset + falling * steps * scale
            scale = np.where(falling == 1, -scale, scale)
        return {"weight": scale, "bias": offset}

    def lower(self, layer: LayerLowering) -> None:
        """One ``multi_threshold`` cell."""
        values = self.constant_values(layer)
        thresholds = np.atleast_2d(layer.constants["thresholds"])
        channels = max(len(thresholds), *(array.size for array in values.values()))
        thresholds = np.broadcast_to(thresholds, (channels, thresholds.shape[1]))
        layer.emit(
            "multi_threshold",
            constants=[
                layer.thresholds(thresholds.ravel()),
                layer.constant(BOUND, "scale", values["weight"]),
                layer.constant(_OFFSET, "offset", values["bias"]),
            ],
            ints=thresholds.shape,
        )
