"""Convolutional networks that are measured, with random weights; isobit's own graph is the file of all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from isobit.benchmarking.networks import BITS_8, BITS_16, FloatArray, Network, calibrated, uniform
from isobit.ir import GraphBuilder, Shape
from isobit.model import Model

_CALIBRATION_SAMPLES = 200
"""Enough for the ranges: each has hundreds of pixels."""


def svhn_cnn() -> Network:
    """The network for street-view house numbers of arXiv:2101.05108, batch normalisations folded."""
    convolutions = [(filters, 3, True) for filters in (16, 16, 24)]
    return _network("SVHN CNN 32x32x3", (32, 32, 3), convolutions, (42, 64, 10))


def cnn_1d() -> Network:
    """Three convolutions over 100 samples of 4 channels, as of a pulse."""
    return _network("1D CNN 100x4", (100, 4), [(16, 5, True), (32, 3, True), (32, 3, False)], (32, 5))


def _network(
    name: str, shape: Shape, convolutions: Sequence[tuple[int, int, bool]], dense: Sequence[int]
) -> Network:
    """Convolutions (filters, kernel, whether pooling by two follows) without padding, then dense layers."""
    rng = np.random.default_rng(1)
    builder = GraphBuilder(name)
    last, rank = builder.input("x", shape), len(shape) - 1

    def add(op: str, attrs: Mapping[str, Any] | None = None, weight: Shape = ()) -> str:
        constants = {}
        if weight:
            deviation = math.sqrt(2 / math.prod(weight[:-1]))
            constants["weight"] = rng.normal(scale=deviation, size=weight)
            constants["bias"] = rng.normal(scale=0.1, size=weight[-1])
        return builder.add(op, [last], builder.unique(op), attrs, constants)

    for filters, kernel, pooled in convolutions:
        last = add("conv", {}, (*[kernel] * rank, builder.shapes[last][-1], filters))
        last = add("relu")
        if pooled:
            last = add("max_pool", {"pool_size": [2] * rank, "strides": [2] * rank})
    last = add("reshape", {"shape": [math.prod(builder.shapes[last])]})
    for number, units in enumerate(dense, start=1):
        last = add("dense", {}, (builder.shapes[last][-1], units))
        last = add("softmax" if number == len(dense) else "relu")
    builder.output("y", last)

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(1).normal(size=(n, *shape)).astype(np.float32)

    formats = {BITS_16: uniform(BITS_16), BITS_8: calibrated(8, 4, _CALIBRATION_SAMPLES)}
    return Network(name, Model(builder.build()), normal, formats=formats)
