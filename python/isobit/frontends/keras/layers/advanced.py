"""Activation layers with options: ReLU and its relatives, ELU, Softmax."""

from __future__ import annotations

from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.options import Options


class ReLU(Handler):
    """``ReLU(max_value, negative_slope, threshold)``.

    Keras computes ``max_value`` where x >= max_value, x where threshold < x, and
    ``negative_slope * (x - threshold)`` elsewhere. With both slope and threshold no operator expresses it.
    """

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

    def convert(self, call: Call) -> Tensor:
        """One node."""
        key = "alpha" if call.options.has("alpha") else "negative_slope"
        return call.emit("leaky_relu", [call.input()], {"alpha": call.options.number(key)})


class PReLU(Handler):
    """``PReLU`` with a trained slope per element, or per element of the axes that are not shared."""

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

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return call.emit("thresholded_relu", [call.input()], {"theta": call.options.number("theta")})


class ELU(Handler):
    """``ELU(alpha)``."""

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return call.emit("elu", [call.input()], {"alpha": call.options.number("alpha", 1.0)})


class Softmax(Handler):
    """``Softmax(axis)`` over one axis."""

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensor = call.input()
        axes = call.options.integers("axis") if call.options.has("axis") else (-1,)
        if len(axes) != 1:
            raise call.options.unsupported("axis", "supported: one axis")
        return call.emit("softmax", [tensor], {"axis": call.axis(axes[0], len(tensor.shape))})


WEIGHTLESS_ACTIVATIONS: dict[str, Handler] = {
    "ReLU": ReLU(),
    "LeakyReLU": LeakyReLU(),
    "ThresholdedReLU": ThresholdedReLU(),
    "ELU": ELU(),
    "Softmax": Softmax(),
}
