"""Activations by thresholds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import oracle


def multi_threshold(op, x):
    channels, n = (int(number) for number in op["ints"])
    limits = oracle.stored(op["constants"][0]["raw"], op["constants"][0]["format"])
    scale, offset = (
        values * channels if len(values) == 1 else values
        for values in (oracle.stored(c["raw"], c["format"]) for c in op["constants"][1:])
    )
    out = []
    for i, v in enumerate(x):
        c = i % channels
        reached = sum(v >= limit for limit in limits[c * n : (c + 1) * n])
        out.append(offset[c] + scale[c] * reached)
    return out


def channel(array, place):
    """The part of a constant for an element: all of it, or that of its last index."""
    return array[place[-1]] if len(array) > 1 else array[0]


def of_layer(node, xs, parts):
    """By the trained thresholds, which are exact; scale and offset are in their formats."""
    limits = np.atleast_2d(node.constants["thresholds"])
    n = limits.shape[1]
    falling = node.constants.get("falling", np.zeros(1))
    scale, offset = node.attrs["out_scale"], node.attrs["out_bias"]
    scales = parts.constant(node.name, "scale", [-scale if down else scale for down in falling])
    offsets = parts.constant(
        node.name, "offset", [offset + scale * n if down else offset for down in falling]
    )
    result = np.empty(xs[0].shape, dtype=object)
    for place in np.ndindex(*result.shape):
        reached = sum(xs[0][place] >= Fraction(float(t)) for t in channel(limits, place))
        result[place] = channel(offsets, place) + channel(scales, place) * reached
    return result


def definition(node, xs):
    limits = np.atleast_2d(node.constants["thresholds"])
    reached = (xs[0][..., None] >= limits).sum(axis=-1)
    falling = node.constants.get("falling", np.zeros(1)).astype(bool)
    counted = np.where(falling, limits.shape[1] - reached, reached)
    return node.attrs["out_bias"] + node.attrs["out_scale"] * counted


CELLS = {"multi_threshold": multi_threshold}
LAYERS = {"multi_threshold": of_layer}
DEFINITIONS = {"multi_threshold": definition}
