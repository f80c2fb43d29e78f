"""Weights in the HDF5 layout with ``layer_names`` and ``weight_names`` attributes.

There is one group per layer of the outer model; a nested model's group holds the weights of everything in it,
those that are trained first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from isobit.errors import FileFormatError
from isobit.frontends.keras.hdf5 import Hdf5, Path
from isobit.frontends.keras.layers.base import Variable
from isobit.frontends.keras.topology import Layer, Model
from isobit.frontends.keras.weights.variables import LayerPath, Weights, has_variables, layer_variables

_Owned = tuple[LayerPath, Variable]


def read_legacy_weights(file: Hdf5, root: Path, model: Model) -> Weights:
    """See `isobit.frontends.keras.weights.read_weights`."""
    stored: dict[str, list[str]] = {}
    for name in file.strings(root, "layer_names") or []:
        weight_names = file.strings((*root, name), "weight_names")
        if weight_names is None:
            raise FileFormatError(
                f"{file.where}: the group of layer {name!r} is missing or has no weight_names"
            )
        if weight_names:
            stored[name] = weight_names
    extra = file.strings((*root, "top_level_model_weights"), "weight_names")
    if extra:
        raise FileFormatError(f"{file.where}: the model has weights outside of its layers ({extra[0]!r})")
    weights: Weights = {}
    for layer, group in _match_layers(file, [la for la in model.layers if has_variables(la)], list(stored)):
        trained, fixed = _owned(layer, (layer.name,))
        for (path, variable), name in _match_weights(file, layer, trained + fixed, stored[group]):
            if variable.read:
                weights.setdefault(path, {})[variable.name] = file.array((*root, group, *name.split("/")))
    return weights


def _match_layers(file: Hdf5, layers: Sequence[Layer], groups: Sequence[str]) -> list[tuple[Layer, str]]:
    """Layers and groups by name, or by order (as Keras does) when the names were made anew."""
    names = [layer.name for layer in layers]
    if set(names) == set(groups):
        return [(layer, layer.name) for layer in layers]
    if len(names) != len(groups):
        missing = [name for name in names if name not in groups]
        left_over = [name for name in groups if name not in names]
        raise FileFormatError(
            f"{file.where}: the model has {len(names)} layers with weights, the file {len(groups)}; "
            f"without weights in the file: {missing}; not in the model: {left_over}"
        )
    moved = [name for name, group in zip(names, groups, strict=True) if name != group and name in groups]
    if moved:
        raise FileFormatError(
            f"{file.where}: the layers with weights are {names} in the model and {list(groups)} in the file; "
            "save architecture and weights from the same model"
        )
    return list(zip(layers, groups, strict=True))


def _owned(layer: Layer, path: LayerPath) -> tuple[list[_Owned], list[_Owned]]:
    """Variables that are trained and those that are not, in the order of Keras' lists of weights."""
    trained: list[_Owned] = []
    fixed: list[_Owned] = []
    if layer.model is None:
        for variable in layer_variables(layer):
            if variable.repeated:
                continue
            (trained if variable.trainable else fixed).append((path, variable))
        return (trained, fixed) if layer.trainable else ([], trained + fixed)
    for inner in layer.model.layers:
        inner_trained, inner_fixed = _owned(inner, (*path, inner.name))
        if layer.trainable:
            trained += inner_trained
            fixed += inner_fixed
        else:
            fixed += inner_trained + inner_fixed
    return trained, fixed


def _match_weights(
    file: Hdf5, layer: Layer, owned: Sequence[_Owned], names: Sequence[str]
) -> list[tuple[_Owned, str]]:
    """Variables and stored names: by layer and variable where that is unique, else by order."""
    if len(owned) != len(names) or len(set(names)) != len(names):
        expected = ["/".join((*path[1:], variable.name)) for path, variable in owned]
        raise FileFormatError(
            f"{file.where}: layer {layer.name!r} ({layer.class_name}) has the weights {expected}, "
            f"but the file has {list(names)}"
        )
    by_name = [[name for name in names if _names_fit(path, variable, name)] for path, variable in owned]
    if all(len(found) == 1 for found in by_name) and len({found[0] for found in by_name}) == len(names):
        return [(pair, found[0]) for pair, found in zip(owned, by_name, strict=True)]
    for (path, variable), name in zip(owned, names, strict=True):
        if not variable.is_called(_base(name)):
            raise FileFormatError(
                f"{file.where}: layer {path[-1]!r} has the weight {variable.name!r}, "
                f"but the file has {name!r} in its place"
            )
    return list(zip(owned, names, strict=True))


def _base(name: str) -> str:
    """``dense_1/kernel:0`` -> ``kernel``; TensorFlow 1 may have appended a number to make names unique."""
    return re.sub(r"(_\d+)?(:\d+)?$", "", name.split("/")[-1])


def _names_fit(path: LayerPath, variable: Variable, name: str) -> bool:
    parts = name.split("/")
    return variable.is_called(_base(name)) and (len(path) == 1 or (len(parts) > 1 and parts[-2] == path[-1]))
