"""Padding, selection, repetition and linear interpolation."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np


def surrounding(node, x, value):
    rank = x.ndim
    begins, ends = node.attrs["pads"][:rank], node.attrs["pads"][rank:]
    cut = tuple(slice(max(-b, 0), n - max(-e, 0)) for b, n, e in zip(begins, x.shape, ends, strict=True))
    widths = [(max(b, 0), max(e, 0)) for b, e in zip(begins, ends, strict=True)]
    if node.attrs["mode"] == "constant":
        big = np.full(
            [b + n + e for (b, e), n in zip(widths, x[cut].shape, strict=True)], value, dtype=x.dtype
        )
        big[tuple(slice(b, b + n) for (b, _), n in zip(widths, x[cut].shape, strict=True))] = x[cut]
        return big
    return np.pad(x[cut], widths, mode=node.attrs["mode"])


def pad(node, xs, parts):
    value = Fraction(0)
    if f"{node.name}.value" in parts.quantized.tensors:
        value = parts.constant(node.name, "value", [node.attrs["value"]])[0]
    return surrounding(node, xs[0], value)


def coordinate(i, n, m, mode):
    """Where result i of m lies among n elements."""
    if mode == "align_corners":
        at = Fraction(i * (n - 1), m - 1) if m > 1 else Fraction(0)
    elif mode == "asymmetric":
        at = Fraction(i * n, m)
    elif mode == "pytorch_half_pixel" and m == 1:
        at = Fraction(0)
    else:
        at = Fraction((2 * i + 1) * n, 2 * m) - Fraction(1, 2)
    return min(max(at, Fraction(0)), Fraction(n - 1))


def interpolated(node, x, weight_of):
    """``weight_of`` is told the exact weight of every neighbour."""
    y = np.empty(node.shape, dtype=x.dtype)
    for place in np.ndindex(*node.shape):
        neighbours = []
        for i, n, m in zip(place, x.shape, node.shape, strict=True):
            if n == m:
                neighbours.append([(i, Fraction(1))])
                continue
            at = coordinate(i, n, m, node.attrs["coordinate_mode"])
            low = math.floor(at)
            neighbours.append([(low, 1 - (at - low)), (min(low + 1, n - 1), at - low)])
        total = 0 * x.ravel()[0]
        for corner in itertools.product(*neighbours):
            share = math.prod((part for _, part in corner), start=Fraction(1))
            total = total + x[tuple(i for i, _ in corner)] * weight_of(share)
        y[place] = total
    return y


def resized(node, xs, parts):
    if xs[0].shape == node.shape:
        return xs[0]
    return interpolated(node, xs[0], lambda share: parts.constant(node.name, "weight", [float(share)])[0])


def taken(node, x):
    return np.take(x, node.attrs["indices"], axis=node.attrs["axis"])


CELLS = {}

LAYERS = {
    "pad": pad,
    "take": lambda node, xs, parts: taken(node, xs[0]),
    "broadcast_to": lambda node, xs, parts: np.broadcast_to(xs[0], node.attrs["shape"]),
    "resize_linear": resized,
}


def each_sample(rule):
    return lambda node, xs: np.stack([rule(node, x) for x in xs[0]])


DEFINITIONS = {
    "pad": each_sample(lambda node, x: surrounding(node, x, node.attrs["value"])),
    "take": each_sample(taken),
    "broadcast_to": each_sample(lambda node, x: np.broadcast_to(x, node.attrs["shape"])),
    "resize_linear": each_sample(lambda node, x: interpolated(node, x, float)),
}
