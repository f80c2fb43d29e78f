"""Weights in the HDF5 layout of ``.keras`` and ``.weights.h5`` files: ``layers/dense_1/vars/0``.

Layers are addressed by class name in snake case, with a number that counts the layers of that class in the
model. Keras 2.12 and 2.13 call the containers ``_layer_checkpoint_dependencies``; 2.12 leaves out numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from isobit.errors import FileFormatError
from isobit.frontends.keras.class_names import snake_case
from isobit.frontends.keras.hdf5 import Hdf5, Path
from isobit.frontends.keras.layers.base import Variable
from isobit.frontends.keras.topology import Layer, Model
from isobit.frontends.keras.weights.variables import LayerPath, Weights, has_variables, layer_variables

STATE_ROOTS = ("layers", "_layer_checkpoint_dependencies")


def read_saved_state(file: Hdf5, model: Model) -> Weights:
    """See `isobit.frontends.keras.weights.read_weights`."""
    (root,) = [name for name in STATE_ROOTS if file.is_group((name,))][:1]
    reader = _Reader(file, root)
    reader.read_model(model, (), ())
    reader.check_left_over()
    return reader.weights


class _Reader:
    def __init__(self, file: Hdf5, root: str) -> None:
        self.file = file
        self.root = root
        self.weights: Weights = {}
        self.used: set[Path] = set()

    def read_model(self, model: Model, place: Path, path: LayerPath) -> None:
        container = (*place, self.root)
        counts: dict[str, int] = {}
        for layer in model.layers:
            if layer.is_operation:
                continue
            stem = snake_case(layer.class_name)
            number = counts.get(stem, 0)
            counts[stem] = number + 1
            if not has_variables(layer):
                continue
            group = (*container, self._group(container, layer, stem, number, model))
            if layer.model is not None:
                self.read_model(layer.model, group, (*path, layer.name))
            else:
                self._read_layer(layer, group, (*path, layer.name))

    def _group(self, container: Path, layer: Layer, stem: str, number: int, model: Model) -> str:
        if self.root == "layers":
            return stem if number == 0 else f"{stem}_{number}"
        # The numbering has gaps: the n-th layer of the class that has weights owns the n-th group.
        names = [name for name in self.file.children(container) if re.fullmatch(rf"{stem}(_\d+)?", name)]
        names = [name for name in names if self._has_data((*container, name))]
        names.sort(key=lambda name: int(name[len(stem) + 1 :] or 0))
        owners = [la.name for la in model.layers if snake_case(la.class_name) == stem and has_variables(la)]
        if len(names) != len(owners):
            raise FileFormatError(
                f"{self.file.where}: the model has {len(owners)} layers of class {layer.class_name!r} "
                f"with weights, the file {len(names)}"
            )
        return names[owners.index(layer.name)]

    def _has_data(self, group: Path) -> bool:
        return any("seed_generator" not in place for place in self.file.datasets(group))

    def _read_layer(self, layer: Layer, group: Path, path: LayerPath) -> None:
        variables = layer_variables(layer)
        for owner in dict.fromkeys(variable.owner for variable in variables):
            owned = [variable for variable in variables if variable.owner == owner]
            self._read_variables(layer, owned, self._place(group, owner), path)

    def _place(self, group: Path, owner: tuple[str, ...]) -> Path:
        """Where the variables of a layer, or of one inside of it, are: Keras 2 writes private attributes."""
        place = (*group, *owner, "vars")
        if owner and not self.file.is_group(place):
            private = (*group, f"_{owner[0]}", *owner[1:], "vars")
            return private if self.file.is_group(private) else place
        return place

    def _read_variables(
        self, layer: Layer, variables: Sequence[Variable], group: Path, path: LayerPath
    ) -> None:
        stored = self.file.children(group)
        if stored != sorted(str(number) for number in range(len(variables))):
            names = [variable.name for variable in variables]
            raise FileFormatError(
                f"{self.file.where}: layer {layer.name!r} ({layer.class_name}) has the weights {names}, "
                f"but {'/'.join(group)!r} of the file has {stored or 'none'}"
            )
        for number, variable in enumerate(variables):
            place = (*group, str(number))
            self.used.add(place)
            if variable.read:
                self.weights.setdefault(path, {})[variable.name] = self.file.array(place)

    def check_left_over(self) -> None:
        """Refuse weights that no layer owns, but for random generators; the optimizer is not looked at."""
        for place in self.file.datasets((self.root,)):
            if place not in self.used and "seed_generator" not in place:
                raise FileFormatError(
                    f"{self.file.where}: no layer of the model owns the weight {'/'.join(place)!r}"
                )
        if self.file.children(("vars",)):
            raise FileFormatError(f"{self.file.where}: the model has weights outside of its layers")
