"""The converter for models of Keras 2."""

from __future__ import annotations

from isobit.errors import UnsupportedError
from isobit.frontends.keras.topology import INPUT, Model
from isobit.frontends.keras.weights.variables import Weights
from isobit.hls4ml.conversion.sources.activations import activation_attrs
from isobit.hls4ml.conversion.sources.declared import Declarations, Declared, refuse
from isobit.hls4ml.conversion.sources.keras.calls import (
    Key,
    Tensor,
    declare_input,
    looked_up,
    translate,
)

KERAS = 2


def declare(model: Model, weights: Weights) -> Declarations:
    """The layers in the order of the file; every activation follows as a layer, ``linear`` too."""
    made: dict[Key, Tensor] = {}
    layers: list[Declared] = []
    for layer in model.layers:
        if layer.class_name == INPUT:
            # The input of a sequential model that its first layer implies has no name in the file.
            declared, made[layer.name, 0] = declare_input(layer, layer.config.get("name") or "input1")
            layers.append(declared)
            continue
        if len(layer.calls) != 1:
            raise refuse(layer.name, layer.class_name, "hls4ml takes the first call of a shared layer only")
        spec = layer.calls[0]
        if any((ref.layer, ref.call) not in made for ref in spec.refs()):
            raise UnsupportedError(f"layer {layer.name!r}: hls4ml needs the layers of a file in their order")
        given = [looked_up(made, ref) for ref in spec.refs()]
        result = translate(layer, spec, given, weights, KERAS)
        if layer.class_name == "Dropout":
            made[layer.name, 0] = given[0]
            continue
        name = layer.name
        layers.append(Declared(result.kind, name, result.attrs, [tensor.layer for tensor in given]))
        if result.activation is not None:
            kind, attrs = activation_attrs(layer.name, result.activation, KERAS, result.shape)
            name = f"{layer.name}_{result.activation}"
            layers.append(Declared(kind, name, attrs, [layer.name]))
        made[layer.name, 0] = Tensor(name, result.shape)
    return Declarations(
        layers,
        [looked_up(made, ref).layer for ref in model.inputs],
        [looked_up(made, ref).layer for _, ref in model.outputs],
    )
