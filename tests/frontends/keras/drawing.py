"""What the random layers of the Keras tests are drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SAMPLES = 3


@dataclass
class Draw:
    """Random choices, and the inputs of the model that is being drawn with the data for them."""

    keras: Any
    rng: np.random.Generator
    inputs: list[Any] = field(default_factory=list)
    data: list[Array] = field(default_factory=list)

    @property
    def layers(self) -> Any:
        return self.keras.layers

    def one_of(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def integer(self, low: int, high: int) -> int:
        """One of low, ..., high."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, p: float = 0.5) -> bool:
        return bool(self.rng.random() < p)

    def number(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def shape(self, rank: int, low: int = 1, high: int = 6) -> tuple[int, ...]:
        return tuple(self.integer(low, high) for _ in range(rank))

    def input(self, shape: tuple[int, ...]) -> Any:
        """A further input with normal data."""
        return self.given(self.rng.normal(size=(SAMPLES, *shape)))

    def given(self, data: Array) -> Any:
        """A further input with this data."""
        tensor = self.keras.Input(data.shape[1:], dtype=_dtype(self.keras, data))
        self.inputs.append(tensor)
        self.data.append(data)
        return tensor

    def indices(self, shape: tuple[int, ...], count: int) -> Any:
        """A further input of integers below count: often 0, but not everywhere in a sample."""
        data = np.maximum(self.rng.integers(-2, count, (SAMPLES, *shape)), 0)
        data.reshape(SAMPLES, -1)[:, 0] = count - 1
        return self.given(data)

    def booleans(self, shape: tuple[int, ...], p: float = 0.7) -> Any:
        return self.given(self.rng.random((SAMPLES, *shape)) < p)

    def masked(self, steps: int, features: int) -> Any:
        """A sequence behind a Masking layer: some steps are masked, never all of them."""
        value = self.one_of(0.0, -1.5)
        data = self.rng.normal(size=(SAMPLES, steps, features))
        gone = self.rng.random((SAMPLES, steps)) < 0.4
        gone[np.arange(SAMPLES), self.rng.integers(0, steps, SAMPLES)] = False
        data[gone] = value
        return self.layers.Masking(value)(self.given(data))

    def activation(self) -> Any:
        return self.one_of(None, "relu", "tanh", "sigmoid", "elu", "linear", "hard_sigmoid")

    def data_format(self) -> str:
        return str(self.one_of("channels_last", "channels_first"))


def _dtype(keras: Any, data: Array) -> str:
    if data.dtype.kind == "b":
        return "bool"
    return "int32" if data.dtype.kind == "i" else str(keras.backend.floatx())


Builder = Callable[[Draw], Any]
"""Draws a layer, and gives its result or results."""


def listed(value: Any) -> list[Any]:
    return (
        [leaf for entry in value for leaf in listed(entry)] if isinstance(value, (list, tuple)) else [value]
    )
