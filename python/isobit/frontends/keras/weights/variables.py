"""Which variables a model has, in the orders in which the versions of Keras write them."""

from __future__ import annotations

from collections.abc import Iterator

from isobit.frontends.keras.layers import find_handler
from isobit.frontends.keras.layers.base import Variable
from isobit.frontends.keras.operations import TENSORFLOW_CLASSES
from isobit.frontends.keras.options import Options, check_dtype
from isobit.frontends.keras.topology import INPUT, Layer, Model
from isobit.ir import FloatArray

LayerPath = tuple[str, ...]
Weights = dict[LayerPath, dict[str, FloatArray]]


def layer_variables(layer: Layer) -> tuple[Variable, ...]:
    """The variables of a layer that is no model.

    Raises
    ------
    UnsupportedError
        When the class, or its number type, is not supported: a file is refused for these before its weights.
    """
    if layer.class_name == INPUT or layer.is_operation or layer.class_name in TENSORFLOW_CLASSES:
        return ()
    handler = find_handler(layer.name, layer.class_name)
    check_dtype(layer.name, layer.class_name, layer.config.get("dtype"))
    return handler.variables(Options(layer.name, layer.class_name, layer.config))


def leaves(model: Model, path: LayerPath = ()) -> Iterator[tuple[LayerPath, Layer]]:
    """All layers of a model that are no models, with their paths, in order."""
    for layer in model.layers:
        if layer.model is None:
            yield (*path, layer.name), layer
        else:
            yield from leaves(layer.model, (*path, layer.name))


def has_variables(layer: Layer) -> bool:
    """Whether the layer, or a layer in it, has variables."""
    if layer.model is None:
        return bool(layer_variables(layer))
    return any(has_variables(inner) for inner in layer.model.layers)
