"""The reference semantics of whole layers: operators of the graph on arrays of exact rationals.

Where `oracle.run` evaluates the cells that a model was lowered to, this evaluates the layers themselves, so
that it also judges the lowering: constants are cast from their trained values, shapes and axes are NumPy's.
Only the formats and the contents of tables are taken from the model, through ``parts`` (see `Parts`).
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np

import oracle
import oracles
from isobit.formats import Format

ZERO, ONE = Fraction(0), Fraction(1)


class Parts:
    """Formats of a quantized model as plain tuples, and its tables."""

    def __init__(self, quantized):
        self.quantized = quantized

    def output(self, name):
        return code(self.quantized.formats[name])

    def accumulator(self, layer):
        fmt = self.quantized.precision.layers[layer].formats["accumulator"]
        return None if fmt is None else code(fmt)

    def role(self, layer, role):
        """The format of a tensor inside of a layer."""
        return code(self.quantized.precision.layers[layer].of(role))

    def written(self, text):
        """A format that an attribute spells."""
        return code(Format.parse(text))

    def constant(self, layer, name, values):
        """Trained values as the values of the format that the constant has in the model."""
        fmt = code(self.quantized.tensors[f"{layer}.{name}"].format)
        return each(lambda v: oracle.value_of(oracle.from_float(float(v), fmt), fmt))(np.asarray(values))

    def table(self, layer, role):
        tensor = self.quantized.tensors[f"{layer}.{role}"]
        index = code(tensor.index)
        low, _ = oracle.raw_range(index)
        content = {"index": index, "low": low, "entries": tensor.raw, "format": code(tensor.format)}
        return each(lambda v: oracle.look_up(v, content))


def code(fmt):
    return fmt.width, fmt.frac, bool(fmt.signed), int(fmt.rounding), int(fmt.overflow)


def each(function):
    """An elementwise function on object arrays."""
    return np.vectorize(function, otypes=[object])


def evaluate(graph, parts, sample):
    """Raws of every tensor for one sample (raws by input name), as object arrays by tensor name."""
    rules = RULES | oracles.merged("LAYERS")
    values, raws = {}, {}
    for name, shape in graph.inputs.items():
        fmt = parts.output(name)
        raws[name] = np.array([int(r) for r in np.ravel(sample[name])], dtype=object).reshape(shape)
        values[name] = each(lambda raw, fmt=fmt: oracle.value_of(raw, fmt))(raws[name])
    for node in graph:
        exact = rules[node.op](node, [values[name] for name in node.inputs], parts)
        fmt = parts.output(node.name)
        raws[node.name] = each(lambda v, fmt=fmt: oracle.cast(v, fmt))(exact)
        values[node.name] = each(lambda raw, fmt=fmt: oracle.value_of(raw, fmt))(raws[node.name])
        assert raws[node.name].shape == node.shape, node.name
    return raws


def accumulated(node, exact, parts):
    fmt = parts.accumulator(node.name)
    return exact if fmt is None else each(lambda v: oracle.recast(v, fmt))(exact)


def elementwise(function):
    return lambda node, xs, parts: each(function)(xs[0])


def fold(function):
    return lambda node, xs, parts: each(lambda *values: function(values))(*np.broadcast_arrays(*xs))


def dense(node, xs, parts):
    total = xs[0] @ parts.constant(node.name, "weight", node.constants["weight"])
    if "bias" in node.constants:
        total = total + parts.constant(node.name, "bias", node.constants["bias"])
    return accumulated(node, total, parts)


def affine(node, xs, parts):
    scale = parts.constant(node.name, "weight", node.constants["scale"])
    bias = parts.constant(node.name, "bias", node.constants["bias"])
    return accumulated(node, xs[0] * scale + bias, parts)


def clip(node, xs, parts):
    result = xs[0]
    if node.attrs["low"] is not None:
        result = each(max)(result, parts.constant(node.name, "low", [node.attrs["low"]]))
    if node.attrs["high"] is not None:
        result = each(min)(result, parts.constant(node.name, "high", [node.attrs["high"]]))
    return result


def leaky(node, xs, parts):
    alpha = node.attrs["alpha"] if node.op == "leaky_relu" else node.constants["alpha"]
    slope = parts.constant(node.name, "alpha", alpha)
    return each(lambda x, a: x if x >= 0 else a * x)(xs[0], slope)


def thresholded_relu(node, xs, parts):
    theta = parts.constant(node.name, "theta", [node.attrs["theta"]])
    return each(lambda x, t: x if x > t else ZERO)(xs[0], theta)


def hard_sigmoid(node, xs, parts):
    slope = parts.constant(node.name, "slope", [node.attrs["slope"]])
    offset = parts.constant(node.name, "offset", [node.attrs["offset"]])
    return each(lambda y: min(max(y, ZERO), ONE))(xs[0] * slope + offset)


def tabulated(node, xs, parts):
    return parts.table(node.name, "table")(xs[0])


def ramp_and_tail(node, xs, parts):
    tail = parts.table(node.name, "table")
    return each(lambda x: max(x, ZERO))(xs[0]) + tail(each(abs)(xs[0]))


def elu(node, xs, parts):
    scale = parts.constant(node.name, "scale", [1.0507009873554805]) if node.op == "selu" else ONE
    tail = parts.table(node.name, "table")(each(abs)(xs[0]))
    return np.where(each(lambda x: x > 0)(xs[0]).astype(bool), xs[0] * scale, tail)


def axis_of(node, x):
    return x.ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"]


def softmax(node, xs, parts):
    axis = axis_of(node, xs[0])
    shifted = xs[0] - xs[0].max(axis=axis, keepdims=True)
    exps = parts.table(node.name, "exp_table")(-shifted)
    total = exps.sum(axis=axis, keepdims=True)
    if node.op == "log_softmax":
        return shifted - parts.table(node.name, "log_table")(total)
    return exps * parts.table(node.name, "reciprocal_table")(total)


def argmax(node, xs, parts):
    rows = np.moveaxis(xs[0], axis_of(node, xs[0]), -1)
    index = np.apply_along_axis(lambda row: Fraction(list(row).index(max(row))), -1, rows)
    return np.expand_dims(index, axis_of(node, xs[0])) if node.attrs["keepdims"] else np.asarray(index)


def average(node, xs, parts):
    total = fold(sum)(node, xs, parts)
    return total * parts.constant(node.name, "factor", [1.0 / len(xs)])


def cut(node, xs, parts):
    attrs = node.attrs
    triples = zip(attrs["starts"], attrs["stops"], attrs["steps"], strict=True)
    return xs[0][tuple(slice(*triple) for triple in triples)]


RULES = {
    "dense": dense,
    "affine": affine,
    "linear": lambda node, xs, parts: xs[0],
    "relu": elementwise(lambda x: max(x, ZERO)),
    "clip": clip,
    "leaky_relu": leaky,
    "prelu": leaky,
    "thresholded_relu": thresholded_relu,
    "hard_sigmoid": hard_sigmoid,
    "binary_tanh": elementwise(lambda x: ONE if x >= 0 else -ONE),
    "ternary_tanh": elementwise(lambda x: Fraction((2 * x > 1) - (2 * x < -1))),
    "sigmoid": tabulated,
    "tanh": tabulated,
    "softsign": tabulated,
    "exp": tabulated,
    "softplus": ramp_and_tail,
    "silu": ramp_and_tail,
    "gelu": ramp_and_tail,
    "elu": elu,
    "selu": elu,
    "softmax": softmax,
    "log_softmax": softmax,
    "argmax": argmax,
    "add": fold(sum),
    "subtract": lambda node, xs, parts: xs[0] - xs[1],
    "multiply": fold(prod),
    "maximum": fold(max),
    "minimum": fold(min),
    "average": average,
    "concatenate": lambda node, xs, parts: np.concatenate(xs, axis=axis_of(node, xs[0])),
    "reshape": lambda node, xs, parts: xs[0].reshape(node.attrs["shape"]),
    "transpose": lambda node, xs, parts: xs[0].transpose(node.attrs["perm"]),
    "slice": cut,
}
