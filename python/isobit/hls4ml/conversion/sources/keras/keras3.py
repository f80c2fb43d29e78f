"""The converter for models of Keras 3."""

from __future__ import annotations

from isobit.frontends.keras.topology import Model
from isobit.frontends.keras.weights.variables import Weights
from isobit.hls4ml.conversion.sources.activations import activation_attrs
from isobit.hls4ml.conversion.sources.declared import Declarations, Declared
from isobit.hls4ml.conversion.sources.keras.calls import (
    Key,
    Tensor,
    calls,
    declare_input,
    looked_up,
    translate,
)

KERAS = 3


def declare(model: Model, weights: Weights) -> Declarations:
    """The layers in an order in which they can be computed; activations follow as layers of their own."""
    names = _Names()
    made: dict[Key, Tensor] = {}
    layers: list[Declared] = []
    for layer, number, spec in calls(model):
        if spec is None:
            declared, made[layer.name, 0] = declare_input(layer, names.unique(layer.name))
            layers.append(declared)
            continue
        given = [looked_up(made, ref) for ref in spec.refs()]
        result = translate(layer, spec, given, weights, KERAS)
        name = names.unique(layer.name)
        layers.append(Declared(result.kind, name, result.attrs, [tensor.layer for tensor in given]))
        function = result.activation or "linear"
        if function != "linear":
            kind, attrs = activation_attrs(layer.name, function, KERAS, result.shape)
            follower = names.unique(f"{layer.name}_{function}")
            layers.append(Declared(kind, follower, attrs, [name]))
            name = follower
        made[layer.name, number] = Tensor(name, result.shape)
    return Declarations(
        layers,
        [looked_up(made, ref).layer for ref in model.inputs],
        [looked_up(made, ref).layer for _, ref in model.outputs],
    )


class _Names:
    """Gives repeated names a number; hls4ml also holds the letters of "input" for names that are taken."""

    def __init__(self) -> None:
        self._used = set("input")

    def unique(self, name: str) -> str:
        """The name, with the smallest free number behind it if it is taken."""
        made, number = name, 0
        while made in self._used:
            made, number = f"{name}_{number}", number + 1
        self._used.add(made)
        return made
