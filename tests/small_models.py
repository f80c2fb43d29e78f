"""Small float models for the tests of the Python layer."""

from __future__ import annotations

import itertools
import math

import numpy as np

from isobit.ir import GraphBuilder
from isobit.model import Model

UNARY = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.3 * x),
    "thresholded_relu": lambda x: np.where(x > 1, x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "exp": np.exp,
    "gelu": lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "binary_tanh": lambda x: np.where(x >= 0, 1.0, -1.0),
    "ternary_tanh": lambda x: np.where(x > 0.5, 1.0, np.where(x < -0.5, -1.0, 0.0)),
}
"""Element-wise operators with default attributes, and what they compute."""


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def every_operator(seed=0):
    """A model with every operator on a dense layer: (model, {layer: NumPy function of (x, y)})."""
    rng = np.random.default_rng(seed)
    builder = GraphBuilder("every_operator")
    builder.input("x", (4, 6))
    builder.input("y", (4, 1))
    weight, bias = rng.normal(size=(6, 5)), rng.normal(size=5)
    alpha, scale = rng.uniform(0, 1, size=(4, 1)), rng.normal(size=5)
    mean, variance = rng.normal(size=5), rng.uniform(0.5, 2, size=5)
    expected = {}

    def fc(x):
        return x @ weight + bias

    def add(name, op, inputs, function, attrs=None, constants=None):
        builder.output(name, builder.add(op, inputs, name, attrs, constants))
        expected[name] = function

    add("fc", "dense", ["x"], lambda x, y: fc(x), None, {"weight": weight, "bias": bias})
    for op, function in UNARY.items():
        add(op, op, ["fc"], lambda x, y, f=function: f(fc(x)))
    add("tanh_gelu", "gelu", ["fc"], lambda x, y: _tanh_gelu(fc(x)), {"approximate": "tanh"})
    add("relu6", "clip", ["fc"], lambda x, y: np.clip(fc(x), 0, 6), {"low": 0, "high": 6})
    add("at_most", "clip", ["fc"], lambda x, y: np.minimum(fc(x), 1.1), {"high": 1.1})
    add(
        "prelu",
        "prelu",
        ["fc"],
        lambda x, y: np.where(fc(x) >= 0, fc(x), alpha * fc(x)),
        None,
        {"alpha": alpha},
    )
    add("affine", "affine", ["fc"], lambda x, y: fc(x) * scale + 1, None, {"scale": scale, "bias": [1.0]})
    statistics = {"mean": mean, "variance": variance}
    add(
        "norm",
        "batch_norm",
        ["fc"],
        lambda x, y: (fc(x) - mean) / np.sqrt(variance + 1e-3),
        None,
        statistics,
    )
    add("add", "add", ["fc", "y", "tanh"], lambda x, y: fc(x) + y + np.tanh(fc(x)))
    add("subtract", "subtract", ["fc", "y"], lambda x, y: fc(x) - y)
    add("multiply", "multiply", ["fc", "y"], lambda x, y: fc(x) * y)
    add("average", "average", ["fc", "y"], lambda x, y: (fc(x) + y) / 2)
    add("average3", "average", ["fc", "y", "relu"], lambda x, y: (fc(x) + y + np.maximum(fc(x), 0)) / 3)
    add("maximum", "maximum", ["fc", "y"], lambda x, y: np.maximum(fc(x), y))
    add("minimum", "minimum", ["fc", "y"], lambda x, y: np.minimum(fc(x), y))
    add(
        "concatenate",
        "concatenate",
        ["fc", "tanh"],
        lambda x, y: np.hstack([fc(x), np.tanh(fc(x))]),
        {"axis": 0},
    )
    add("reshape", "reshape", ["fc"], lambda x, y: fc(x).reshape(-1, 20), {"shape": (20,)})
    add("transpose", "transpose", ["fc"], lambda x, y: fc(x).swapaxes(1, 2), {"perm": (1, 0)})
    cut = {"starts": (3, 0), "stops": (None, 4), "steps": (-1, 2)}
    add("slice", "slice", ["fc"], lambda x, y: fc(x)[:, 3::-1, 0:4:2], cut)
    for axis in (0, 1):
        attrs = {"axis": axis}
        add(f"softmax{axis}", "softmax", ["fc"], lambda x, y, a=axis + 1: softmax(fc(x), a), attrs)
        add(
            f"log_softmax{axis}",
            "log_softmax",
            ["fc"],
            lambda x, y, a=axis + 1: np.log(softmax(fc(x), a)),
            attrs,
        )
        add(f"argmax{axis}", "argmax", ["fc"], lambda x, y, a=axis + 1: fc(x).argmax(a), attrs)
    from isobit.passes import UNFOLDED, run_passes

    return Model(run_passes(builder.build(), UNFOLDED)), expected


def every_operator_data(samples, seed=1):
    rng = np.random.default_rng(seed)
    return {"x": rng.normal(size=(samples, 4, 6)), "y": rng.normal(size=(samples, 4, 1))}


def tagger(seed=0, sizes=(16, 64, 32, 32, 5)):
    """Dense layers with ReLU between them and a softmax at the end, weights as after initialisation."""
    rng = np.random.default_rng(seed)
    builder = GraphBuilder("tagger")
    tensor = builder.input("features", (sizes[0],))
    for number, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        weight = rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out))
        constants = {"weight": weight, "bias": rng.normal(scale=0.1, size=n_out)}
        tensor = builder.add("dense", [tensor], f"fc{number}", constants=constants)
        if number < len(sizes) - 1:
            tensor = builder.add("relu", [tensor], f"fc{number}_relu")
    tensor = builder.add("softmax", [tensor], "softmax")
    builder.output("probabilities", tensor)
    return Model(builder.build())


def _tanh_gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
