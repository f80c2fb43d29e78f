"""Normalisation by the statistics of the data itself: layers, groups, instances, norms."""

from __future__ import annotations

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.images import channels_of, over_images
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor, Value
from isobit.ir import FloatArray

_TINY = 2.0**-126
"""The smallest normal float32: a norm below it is that of zeros, whose quotient is zero."""


def layer_normalization(layer: Layer) -> tuple[Value, ...]:
    """Over all axes from ``axis`` on."""
    epsilon = layer.attributes.number("epsilon", 1e-5)
    layer.attributes.rewind_one("epsilon")
    normalised = _over_last_axes(layer, "layer_norm", {"gamma": 1, "beta": 2})
    x = layer.tensor(0, moved=True)
    axes = tuple(range(normalised_axis(layer, x), len(layer.shape(x))))
    results: list[Value] = [normalised]
    if any(layer.outputs[1:]):
        attrs = {"axes": axes, "keepdims": True}
        mean = layer.emit("reduce_mean", [x], attrs, part="mean")
        centred = layer.emit("subtract", [x, mean], part="centred")
        squares = layer.emit("square", [centred], part="squares")
        variance = layer.emit("reduce_mean", [squares], attrs, part="variance")
        shifted = layer.affine(variance, 1.0, epsilon, part="shifted")
        results += [mean, layer.emit("rsqrt", [shifted], part="inverse_deviation")]
    return tuple(results)


def normalised_axis(layer: Layer, x: Tensor) -> int:
    """The first normalised axis of a sample, after which the batch axis must not come."""
    layer.attributes.rewind_one("axis")
    axis = layer.data_axis(layer.attributes.integer("axis", -1), x)
    if x.batch is not None and x.batch > axis:
        raise layer.refuse("it would normalise over the batch axis")
    return axis


def rms_normalization(layer: Layer) -> Tensor:
    """As LayerNormalization, without taking the mean away."""
    return _over_last_axes(layer, "rms_norm", {"gamma": 1})


def _over_last_axes(layer: Layer, op: str, constants: dict[str, int]) -> Tensor:
    epsilon = layer.attributes.number("epsilon", 1e-5)
    layer.attributes.integer("stash_type", 1)  # the precision of the statistics: it is not lower here
    x = layer.tensor(0, moved=True)
    axis = normalised_axis(layer, x)
    shape = layer.shape(x)[axis:]
    arrays = {key: _spread(layer, i, shape) for key, i in constants.items() if layer.has(i)}
    return layer.emit(op, [x], {"axis": axis, "epsilon": epsilon}, arrays)


def _spread(layer: Layer, i: int, shape: tuple[int, ...]) -> FloatArray:
    """A constant in the shape of the normalised axes."""
    array = layer.weights(i)
    while array.ndim > len(shape) and array.shape[0] == 1:
        array = array[0]
    if array.ndim > len(shape):
        raise layer.refuse(f"input {i} ({layer.inputs[i]!r}) varies along axes that are not normalised")
    return np.broadcast_to(array, shape).copy()


def group_normalization(layer: Layer) -> Tensor:
    """Over the channels of each group and all positions; scale and bias for each group up to opset 20."""
    epsilon = layer.attributes.number("epsilon", 1e-5)
    layer.attributes.integer("stash_type", 1)  # the precision of the statistics: it is not lower here
    groups = layer.attributes.integer("num_groups", 0)
    x = layer.tensor(0)
    channels = channels_of(layer, x)
    if groups < 1 or channels % groups:
        raise FileFormatError(f"attribute num_groups is {groups}, which does not divide {channels} channels")
    gamma, beta = (layer.weights(i) for i in (1, 2))
    if layer.opset < 21:
        gamma, beta = (np.repeat(array, channels // groups) for array in (gamma, beta))
    return _grouped(layer, x, groups, epsilon, gamma, beta)


def instance_normalization(layer: Layer) -> Tensor:
    """Over all positions of each channel."""
    x = layer.tensor(0)
    epsilon = layer.attributes.number("epsilon", 1e-5)
    return _grouped(layer, x, channels_of(layer, x), epsilon, layer.weights(1), layer.weights(2))


def _grouped(
    layer: Layer, x: Tensor, groups: int, epsilon: float, gamma: FloatArray, beta: FloatArray
) -> Tensor:
    attrs = {"groups": groups, "epsilon": epsilon}
    constants = {"gamma": gamma, "beta": beta}
    return over_images(
        layer, x, lambda image, part: layer.emit("group_norm", [image], attrs, constants, part)
    )


def lp_normalization(layer: Layer) -> Tensor:
    """Divided by the sum of absolute values (p = 1) or the root of the sum of squares (p = 2)."""
    power = layer.attributes.integer("p", 2)
    if power not in (1, 2):
        raise layer.refuse(f"attribute p is {power}; supported: 1, 2")
    x = layer.tensor(0, moved=True)
    axis = layer.data_axis(layer.attributes.integer("axis", -1), x)
    attrs = {"axes": (axis,), "keepdims": True}
    if power == 1:
        norm = layer.emit("reduce_sum_abs", [x], attrs, part="norm")
    else:
        norm = layer.emit("sqrt", [layer.emit("reduce_sum_square", [x], attrs, part="squares")], part="norm")
    positive = layer.emit("clip", [norm], {"low": _TINY}, part="positive")
    return layer.emit("divide", [x, positive])


def mean_variance_normalization(layer: Layer) -> Tensor:
    """Centred, and divided by the standard deviation (plus 1e-9, as ONNX defines it)."""
    x = layer.tensor(0, moved=True)
    given = layer.attributes.integers("axes")
    axes = tuple(sorted(layer.data_axis(axis, x) for axis in ((0, 2, 3) if given is None else given)))
    attrs = {"axes": axes, "keepdims": True}
    centred = layer.emit("subtract", [x, layer.emit("reduce_mean", [x], attrs, part="mean")], part="centred")
    square = layer.emit("square", [centred], part="square")
    deviation = layer.emit("sqrt", [layer.emit("reduce_mean", [square], attrs, part="variance")], part="root")
    return layer.emit("divide", [centred, layer.affine(deviation, 1.0, 1e-9, part="deviation")])
