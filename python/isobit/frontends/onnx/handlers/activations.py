"""Activations that ONNX has as operators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_SELU_ALPHA = 1.67326319217681884765625
_SELU_GAMMA = 1.05070102214813232421875
_SINGLE = 1e-6  # relative: exporters write the constants of SELU in single precision
_WIDEST = float(np.finfo(np.float32).max)


def plain(op: str) -> Callable[[Layer], Tensor]:
    """A handler for an operator without attributes that has the same meaning in isobit."""

    def handler(layer: Layer) -> Tensor:
        return layer.emit(op, [layer.tensor(0, moved=True)])

    return handler


def leaky_relu(layer: Layer) -> Tensor:
    """``alpha * x`` for negative x."""
    return layer.emit(
        "leaky_relu", [layer.tensor(0, moved=True)], {"alpha": layer.attributes.number("alpha", 0.01)}
    )


def prelu(layer: Layer) -> Tensor:
    """As LeakyRelu, with trained slopes."""
    x = layer.tensor(0, moved=True)
    return layer.emit("prelu", [x], constants={"alpha": layer.beside(1, x)})


def thresholded_relu(layer: Layer) -> Tensor:
    """``x`` above alpha, else 0."""
    theta = layer.attributes.number("alpha", 1.0)
    return layer.emit("thresholded_relu", [layer.tensor(0, moved=True)], {"theta": theta})


def elu(layer: Layer) -> Tensor:
    """``alpha * (exp(x) - 1)`` for negative x."""
    return layer.emit("elu", [layer.tensor(0, moved=True)], {"alpha": layer.attributes.number("alpha", 1.0)})


def selu(layer: Layer) -> Tensor:
    """``gamma * elu(x, alpha)``; the usual constants make the layer ``selu``."""
    alpha = layer.attributes.number("alpha", _SELU_ALPHA)
    gamma = layer.attributes.number("gamma", _SELU_GAMMA)
    x = layer.tensor(0, moved=True)
    if (
        abs(alpha - _SELU_ALPHA) <= _SINGLE * _SELU_ALPHA
        and abs(gamma - _SELU_GAMMA) <= _SINGLE * _SELU_GAMMA
    ):
        return layer.emit("selu", [x])
    return layer.affine(layer.emit("elu", [x], {"alpha": alpha}, part="elu"), gamma, 0.0)


def celu(layer: Layer) -> Tensor:
    """``alpha * elu(x / alpha, 1)``."""
    alpha = layer.attributes.number("alpha", 1.0)
    x = layer.tensor(0, moved=True)
    if alpha == 1.0:
        return layer.emit("elu", [x], {"alpha": 1.0})
    if alpha <= 0:
        raise layer.refuse(f"attribute alpha is {alpha}; supported are positive numbers")
    x = layer.affine(x, 1.0 / alpha, 0.0, part="scaled")
    return layer.affine(layer.emit("elu", [x], {"alpha": 1.0}, part="elu"), alpha, 0.0)


def hard_sigmoid(layer: Layer) -> Tensor:
    """``clip(alpha * x + beta, 0, 1)``."""
    attrs = {
        "slope": layer.attributes.number("alpha", 0.2),
        "offset": layer.attributes.number("beta", 0.5),
    }
    return layer.emit("hard_sigmoid", [layer.tensor(0, moved=True)], attrs)


def hard_swish(layer: Layer) -> Tensor:
    """``x * clip(x / 6 + 1/2, 0, 1)``."""
    x = layer.tensor(0, moved=True)
    gate = layer.emit("hard_sigmoid", [x], {"slope": 1 / 6, "offset": 0.5}, part="gate")
    return layer.emit("multiply", [x, gate])


def swish(layer: Layer) -> Tensor:
    """``x * sigmoid(alpha * x)``."""
    alpha = layer.attributes.number("alpha", 1.0)
    x = layer.tensor(0, moved=True)
    if alpha == 1.0:
        return layer.emit("silu", [x])
    gate = layer.emit("sigmoid", [layer.affine(x, alpha, 0.0, part="scaled")], part="gate")
    return layer.emit("multiply", [x, gate])


def mish(layer: Layer) -> Tensor:
    """``x * tanh(softplus(x))``."""
    x = layer.tensor(0, moved=True)
    gate = layer.emit("tanh", [layer.emit("softplus", [x], part="softplus")], part="gate")
    return layer.emit("multiply", [x, gate])


def gelu(layer: Layer) -> Tensor:
    """The exact form or the one with tanh."""
    approximate = layer.attributes.text("approximate", "none")
    if approximate not in ("none", "tanh"):
        raise layer.refuse(f"attribute approximate is {approximate!r}; supported: 'none', 'tanh'")
    return layer.emit("gelu", [layer.tensor(0, moved=True)], {"approximate": approximate})


def clip(layer: Layer) -> Tensor:
    """Bounds are attributes up to opset 10, then optional inputs; the widest float32 stands for no bound."""
    if layer.opset < 11:
        low = layer.attributes.number("min", -_WIDEST, infinite=True)
        high = layer.attributes.number("max", _WIDEST, infinite=True)
    else:
        low = layer.scalar(1, infinite=True) if layer.has(1) else -_WIDEST
        high = layer.scalar(2, infinite=True) if layer.has(2) else _WIDEST
    x = layer.tensor(0, moved=True)
    if low > high or low >= _WIDEST or high <= -_WIDEST:
        raise layer.refuse(f"the bounds min {low} and max {high} leave nothing between them")
    bounds = {key: bound for key, bound in (("low", low), ("high", high)) if abs(bound) < _WIDEST}
    if not bounds:
        return layer.emit("identity", [x])
    return layer.emit("relu", [x]) if bounds == {"low": 0.0} else layer.emit("clip", [x], bounds)
