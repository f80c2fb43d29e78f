"""Layers that only move elements."""

from __future__ import annotations

import math

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.ir import Shape

MAX_REPEATS = 1024


def resolve_shape(call: Call, target: Shape, size: int) -> Shape:
    """A target shape without the batch axis, its one -1 (if any) computed from the number of elements."""
    known = math.prod(n for n in target if n != -1)
    if target.count(-1) == 1 and known > 0 and size % known == 0:
        target = tuple(size // known if n == -1 else n for n in target)
    if any(n < 1 for n in target) or math.prod(target) != size:
        raise FileFormatError(f"{call.where}: {size} elements cannot take the shape {target}")
    return target


class Flatten(Handler):
    """``Flatten`` in C order; channels-first data are brought to channels-last order first, as Keras does."""

    def convert(self, call: Call) -> Tensor:
        """A reshape, after a transpose for ``channels_first``."""
        tensor = call.input()
        order = call.options.text("data_format", "channels_last", ("channels_last", "channels_first"))
        if order == "channels_first" and len(tensor.shape) > 1:
            perm = (*range(1, len(tensor.shape)), 0)
            tensor = call.emit("transpose", [tensor], {"perm": perm}, suffix="transpose")
        return call.emit("reshape", [tensor], {"shape": (math.prod(tensor.shape),)})


class Reshape(Handler):
    """``Reshape(target_shape)``, where one dimension may be -1."""

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensor = call.input()
        target = call.options.integers("target_shape")
        return call.emit("reshape", [tensor], {"shape": resolve_shape(call, target, math.prod(tensor.shape))})


class Permute(Handler):
    """``Permute(dims)``, counted from 1."""

    def convert(self, call: Call) -> Tensor:
        """One node."""
        dims = call.options.integers("dims")
        return call.emit("transpose", [call.input()], {"perm": tuple(dim - 1 for dim in dims)})


class RepeatVector(Handler):
    """``RepeatVector(n)``: (features,) becomes (n, features)."""

    def convert(self, call: Call) -> Tensor:
        """A reshape and a concatenation of n copies."""
        tensor = call.input()
        repeats = call.options.integer("n")
        if len(tensor.shape) != 1 or not 1 <= repeats <= MAX_REPEATS:
            raise call.refuse(
                f"n = {repeats} on the shape {tensor.shape}; supported: one axis, n from 1 to {MAX_REPEATS}"
            )
        row = call.emit("reshape", [tensor], {"shape": (1, *tensor.shape)}, suffix="row")
        return call.emit("concatenate", [row] * repeats, {"axis": 0}, suffix="repeat")
