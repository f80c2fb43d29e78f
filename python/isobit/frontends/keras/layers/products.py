"""Products of two tensors: Dot, EinsumDense."""

from __future__ import annotations

import math

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.layers.layer_normalization import unit_length
from isobit.frontends.keras.layers.masks import reshaped


class Dot(Handler):
    """``Dot(axes, normalize)``: one axis of each input is summed over."""

    def convert(self, call: Call) -> Tensor:
        """A matrix product, with the axes brought to where it wants them."""
        first, second = self._pair(call)
        given = call.options.integers("axes")
        axes = given * 2 if len(given) == 1 else given
        if len(axes) != 2:
            raise call.options.malformed("axes", "one axis or two")
        a, b = (call.axis(axis, len(x.shape), "axes") for axis, x in zip(axes, (first, second), strict=True))
        if first.shape[a] != second.shape[b]:
            raise FileFormatError(
                f"{call.where}: axes {axes} of the shapes {first.shape} and {second.shape} differ in length"
            )
        if call.options.boolean("normalize", False):
            # The layer's name is for the product.
            first = unit_length(call.nested_part("first"), first, (a,))
            second = unit_length(call.nested_part("second"), second, (b,))
        length = first.shape[a]
        rows = (*first.shape[:a], *first.shape[a + 1 :])
        columns = (*second.shape[:b], *second.shape[b + 1 :])
        last = _moved(call, first, a, len(rows), "last")
        front = _moved(call, second, b, 0, "front")
        left = reshaped(call, last, (math.prod(rows), length), "rows")
        right = reshaped(call, front, (length, math.prod(columns)), "columns")
        return reshaped(call, call.emit("matmul", [left, right]), (*rows, *columns) or (1,), "shape")

    def _pair(self, call: Call) -> list[Tensor]:
        tensors = call.inputs()
        if len(tensors) != 2:
            raise FileFormatError(f"{call.where} is called with {len(tensors)} inputs; it takes two")
        if not all(tensor.shape for tensor in tensors):
            raise call.refuse("an input has no axis besides the batch")
        return tensors


def _moved(call: Call, tensor: Tensor, axis: int, place: int, suffix: str) -> Tensor:
    """The tensor with one axis at another place, the others in order."""
    if axis == place:
        return tensor
    others = [n for n in range(len(tensor.shape)) if n != axis]
    return call.emit("transpose", [tensor], {"perm": (*others[:place], axis, *others[place:])}, suffix=suffix)
