"""Layers that normalise with the statistics of the sample: layer, RMS, group and unit normalisation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.axes import option_axes, with_axes_last
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray, Shape

INERT = frozenset(
    f"{weight}_{what}"
    for weight in ("beta", "gamma")
    for what in ("initializer", "regularizer", "constraint")
)
_UNIT_FLOOR = {2: 1e-12, 3: 1e-24}
"""Sums of squares below this count as this, by version of Keras."""


def _scale_and_shift(options: Options) -> tuple[Variable, ...]:
    return tuple(
        Variable(name) for name, key in (("gamma", "scale"), ("beta", "center")) if options.boolean(key, True)
    )


class LayerNormalization(Handler):
    """``LayerNormalization(axis)``: one or several axes, brought to the end."""

    passes_mask = True
    irrelevant = INERT

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Gamma and beta, if they are used."""
        options.require("rms_scaling", None, False)
        return _scale_and_shift(options)

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensor = call.input()
        axes = option_axes(call, tensor)
        stored = _stored_shape(call, tensor, axes)
        shape = tuple(tensor.shape[axis] for axis in sorted(axes))
        constants = {
            variable.name: call.weight(variable.name, stored).reshape(shape)
            for variable in self.variables(call.options)
        }
        attrs = {"epsilon": call.options.number("epsilon", 1e-3), "axis": len(tensor.shape) - len(axes)}
        return with_axes_last(call, tensor, axes, lambda x: call.emit("layer_norm", [x], attrs, constants))


class RMSNormalization(Handler):
    """``RMSNormalization(axis)`` of Keras 3."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The scale."""
        return (Variable("scale"),)

    def convert(self, call: Call) -> Tensor:
        """One node; where the axes are not the last ones, the scale meets the last ones nevertheless."""
        tensor = call.input()
        axes = option_axes(call, tensor)
        scale = call.weight("scale", _stored_shape(call, tensor, axes))
        rank = len(tensor.shape)
        attrs = {"epsilon": call.options.number("epsilon", 1e-6), "axis": rank - len(axes)}
        if sorted(axes) == list(range(rank - len(axes), rank)):
            return call.emit("rms_norm", [tensor], attrs, {"gamma": scale})
        plain = with_axes_last(call, tensor, axes, lambda x: call.emit("rms_norm", [x], attrs))
        constants = {"scale": scale, "bias": np.zeros(())}
        return call.emit("affine", [plain], constants=constants, suffix="scale")


class GroupNormalization(Handler):
    """``GroupNormalization(groups, axis)``; -1 groups are one for each channel."""

    passes_mask = True
    irrelevant = INERT

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Gamma and beta, if they are used."""
        return _scale_and_shift(options)

    def convert(self, call: Call) -> Tensor:
        """One node, and transpositions where the channels are not last."""
        tensor = call.input()
        axes = option_axes(call, tensor)
        if len(axes) != 1:
            raise call.options.unsupported("axis", "supported: one axis")
        channels = tensor.shape[axes[0]]
        groups = call.options.integer("groups")
        groups = channels if groups == -1 else groups
        if groups < 1 or channels % groups:
            raise FileFormatError(f"{call.where}: {channels} channels do not make {groups} groups")
        constants: Mapping[str, FloatArray] = {
            variable.name: call.weight(variable.name, (channels,))
            for variable in self.variables(call.options)
        }
        attrs = {"epsilon": call.options.number("epsilon", 1e-3), "groups": groups}
        return with_axes_last(call, tensor, axes, lambda x: call.emit("group_norm", [x], attrs, constants))


class UnitNormalization(Handler):
    """``UnitNormalization(axis)``: divided by the Euclidean norm."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """The sum of squares, its inverse root, and a product."""
        tensor = call.input()
        return unit_length(call, tensor, option_axes(call, tensor))


def unit_length(call: Call, tensor: Tensor, axes: tuple[int, ...], floor: float | None = None) -> Tensor:
    """A tensor divided by its Euclidean norm over some axes, the square of which is at least ``floor``."""
    attrs = {"axes": axes, "keepdims": True}
    squares = call.emit("reduce_sum_square", [tensor], attrs, suffix="square")
    floor = _UNIT_FLOOR[2 if call.keras == 2 else 3] if floor is None else floor
    bounded = call.emit("clip", [squares], {"low": floor}, suffix="floor")
    return call.emit("multiply", [tensor, call.emit("rsqrt", [bounded], suffix="rsqrt")])


def _stored_shape(call: Call, tensor: Tensor, axes: tuple[int, ...]) -> Shape:
    """The shape of weights in a file: Keras 3 sorts the axes as they are written, Keras 2 does not."""
    if call.keras == 2:
        return tuple(tensor.shape[axis] for axis in axes)
    given = call.options.integers("axis") if call.options.has("axis") else (-1,)
    return tuple(tensor.shape[call.axis(axis, len(tensor.shape))] for axis in sorted(given))
