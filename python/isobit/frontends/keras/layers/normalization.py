"""Normalising layers: all are ``x * scale + bias`` in inference."""

from __future__ import annotations

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray, Shape

# keras.backend.epsilon(), below which Normalization does not let the deviation fall.
_SMALLEST_DEVIATION = 1e-7


class BatchNormalization(Handler):
    """``BatchNormalization`` with the moving statistics of the training, over one axis."""

    passes_mask = True

    irrelevant = frozenset(
        [
            "momentum",
            "fused",
            "synchronized",
            "renorm_clipping",
            "renorm_momentum",
            "beta_initializer",
            "gamma_initializer",
            "moving_mean_initializer",
            "moving_variance_initializer",
            "beta_regularizer",
            "gamma_regularizer",
            "beta_constraint",
            "gamma_constraint",
        ]
    )

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Gamma and beta if they are used, then the moving statistics."""
        trained = [
            Variable(name)
            for name, key in (("gamma", "scale"), ("beta", "center"))
            if options.boolean(key, True)
        ]
        statistics = [Variable(name, trainable=False) for name in ("moving_mean", "moving_variance")]
        return (*trained, *statistics)

    def convert(self, call: Call) -> Tensor:
        """One node."""
        options = call.options
        options.require("renorm", None, False)
        options.require("virtual_batch_size", None)
        options.require("adjustment", None)
        # The mask only counts in training.
        tensor = call.without("mask").input()
        axes = options.integers("axis") if options.has("axis") else (-1,)
        if len(axes) != 1:
            raise options.unsupported("axis", "supported: one axis")
        axis = call.axis(axes[0], len(tensor.shape))
        shape = (tensor.shape[axis],)
        constants = {
            variable.name.removeprefix("moving_"): call.weight(variable.name, shape)
            for variable in self.variables(options)
        }
        attrs = {"epsilon": options.number("epsilon", 1e-3), "axis": axis}
        return call.emit("batch_norm", [tensor], attrs, constants)


class Normalization(Handler):
    """``Normalization``: mean and variance are options, or were learned by ``adapt``."""

    passes_mask = True

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The statistics, if they are not in the options, and the number of samples seen."""
        if options.has("mean"):
            return ()
        statistics = [Variable(name, trainable=False) for name in ("mean", "variance")]
        return (*statistics, Variable("count", trainable=False, read=False))

    def convert(self, call: Call) -> Tensor:
        """One affine node: ``(x - mean) / deviation``, or its inverse."""
        options = call.options
        tensor = call.input()
        rank = len(tensor.shape)
        given = options.integers("axis") if options.has("axis") else ()
        kept = tuple(sorted({call.axis(axis, rank) for axis in given}))
        if len(kept) != len(given):
            raise options.malformed("axis", "a list of different axes")
        spread = tuple(size if axis in kept else 1 for axis, size in enumerate(tensor.shape))
        mean, variance = (self._statistic(call, name, tensor.shape, kept) for name in ("mean", "variance"))
        if np.any(variance < 0):
            raise FileFormatError(f"{call.where}: the variance is negative")
        deviation = np.maximum(np.sqrt(variance), _SMALLEST_DEVIATION)
        if options.boolean("invert", False):
            scale, bias = deviation, mean
        else:
            scale, bias = 1.0 / deviation, -mean / deviation
        constants = {"scale": scale.reshape(spread), "bias": bias.reshape(spread)}
        return call.emit("affine", [tensor], constants=constants)

    def _statistic(self, call: Call, name: str, shape: Shape, kept: tuple[int, ...]) -> FloatArray:
        """Mean or variance along the axes that are kept."""
        wanted = tuple(shape[axis] for axis in kept)
        if not call.options.has("mean"):
            return call.weight(name, wanted)
        given = call.options.numbers(name)
        try:
            return np.array(np.broadcast_to(given, wanted))
        except ValueError:
            raise FileFormatError(
                f"{call.where}: {name} has shape {given.shape}, which does not broadcast to {wanted}"
            ) from None


class Rescaling(Handler):
    """``Rescaling``: ``x * scale + offset``."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One affine node."""
        options = call.options
        offset = options.numbers("offset") if options.has("offset") else np.zeros(())
        constants = {"scale": options.numbers("scale"), "bias": offset}
        return call.emit("affine", [call.input()], constants=constants)
