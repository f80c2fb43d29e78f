"""Layers with several inputs, and what becomes of their masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.layers.masks import combined, constant, reshaped, zeroed


class Merge(Handler):
    """``Add``, ``Multiply``, ...: inputs of fewer axes get new ones after the batch, as in the IR.

    Parameters
    ----------
    op : str
        The operator.
    """

    def __init__(self, op: str) -> None:
        self.op = op

    def convert(self, call: Call) -> Tensor:
        """One node; more where the result depends on masks."""
        tensors = call.inputs()
        masks = [tensor.mask for tensor in tensors if tensor.mask is not None]
        if not masks:
            return call.emit(self.op, tensors)
        if self.op == "multiply" and call.keras != 2:
            return self._product(call, tensors)
        if self.op in _HEEDING and call.keras != 2:
            return self._masked(call, tensors)
        rule = "logical_and" if call.keras == 2 else "logical_or"
        mask = combined(call, rule, masks) if len(masks) == len(tensors) else None
        return replace(call.emit(self.op, tensors), mask=mask)

    def _masked(self, call: Call, tensors: Sequence[Tensor]) -> Tensor:
        """As Keras 3: where one input is masked, the other takes its place; masked is what all mask."""
        if len({len(tensor.shape) for tensor in tensors}) != 1:
            raise call.refuse("masks of inputs with different numbers of axes are not supported")
        result, mask = tensors[0], tensors[0].mask
        for number, tensor in enumerate(tensors[1:], 2):
            own, other = tensor.mask, tensor
            if own is not None:
                other = call.emit("where", [_spread(call, own), other, result], suffix="where")
            if mask is not None:
                result = call.emit("where", [_spread(call, mask), result, other], suffix="where")
            mask = combined(call, "logical_or", [mask, own]) if mask is not None and own is not None else None
            result = call.emit(self.op, [result, other], suffix="" if number == len(tensors) else "part")
        return replace(result, mask=mask)

    def _product(self, call: Call, tensors: Sequence[Tensor]) -> Tensor:
        """As Keras 3: a masked factor counts as 1, the product is 0 where all factors are masked."""
        masks = [tensor.mask for tensor in tensors if tensor.mask is not None]
        one = constant(call, np.ones(1), "one")
        factors = [
            tensor
            if tensor.mask is None
            else call.emit("where", [_spread(call, tensor.mask), tensor, one], suffix="where")
            for tensor in tensors
        ]
        if len(masks) < len(tensors):
            return call.emit("multiply", factors)
        mask = combined(call, "logical_or", masks)
        return replace(zeroed(call, call.emit("multiply", factors, suffix="product"), mask), mask=mask)


_HEEDING = ("maximum", "minimum")
"""Layers whose result depends on masks in Keras 3."""


def _spread(call: Call, mask: Tensor) -> Tensor:
    return reshaped(call, mask, (*mask.shape, 1), "mask")


class Concatenate(Handler):
    """``Concatenate(axis)``."""

    def convert(self, call: Call) -> Tensor:
        """One node, and one for the masks."""
        tensors = call.inputs()
        axis = call.options.integer("axis") if call.options.has("axis") else -1
        place = call.axis(axis, len(tensors[0].shape))
        result = call.emit("concatenate", tensors, {"axis": place})
        if all(tensor.mask is None for tensor in tensors):
            return result
        return replace(result, mask=self._mask(call, tensors, place))

    def _mask(self, call: Call, tensors: Sequence[Tensor], axis: int) -> Tensor | None:
        """Along the features: what some input shows (Keras 2: all of them); along the steps: one by one."""
        masks = [tensor.mask for tensor in tensors]
        if axis == len(tensors[0].shape) - 1:
            known = [mask for mask in masks if mask is not None]
            if call.keras == 2:
                return combined(call, "logical_and", known)
            return combined(call, "logical_or", known) if len(known) == len(masks) else None
        if axis != 0 or any(mask is not None and len(mask.shape) != 1 for mask in masks):
            raise call.refuse("masks of inputs that are joined along this axis are not supported")
        parts = [
            constant(call, np.ones(tensor.shape[:1]), "mask") if tensor.mask is None else tensor.mask
            for tensor in tensors
        ]
        return replace(call.emit("concatenate", parts, {"axis": 0}, suffix="mask"), boolean=True)
