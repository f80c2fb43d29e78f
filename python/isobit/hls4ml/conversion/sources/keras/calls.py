"""The calls of a model one by one, with what both converters need of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isobit.errors import UnsupportedError
from isobit.frontends.keras.nodes import CallSpec, Ref
from isobit.frontends.keras.options import Options, fixed_shape
from isobit.frontends.keras.topology import INPUT, Layer, Model
from isobit.frontends.keras.weights.variables import Weights
from isobit.hls4ml.conversion.sources.declared import Declared, refuse
from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made
from isobit.hls4ml.conversion.sources.keras.table import translation
from isobit.ir import Shape

Key = tuple[str, int]
"""A layer and the number of its call."""


@dataclass(frozen=True)
class Tensor:
    """What a call makes: the declared layer that shows it, and its shape in Keras."""

    layer: str
    shape: Shape


def calls(model: Model) -> Iterator[tuple[Layer, int, CallSpec | None]]:
    """Every input and call in the order in which hls4ml comes to them: the first that can be made.

    Inputs have no call.
    """
    waiting: list[tuple[Layer, int, CallSpec | None]] = []
    for layer in model.layers:
        if layer.class_name == INPUT:
            waiting.append((layer, 0, None))
        else:
            waiting += [(layer, number, spec) for number, spec in enumerate(layer.calls)]
    made: set[Key] = set()
    while waiting:
        ready = next((entry for entry in waiting if _can_be_made(entry[2], made)), None)
        if ready is None:
            raise UnsupportedError(f"layer {waiting[0][0].name!r}: what it is called with is not understood")
        waiting.remove(ready)
        made.add((ready[0].name, ready[1]))
        yield ready


def _can_be_made(spec: CallSpec | None, made: set[Key]) -> bool:
    return spec is None or all((ref.layer, ref.call) in made for ref in spec.refs())


def input_shape(layer: Layer) -> Shape:
    """Of an input layer."""
    dims = layer.config.get("batch_shape") or layer.config.get("batch_input_shape")
    return fixed_shape(layer.name, dims, "the input shape")


def translate(layer: Layer, spec: CallSpec, given: list[Tensor], weights: Weights, keras: int) -> Made:
    """What a call becomes.

    Raises
    ------
    UnsupportedError
        Naming the layer.
    """
    if layer.is_operation:
        raise refuse(layer.name, layer.class_name, "hls4ml does not convert operations; use layers")
    if not given or len(given) != len(spec.refs()):
        raise refuse(layer.name, layer.class_name, "hls4ml takes calls with tensors alone")
    options = Options(layer.name, layer.class_name, layer.config)
    shapes = tuple(tensor.shape for tensor in given)
    arrays = weights.get((layer.name,), {})
    called = KerasLayer(layer.name, layer.class_name, options, arrays, shapes, keras)
    made = translation(layer.name, layer.class_name, keras)(called)
    if math.prod(made.shape) < 1:
        raise refuse(layer.name, layer.class_name, f"its result has the shape {made.shape}")
    return made


def looked_up(made: Mapping[Key, Tensor], ref: Ref) -> Tensor:
    """The tensor of a reference."""
    if ref.tensor != 0:
        raise UnsupportedError(f"layer {ref.layer!r}: hls4ml takes the first result of a layer only")
    return made[ref.layer, ref.call]


def declare_input(layer: Layer, name: str) -> tuple[Declared, Tensor]:
    """An input of the model."""
    shape = input_shape(layer)
    return Declared("Input", name, {"input_shape": shape}), Tensor(name, shape)
