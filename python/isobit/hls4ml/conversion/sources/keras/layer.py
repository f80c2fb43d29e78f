"""One call of a Keras layer, as the translations of layer classes see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from isobit.errors import UnsupportedError
from isobit.frontends.keras.options import Options
from isobit.hls4ml.conversion.graph import Array, as_array
from isobit.hls4ml.conversion.sources.declared import refuse
from isobit.ir import FloatArray, Shape


@dataclass(frozen=True)
class KerasLayer:
    """A call of a layer.

    Parameters
    ----------
    name, class_name : str
    options : Options
    weights : mapping of str to array
    shapes : tuple of shapes
        Of the inputs, without the batch.
    keras : int
        Major version of the Keras that hls4ml is used with: 2 or 3.
    """

    name: str
    class_name: str
    options: Options
    weights: Mapping[str, FloatArray]
    shapes: tuple[Shape, ...]
    keras: int

    @property
    def shape(self) -> Shape:
        """Of the first input."""
        return self.shapes[0]

    def weight(self, name: str) -> Array:
        """A trained array in single precision, as Keras holds it."""
        return as_array(self.weights[name])

    def optional(self, name: str) -> Array | None:
        """A trained array that the layer may not have."""
        return self.weight(name) if name in self.weights else None

    def refuse(self, text: str) -> UnsupportedError:
        """An error that names the layer and its class."""
        return refuse(self.name, self.class_name, text)

    def only(self, key: str, *allowed: Any, reason: str = "hls4ml ignores this option") -> None:
        """Refuse other values of an option than these; a missing option is as null."""
        value = self.options.raw(key)
        if isinstance(value, list) and len(set(value)) == 1:
            value = value[0]
        if value not in allowed:
            raise self.refuse(f"{key} = {self.options.raw(key)!r}: {reason}")

    def pairs(self, key: str, rank: int) -> list[tuple[int, int]]:
        """An option with two integers for each axis, in any of the ways of Keras."""
        value = self.options.raw(key)
        entries = value if isinstance(value, list) else [value] * rank
        if rank == 1 and len(entries) == 2:
            entries = [entries]
        return [(entry[0], entry[1]) if isinstance(entry, list) else (entry, entry) for entry in entries]

    def per_axis(self, key: str, rank: int) -> tuple[int, ...]:
        """An option with one integer for each axis, or one for all."""
        values = self.options.integers(key)
        return values * rank if len(values) == 1 else values

    def function(self, key: str) -> str:
        """The name of an activation function."""
        value = self.options.raw(key)
        if value is None:
            return "linear"
        if isinstance(value, dict) and value.get("class_name") == "function":
            value = value.get("config")
        if not isinstance(value, str):
            raise self.refuse(f"{key}: hls4ml takes functions only, no layers in their place")
        return {"swish": "silu", "hard_swish": "hard_silu", "softmax_v2": "softmax"}.get(value, value)


@dataclass(frozen=True)
class Made:
    """What a layer becomes.

    Parameters
    ----------
    kind : str
        A class of the graph.
    attrs : mapping
    shape : shape
        Of the result.
    activation : str, optional
        A function that follows as a layer of its own; None where the class has no such option.
    """

    kind: str
    attrs: Mapping[str, Any]
    shape: Shape
    activation: str | None = None


Translate = Callable[[KerasLayer], Made]
