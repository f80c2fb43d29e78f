"""Convolutions, their transposes, and pooling, channels last.

Written as sums over padded arrays: zeros are put around the input, and the kernel is laid on it. The numbers
of an array may be rationals or float64.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

import oracle


def convolution(op, x):
    """The cell: for every position and group the taps that meet a pixel."""
    positions, groups, n_in, n_out, taps, *pixels = (int(n) for n in op["ints"])
    weight, bias = (oracle.stored(c["raw"], c["format"]) for c in op["constants"])
    found = []
    for p, g, o in itertools.product(range(positions), range(groups), range(n_out)):
        m = g * n_out + o
        total = bias[m]
        for t in range(taps):
            pixel = pixels[p * taps + t]
            if pixel >= 0:
                inputs = x[(pixel * groups + g) * n_in :][:n_in]
                rows = range(t * n_in, t * n_in + n_in)
                total += sum(v * weight[r * groups * n_out + m] for v, r in zip(inputs, rows, strict=True))
        found.append(oracle.recast(total, op["formats"][0]))
    return found


CELLS = {"convolution": convolution}


def numbers(values, count, default):
    return [default] * count if values is None else list(values)


def geometry(node, kernel):
    n = len(kernel)
    pads = numbers(node.attrs["pads"], 2 * n, 0)
    return numbers(node.attrs["strides"], n, 1), numbers(node.attrs["dilations"], n, 1), pads[:n], pads[n:]


def surrounded(x, begins, ends, value):
    """Spatial axes longer at both sides."""
    shape = [b + n + e for b, n, e in zip(begins, x.shape[:-1], ends, strict=True)]
    big = np.full((*shape, x.shape[-1]), value, dtype=x.dtype)
    big[tuple(slice(b, b + n) for b, n in zip(begins, x.shape[:-1], strict=True))] = x
    return big


def boxes(shape, strides):
    """Every output position with the corner of its window."""
    for place in np.ndindex(*shape):
        yield place, [p * s for p, s in zip(place, strides, strict=True)]


def window(big, corner, kernel, dilations):
    triples = zip(corner, kernel, dilations, strict=True)
    return big[tuple(slice(c, c + d * (k - 1) + 1, d) for c, k, d in triples)]


def conv(node, x, weight, bias, zero):
    kernel, groups = weight.shape[:-2], node.attrs["groups"]
    strides, dilations, begins, ends = geometry(node, kernel)
    big = surrounded(x, begins, ends, zero)
    y = np.empty(node.shape, dtype=x.dtype)
    c, m = x.shape[-1] // groups, y.shape[-1] // groups
    for place, corner in boxes(y.shape[:-1], strides):
        seen = window(big, corner, kernel, dilations)
        for g in range(groups):
            part = seen[..., g * c : (g + 1) * c, None] * weight[..., g * m : (g + 1) * m]
            y[place][g * m : (g + 1) * m] = part.reshape(-1, m).sum(axis=0)
    return y + bias


def conv_transpose(node, x, weight, bias, zero):
    kernel, groups = weight.shape[:-2], node.attrs["groups"]
    strides, dilations, begins, _ = geometry(node, kernel)
    c, m = x.shape[-1] // groups, weight.shape[-1]
    # A canvas that everything fits on, cropped afterwards.
    lengths = [
        b + max(s, (n - 1) * stride + d * (k - 1) + 1)
        for b, s, n, stride, d, k in zip(
            begins, node.shape[:-1], x.shape[:-1], strides, dilations, kernel, strict=True
        )
    ]
    canvas = np.full((*lengths, node.shape[-1]), zero, dtype=x.dtype)
    for place, corner in boxes(x.shape[:-1], strides):
        for g in range(groups):
            inputs, taps = x[place][g * c : (g + 1) * c], weight[..., g * c : (g + 1) * c, :]
            window(canvas, corner, kernel, dilations)[..., g * m : (g + 1) * m] += (
                inputs[:, None] * taps
            ).sum(axis=-2)
    return canvas[tuple(slice(b, b + n) for b, n in zip(begins, node.shape[:-1], strict=True))] + bias


def summed(rule):
    """As a layer: constants from the model, one cast to the accumulator."""

    def layer(node, xs, parts):
        weight = parts.constant(node.name, "weight", node.constants["weight"])
        bias = parts.constant(node.name, "bias", node.constants.get("bias", np.zeros(node.shape[-1])))
        exact = rule(node, xs[0], weight, bias, Fraction(0))
        fmt = parts.accumulator(node.name)
        return exact if fmt is None else np.vectorize(lambda v: oracle.recast(v, fmt), otypes=[object])(exact)

    return layer


def defined(rule):
    def definition(node, xs):
        bias = node.constants.get("bias", np.zeros(node.shape[-1]))
        return np.stack([rule(node, x, node.constants["weight"], bias, 0.0) for x in xs[0]])

    return definition


def pooled(node, x, function):
    """``function(values, padding, place)``: elements of a window in the input, pixels in the padding."""
    kernel = node.attrs["pool_size"]
    strides, dilations, begins, ends = geometry(node, kernel)
    # The marks: 1 inside, 0 in the padding, -1 behind it.
    marks = surrounded(np.ones((*x.shape[:-1], 1)), begins, ends, 0.0)
    beyond = [k * d + s for k, d, s in zip(kernel, dilations, strides, strict=True)]
    nothing = [0] * len(kernel)
    marks = surrounded(marks, nothing, beyond, -1.0)
    big = surrounded(x, begins, [e + b for e, b in zip(ends, beyond, strict=True)], x.ravel()[0])
    y = np.empty(node.shape, dtype=x.dtype)
    for place, corner in boxes(y.shape[:-1], strides):
        seen = window(big, corner, kernel, dilations).reshape(-1, x.shape[-1])
        mark = window(marks, corner, kernel, dilations).ravel()
        for channel in range(x.shape[-1]):
            y[(*place, channel)] = function(
                list(seen[mark == 1, channel]), int(np.sum(mark == 0)), (*place, 0)
            )
    return y


def average_pool(node, x, factors):
    """``factors``: 1/n by position, or nothing to divide."""

    def mean(values, padding, place):
        n = len(values) + (padding if node.attrs["count_include_pad"] else 0)
        return sum(values) / n if factors is None else sum(values) * factors(n, place)

    return pooled(node, x, mean)


def parts_of(node, x, function):
    """``function`` of the elements of each adaptive window and channel."""
    y = np.empty(node.shape, dtype=x.dtype)
    for *place, channel in np.ndindex(*node.shape):
        cut = [
            slice(i * n // m, -(-(i + 1) * n // m))
            for i, n, m in zip(place, x.shape[:-1], node.shape[:-1], strict=True)
        ]
        y[(*place, channel)] = function(list(x[(*cut, channel)].ravel()), (*place, 0))
    return y


def factor_of(node, parts):
    """1/n in the format of the model's factors."""
    return lambda n, place: parts.constant(node.name, "factor", [1.0 / n])[0]


LAYERS = {
    "conv": summed(conv),
    "conv_transpose": summed(conv_transpose),
    "max_pool": lambda node, xs, parts: pooled(node, xs[0], lambda values, *_: max(values)),
    "average_pool": lambda node, xs, parts: average_pool(node, xs[0], factor_of(node, parts)),
    "adaptive_max_pool": lambda node, xs, parts: parts_of(node, xs[0], lambda values, _: max(values)),
    "adaptive_average_pool": lambda node, xs, parts: parts_of(
        node, xs[0], lambda values, place: sum(values) * factor_of(node, parts)(len(values), place)
    ),
}


def each_sample(rule):
    return lambda node, xs: np.stack([rule(node, x) for x in xs[0]])


DEFINITIONS = {
    "conv": defined(conv),
    "conv_transpose": defined(conv_transpose),
    "max_pool": each_sample(lambda node, x: pooled(node, x, lambda values, *_: max(values))),
    "average_pool": each_sample(lambda node, x: average_pool(node, x, None)),
    "adaptive_max_pool": each_sample(lambda node, x: parts_of(node, x, lambda values, _: max(values))),
    "adaptive_average_pool": each_sample(
        lambda node, x: parts_of(node, x, lambda values, _: np.mean(values))
    ),
}
