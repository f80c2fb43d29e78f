"""Normalisation by mean and variance of groups of elements: layer, RMS, group and instance norm.

A group's mean and variance are tensors with formats of their own (roles ``mean`` and ``variance``), and so is
``rsqrt``, the entry of the table of ``1 / sqrt(variance + epsilon)``. Differences from the mean are exact:

    y = (x - mean) * rsqrt * gamma + beta

The addresses of the table are evenly spaced over the format of the variance. Give the layer a larger
``table_size`` where variances differ by orders of magnitude.
"""

from __future__ import annotations

import abc
import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from isobit.backends.exact import sum_format
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op, Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.power import RSQRT as RSQRT_FUNCTION
from isobit.ops.reduce import window_ints
from isobit.ops.roles import BIAS, FACTOR, MEAN, OUTPUT, RSQRT, RSQRT_TABLE, VARIANCE, WEIGHT, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_EPSILON = Attribute(Kind.FLOAT, 1e-5, least=0)


class _Normalization(Op):
    """What all have in common; subclasses say which elements form a group."""

    constants = declare(
        {
            "gamma": Constant("scale by element or channel", optional=True),
            "beta": Constant("offset by element or channel", optional=True),
        }
    )
    roles: ClassVar[tuple[Role, ...]] = (
        OUTPUT, WEIGHT, BIAS, FACTOR, MEAN, VARIANCE, RSQRT, RSQRT_TABLE,
    )  # fmt: skip
    centred: ClassVar[bool] = True

    @abc.abstractmethod
    def groups(self, layer: Layer) -> npt.NDArray[np.int64]:
        """Numbers of the elements that are normalised together, one group a row."""

    @abc.abstractmethod
    def trained_shape(self, layer: Layer) -> Shape:
        """The shape of gamma and beta."""

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input."""
        self.groups(layer)
        for name in layer.constants:
            layer.check_constant(name, self.trained_shape(layer))
        return layer.input_shape

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Gamma, beta, and the factor 1/n of the means."""
        count = self.groups(layer).shape[1]
        return {
            "weight": layer.constants.get("gamma", np.ones(1)),
            "bias": layer.constants.get("beta", np.zeros(1)),
            "factor": np.array([1.0 / count]),
        }

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """What the data needs."""
        return {"rsqrt_table": sources["rsqrt"]}

    def lower(self, layer: LayerLowering) -> None:
        """Means, differences, means of their squares, a look-up, and one cell for the rest."""
        groups = self.groups(layer)
        owner = np.empty(groups.size, dtype=np.int64)
        owner[groups.ravel()] = np.repeat(np.arange(len(groups)), groups.shape[1])
        windows = window_ints(1, list(groups))
        factor = layer.scalar(FACTOR, "factor", 1.0 / groups.shape[1])
        (x,) = layer.inputs
        if self.centred:
            mean = layer.internal(MEAN, len(groups))
            layer.emit("reduce_mean", output=mean, constants=[factor], ints=windows)
            means = layer.moved(mean, owner)
            exact = sum_format(
                layer.name, _signed(layer.tensor_format(x)), _signed(layer.tensor_format(mean))
            )
            x = layer.temporary(groups.size, exact)
            layer.emit("subtract", inputs=[layer.inputs[0], means], output=x)
        variance = layer.internal(VARIANCE, len(groups))
        layer.emit("reduce_mean_square", inputs=[x], output=variance, constants=[factor], ints=windows)
        inverse = layer.internal(RSQRT, len(groups))
        table = layer.table(
            RSQRT_TABLE, RSQRT_FUNCTION, layer.positive_format(variance), parameter=layer.attrs["epsilon"]
        )
        layer.emit("lookup", inputs=[variance], output=inverse, tables=[table])
        trained = self.constant_values(layer)
        constants = [
            layer.constant(role, name, _aligned(trained[role.name], layer.shape), spread=True)
            for role, name in ((WEIGHT, "gamma"), (BIAS, "beta"))
        ]
        layer.emit("normalize", inputs=[x, layer.moved(inverse, owner)], constants=constants)


class LayerNorm(_Normalization):
    """Over ``axis`` and all axes behind it (Ba et al., arXiv:1607.06450)."""

    name = "layer_norm"
    attributes = declare({"axis": Attribute(Kind.INT, None), "epsilon": _EPSILON})
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("LayerNormalization",)

    def groups(self, layer: Layer) -> npt.NDArray[np.int64]:
        """Neighbouring elements."""
        shape = layer.input_shape
        return np.arange(size(shape)).reshape(-1, size(shape[layer.axis() :]))

    def trained_shape(self, layer: Layer) -> Shape:
        """The shape of the normalised axes."""
        return layer.input_shape[layer.axis() :]


class RmsNorm(LayerNorm):
    """By the root of the mean square, without a mean (Zhang and Sennrich, arXiv:1910.07467)."""

    name = "rms_norm"
    roles = (OUTPUT, WEIGHT, BIAS, FACTOR, VARIANCE, RSQRT, RSQRT_TABLE)
    centred = False
    hls4ml_classes = ()


class GroupNorm(_Normalization):
    """Over all positions and one of ``groups`` parts of the channels (Wu and He, arXiv:1803.08494).

    With as many groups as channels this is instance normalisation.
    """

    name = "group_norm"
    attributes = declare({"groups": Attribute(Kind.INT, least=1), "epsilon": _EPSILON})

    def groups(self, layer: Layer) -> npt.NDArray[np.int64]:
        """A part of the channels at all positions."""
        shape, count = layer.input_shape, layer.attrs["groups"]
        if not shape or shape[-1] % count:
            raise layer.refuse(f"{count} groups do not divide the channels of the shape {shape}")
        elements = np.arange(size(shape)).reshape(math.prod(shape[:-1]), count, shape[-1] // count)
        return elements.transpose(1, 0, 2).reshape(count, -1)

    def trained_shape(self, layer: Layer) -> Shape:
        """One value a channel."""
        return layer.input_shape[-1:]


def _signed(fmt: Format) -> Format:
    """A signed format that holds the values of another."""
    return fmt if fmt.signed else Format(fmt.width + 1, fmt.frac)


def _aligned(values: FloatArray, shape: Shape) -> FloatArray:
    return values if values.size > 1 else values.reshape(1)
