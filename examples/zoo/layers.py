"""Layers with random weights: what the builders of convolutional networks share."""

from __future__ import annotations

import math

import numpy as np

import isobit
from isobit.ir import GraphBuilder


class Layers:
    """Adds layers one behind the other, channels last.

    Parameters
    ----------
    name : str
        Of the network.
    shape : tuple of int
        Of its input ``x``.
    """

    def __init__(self, name: str, shape: tuple[int, ...], seed: int = 1) -> None:
        self.builder = GraphBuilder(name)
        self.rng = np.random.default_rng(seed)
        self.last = self.builder.input("x", shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the last tensor."""
        return self.builder.shapes[self.last]

    def add(self, op: str, attrs: dict | None = None, constants: dict | None = None, name: str = "") -> str:
        """Any layer behind the last one."""
        self.last = self.builder.add(op, [self.last], self.builder.unique(name or op), attrs, constants)
        return self.last

    def _weights(self, shape: tuple[int, ...], n_in: int) -> np.ndarray:
        return self.rng.normal(scale=math.sqrt(2 / n_in), size=shape)

    def dense(self, n_out: int, activation: str = "") -> str:
        """Dense on the last axis, with a bias."""
        n_in = self.shape[-1]
        constants = {"weight": self._weights((n_in, n_out), n_in), "bias": self.rng.normal(0, 0.1, n_out)}
        self.add("dense", {}, constants)
        return self.add(activation) if activation else self.last

    def conv(
        self,
        n_out: int,
        kernel: tuple[int, ...],
        strides: int = 1,
        padding: str = "valid",
        groups: int = 1,
        activation: str = "relu",
        gain: float = 1.0,
    ) -> str:
        """Convolution with a bias (or a folded batch normalisation), ``padding`` as in Keras."""
        lengths, channels = self.shape[:-1], self.shape[-1]
        pads = [0] * 2 * len(kernel)
        if padding == "same":
            for axis, (n, k) in enumerate(zip(lengths, kernel, strict=True)):
                total = max((math.ceil(n / strides) - 1) * strides + k - n, 0)
                pads[axis], pads[len(kernel) + axis] = total // 2, total - total // 2
        n_in = channels // groups * math.prod(kernel)
        constants = {
            "weight": gain * self._weights((*kernel, channels // groups, n_out), n_in),
            "bias": self.rng.normal(0, 0.1, n_out),
        }
        self.add("conv", {"strides": [strides] * len(kernel), "pads": pads, "groups": groups}, constants)
        return self.add(activation) if activation else self.last

    def pool(self, size: int, kind: str = "max", strides: int | None = None, pads: list | None = None) -> str:
        """Pooling over windows of one length on every axis."""
        rank = len(self.shape) - 1
        attrs = {"pool_size": [size] * rank, "strides": [strides or size] * rank, "pads": pads}
        return self.add(f"{kind}_pool", attrs)

    def flatten(self) -> str:
        """To one axis."""
        return self.add("reshape", {"shape": [math.prod(self.shape)]})

    def global_mean(self) -> str:
        """Global average pooling."""
        return self.add("reduce_mean", {"axes": list(range(len(self.shape) - 1))})

    def model(self) -> isobit.Model:
        """The network so far; its output ``y`` is the last tensor."""
        self.builder.output("y", self.last)
        return isobit.Model(self.builder.build())
