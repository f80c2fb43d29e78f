"""The meaning of every IR operator in NumPy float64, written apart from isobit's own arithmetic.

Front-end tests evaluate the graph that was read with this, and compare with the framework that the file
came from. It follows the definitions of the operators literally and knows nothing of formats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import oracles
from isobit.ir import Graph, Node

Array = npt.NDArray[np.float64]
Rule = Callable[[Node, list[Array]], Array]

_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946
_erf = np.vectorize(math.erf, otypes=[np.float64])


def evaluate(graph: Graph, inputs: Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """Outputs by name for inputs of shape (n, *shape); all in float64."""
    tensors = evaluate_tensors(graph, inputs)
    return {name: tensors[tensor] for name, tensor in graph.outputs.items()}


def evaluate_tensors(graph: Graph, inputs: Mapping[str, npt.ArrayLike]) -> dict[str, Array]:
    """Every tensor of the graph by name, inputs included."""
    assert set(inputs) == set(graph.inputs), (set(inputs), set(graph.inputs))
    rules = RULES | oracles.merged("DEFINITIONS")
    tensors: dict[str, Array] = {}
    for name, shape in graph.inputs.items():
        value = np.asarray(inputs[name], dtype=np.float64)
        assert value.shape[1:] == shape, (name, value.shape, shape)
        tensors[name] = value
    for node in graph:
        value = rules[node.op](node, [tensors[name] for name in node.inputs])
        assert value.shape[1:] == node.shape, (node.name, node.op, value.shape, node.shape)
        tensors[node.name] = value
    return tensors


def _each(function: Callable[[Array], Array]) -> Rule:
    return lambda node, xs: function(xs[0])


def _fold(function: Callable[[Array, Array], Array]) -> Rule:
    def rule(node: Node, xs: list[Array]) -> Array:
        # Shapes broadcast without their batch axis: missing axes come right after it.
        xs = [x.reshape(len(x), *[1] * (1 + len(node.shape) - x.ndim), *x.shape[1:]) for x in xs]
        result = xs[0]
        for x in xs[1:]:
            result = function(result, x)
        return result

    return rule


def _axis(node: Node, x: Array) -> int:
    """The axis of the array with its batch axis; the last by default."""
    axis = node.attrs["axis"]
    return x.ndim - 1 if axis is None or axis == -1 else int(axis) + 1


def _dense(node: Node, xs: list[Array]) -> Array:
    y = xs[0] @ node.constants["weight"]
    return y + node.constants["bias"] if "bias" in node.constants else y


def _batch_norm(node: Node, xs: list[Array]) -> Array:
    axis = _axis(node, xs[0])
    c = xs[0].shape[axis]
    shape = [1] * xs[0].ndim
    shape[axis] = c

    def constant(name: str, default: float) -> Array:
        return np.asarray(node.constants.get(name, np.full(c, default))).reshape(shape)

    deviation = np.sqrt(constant("variance", 1.0) + node.attrs["epsilon"])
    return (xs[0] - constant("mean", 0.0)) / deviation * constant("gamma", 1.0) + constant("beta", 0.0)


def _clip(node: Node, xs: list[Array]) -> Array:
    low, high = node.attrs["low"], node.attrs["high"]
    return np.clip(xs[0], -np.inf if low is None else low, np.inf if high is None else high)


def _leaky(x: Array, alpha: Any) -> Array:
    return np.where(x >= 0, x, alpha * x)


def _elu(x: Array, alpha: float, scale: float = 1.0) -> Array:
    return np.where(x > 0, scale * x, scale * alpha * np.expm1(np.minimum(x, 0)))


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _gelu(node: Node, xs: list[Array]) -> Array:
    x = xs[0]
    if node.attrs["approximate"] == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    assert node.attrs["approximate"] == "none"
    return 0.5 * x * (1 + _erf(x / math.sqrt(2)))


def _softmax(node: Node, xs: list[Array]) -> Array:
    axis = _axis(node, xs[0])
    e = np.exp(xs[0] - xs[0].max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(node: Node, xs: list[Array]) -> Array:
    axis = _axis(node, xs[0])
    shifted = xs[0] - xs[0].max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _argmax(node: Node, xs: list[Array]) -> Array:
    result = np.argmax(xs[0], axis=_axis(node, xs[0]), keepdims=bool(node.attrs["keepdims"]))
    return result.astype(np.float64)


def _concatenate(node: Node, xs: list[Array]) -> Array:
    return np.concatenate(xs, axis=_axis(node, xs[0]))


def _reshape(node: Node, xs: list[Array]) -> Array:
    return xs[0].reshape(len(xs[0]), *node.attrs["shape"])


def _transpose(node: Node, xs: list[Array]) -> Array:
    return xs[0].transpose(0, *(axis + 1 for axis in node.attrs["perm"]))


def _slice(node: Node, xs: list[Array]) -> Array:
    triples = zip(node.attrs["starts"], node.attrs["stops"], node.attrs["steps"], strict=True)
    return xs[0][(slice(None), *(slice(*triple) for triple in triples))]


def _ternary(x: Array) -> Array:
    return (x > 0.5).astype(np.float64) - (x < -0.5)


RULES: dict[str, Rule] = {
    "dense": _dense,
    "affine": lambda node, xs: xs[0] * node.constants["scale"] + node.constants["bias"],
    "batch_norm": _batch_norm,
    "linear": _each(lambda x: x),
    "relu": _each(lambda x: np.maximum(x, 0)),
    "clip": _clip,
    "leaky_relu": lambda node, xs: _leaky(xs[0], node.attrs["alpha"]),
    "prelu": lambda node, xs: _leaky(xs[0], node.constants["alpha"]),
    "thresholded_relu": lambda node, xs: np.where(xs[0] > node.attrs["theta"], xs[0], 0.0),
    "elu": lambda node, xs: _elu(xs[0], node.attrs["alpha"]),
    "selu": _each(lambda x: _elu(x, _SELU_ALPHA, _SELU_SCALE)),
    "softplus": _each(lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))),
    "softsign": _each(lambda x: x / (1 + np.abs(x))),
    "sigmoid": _each(_sigmoid),
    "tanh": _each(np.tanh),
    "silu": _each(lambda x: x * _sigmoid(x)),
    "exp": _each(np.exp),
    "gelu": _gelu,
    "hard_sigmoid": lambda node, xs: np.clip(node.attrs["slope"] * xs[0] + node.attrs["offset"], 0, 1),
    "binary_tanh": _each(lambda x: np.where(x >= 0, 1.0, -1.0)),
    "ternary_tanh": _each(_ternary),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "argmax": _argmax,
    "add": _fold(np.add),
    "multiply": _fold(np.multiply),
    "average": lambda node, xs: _fold(np.add)(node, xs) / len(xs),
    "maximum": _fold(np.maximum),
    "minimum": _fold(np.minimum),
    "subtract": _fold(np.subtract),
    "concatenate": _concatenate,
    "reshape": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "identity": _each(lambda x: x),
    "dropout": _each(lambda x: x),
}
