"""Activation layers with options: ReLU and its relatives, ELU, Softmax."""

from __future__ import annotations

import math
from dataclasses import replace

from isobit.frontends.keras.layers.axes import option_axes, with_axes_last
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.masks import excluded, given_mask, reshaped
from isobit.frontends.keras.options import Options


class ReLU(Handler):
    """``ReLU(max_value, negative_slope, threshold)``.

    Keras computes ``max_value`` where x >= max_value, x where threshold < x, and
    ``negative_slope * (x - threshold)`` elsewhere. With both slope and threshold no operator expresses it.
    """

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node, or two where a bound comes on top."""
        options = call.options
        tensor = call.input()
        slope = options.number("negative_slope", 0.0)
        threshold = options.number("threshold", 0.0)
        highest = options.number("max_value") if options.has("max_value") else None
        for key, value in (("max_value", highest), ("negative_slope", slope), ("threshold", threshold)):
            if value is not None and value < 0:
                raise options.malformed(key, "a number of at least 0")
        if slope != 0 and threshold != 0:
            raise call.refuse(
                "negative_slope together with threshold is not supported; one of them must be 0"
            )
        if slope != 0:
            tensor = call.emit("leaky_relu", [tensor], {"alpha": slope})
        elif threshold != 0:
            tensor = call.emit("thresholded_relu", [tensor], {"theta": threshold})
        elif highest is None:
            return call.emit("relu", [tensor])
        else:
            return call.emit("clip", [tensor], {"low": 0.0, "high": highest})
        return tensor if highest is None else call.emit("clip", [tensor], {"high": highest})


class LeakyReLU(Handler):
    """``LeakyReLU``: the slope is called ``alpha`` in Keras 2 and ``negative_slope`` in Keras 3."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node."""
        key = "alpha" if call.options.has("alpha") else "negative_slope"
        return call.emit("leaky_relu", [call.input()], {"alpha": call.options.number(key)})


class PReLU(Handler):
    """``PReLU`` with a trained slope per element, or per element of the axes that are not shared."""

    passes_mask = True

    irrelevant = frozenset(["alpha_initializer", "alpha_regularizer", "alpha_constraint"])

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The slopes."""
        return (Variable("alpha"),)

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensor = call.input()
        shape = list(tensor.shape)
        if call.options.raw("shared_axes") is not None:
            for axis in call.options.integers("shared_axes"):
                shape[call.axis(axis, len(shape), "shared_axes")] = 1
        return call.emit("prelu", [tensor], constants={"alpha": call.weight("alpha", tuple(shape))})


class ThresholdedReLU(Handler):
    """``ThresholdedReLU(theta)`` of Keras 2."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return call.emit("thresholded_relu", [call.input()], {"theta": call.options.number("theta")})


class ELU(Handler):
    """``ELU(alpha)``."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return call.emit("elu", [call.input()], {"alpha": call.options.number("alpha", 1.0)})


class Softmax(Handler):
    """``Softmax(axis)`` over one axis or several; what a mask excludes gets the weight 0."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node, more for several axes or a mask."""
        bound = call.bind("inputs", "mask")
        tensor = replace(call, args=(bound["inputs"],), kwargs={}).input()
        mask = given_mask(call, bound["mask"]) if bound["mask"] is not None else tensor.mask
        axes = option_axes(call, tensor)
        if mask is not None:
            tensor, mask = excluded(call, tensor, mask)
        result = softmax_over(call, tensor, axes)
        return result if mask is None else call.emit("multiply", [result, mask], suffix="masked")


def softmax_over(call: Call, tensor: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The softmax over one axis, or over several together."""
    if len(axes) == 1:
        return call.emit("softmax", [tensor], {"axis": axes[0]})
    return with_axes_last(call, tensor, axes, lambda x: _over_last(call, x, len(axes)))


def _over_last(call: Call, tensor: Tensor, count: int) -> Tensor:
    """The softmax over the last axes together."""
    kept = tensor.shape[: len(tensor.shape) - count]
    flat = reshaped(call, tensor, (*kept, math.prod(tensor.shape[len(kept) :])), "flat")
    return reshaped(call, call.emit("softmax", [flat], {"axis": len(kept)}), tensor.shape, "shape")


WEIGHTLESS_ACTIVATIONS: dict[str, Handler] = {
    "ReLU": ReLU(),
    "LeakyReLU": LeakyReLU(),
    "ThresholdedReLU": ThresholdedReLU(),
    "ELU": ELU(),
    "Softmax": Softmax(),
}
