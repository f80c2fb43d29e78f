"""The dense layer: ``y[..., o] = sum_i x[..., i] * weight[i, o] + bias[o]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Constant, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.roles import ACCUMULATOR, BIAS, OUTPUT, WEIGHT, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Weighted(Op):
    """Products with a weight and their sum, exact, plus a bias; then cast to the accumulator."""

    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, WEIGHT, BIAS, ACCUMULATOR)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Weight and bias (zero where there is none)."""
        return {"bias": np.zeros(1), **layer.constants}

    def bias(self, layer: LayerLowering) -> dict[str, Any]:
        """The constant of one number for each output channel."""
        return layer.constant(BIAS, "bias", layer.constants.get("bias", np.zeros(layer.shape[-1])))


class Dense(Weighted):
    """A dense layer on the last axis."""

    name = "dense"
    cell: ClassVar[str] = "dense"
    constants = declare(
        {
            "weight": Constant("array of shape (n_in, n_out)"),
            "bias": Constant("array of shape (n_out,)", optional=True),
        }
    )
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("Dense", "QDense")

    def shape(self, layer: Layer) -> Shape:
        """The last axis goes from n_in to n_out."""
        weight, source = layer.constants["weight"], layer.input_shape
        n_in, n_out = layer.dimensions("weight", weight.shape, "n_in", "n_out")
        if not source or source[-1] != n_in:
            raise layer.refuse(
                f"weight of shape {weight.shape} expects {n_in} inputs on the last axis, "
                f"but the input has shape {source}"
            )
        layer.check_constant("bias", (n_out,))
        return (*source[:-1], n_out)

    def lower(self, layer: LayerLowering) -> None:
        """One cell; a layer without bias adds the constant zero."""
        n_in, n_out = layer.constants["weight"].shape
        layer.emit(
            self.cell,
            formats=[layer.format(ACCUMULATOR)],
            constants=[layer.constant(WEIGHT, "weight", layer.constants["weight"]), self.bias(layer)],
            ints=[size(layer.shape[:-1]), n_in, n_out],
        )
