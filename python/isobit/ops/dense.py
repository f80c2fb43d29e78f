"""The dense layer: ``y[..., o] = sum_i x[..., i] * weight[i, o] + bias[o]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.errors import GraphError
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Constant, declare
from isobit.ops.base import Op, size
from isobit.ops.roles import ACCUMULATOR, BIAS, OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Dense(Op):
    """A dense layer on the last axis; products and their sum are exact, then cast to the accumulator."""

    name = "dense"
    constants = declare(
        {
            "weight": Constant("array of shape (n_in, n_out)"),
            "bias": Constant("array of shape (n_out,)", optional=True),
        }
    )
    roles = (OUTPUT, WEIGHT, BIAS, ACCUMULATOR)
    hls4ml_classes = ("Dense", "QDense")

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The last axis goes from n_in to n_out."""
        weight, source = constants["weight"], inputs[0]
        if weight.ndim != 2:
            raise GraphError(f"layer {layer!r}: weight must have shape (n_in, n_out), not {weight.shape}")
        n_in, n_out = weight.shape
        if not source or source[-1] != n_in:
            raise GraphError(
                f"layer {layer!r}: weight of shape {weight.shape} expects {n_in} inputs on the last axis, "
                f"but the input has shape {source}"
            )
        if "bias" in constants and constants["bias"].shape != (n_out,):
            raise GraphError(
                f"layer {layer!r}: bias must have shape {(n_out,)}, not {constants['bias'].shape}"
            )
        return (*source[:-1], n_out)

    def constant_values(self, node: Node, shapes: Sequence[Shape]) -> dict[str, FloatArray]:
        """Weight and bias (zeros where there is none)."""
        return {"weight": node.constants["weight"], "bias": _bias(node)}

    def lower(self, layer: LayerLowering) -> None:
        """One ``dense`` cell; a layer without bias adds the constant zero."""
        node = layer.node
        n_in, n_out = node.constants["weight"].shape
        layer.emit(
            "dense",
            formats=[layer.format(ACCUMULATOR)],
            constants=[
                layer.constant(WEIGHT, "weight", node.constants["weight"]),
                layer.constant(BIAS, "bias", _bias(node)),
            ],
            ints=[size(node.shape[:-1]), n_in, n_out],
        )


def _bias(node: Node) -> FloatArray:
    if "bias" in node.constants:
        return node.constants["bias"]
    return np.zeros(node.constants["weight"].shape[1])
