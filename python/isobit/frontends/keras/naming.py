"""Names of nodes: the layer's own name wherever that is unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from isobit.frontends.keras.topology import INPUT, Layer, Model
from isobit.frontends.keras.weights.variables import LayerPath, leaves


class Namer:
    """Gives every node a name of its own.

    A layer whose name occurs once in all nested models keeps it; others get the name of their model in front.
    Further calls of a shared layer, and nodes whose name is taken, get a number behind. No node takes the
    name of a layer that is still to come.
    """

    def __init__(self, model: Model) -> None:
        everything = list(leaves(model))
        counts = Counter(
            layer.name for path, layer in everything if layer.class_name != INPUT or len(path) == 1
        )
        self._taken: set[str] = set()
        self._own: dict[LayerPath, str] = {}
        for path, layer in everything:
            if layer.class_name != INPUT or len(path) == 1:
                self._own[path] = self.unique(_shortest(path, layer, counts))

    def layer(self, path: LayerPath, call: int) -> str:
        """The name of a layer's call."""
        return self._own[path] if call == 0 else self.unique(f"{self._own[path]}_{call}")

    def unique(self, name: str) -> str:
        """The name itself, or with the smallest free number behind; it is taken from now on."""
        candidate, number = name, 0
        while candidate in self._taken:
            number += 1
            candidate = f"{name}_{number}"
        self._taken.add(candidate)
        return candidate


def _shortest(path: Sequence[str], layer: Layer, counts: Counter[str]) -> str:
    return layer.name if counts[layer.name] == 1 or len(path) == 1 else "_".join(path[-2:])
