"""Elements replaced by, or combined with others at constant indices: ScatterElements and ScatterND."""

from __future__ import annotations

import math

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.indexing import Positions, along, chosen, counted, numbers_of, whole
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_REDUCTIONS = {
    "add": ("add", 0.0),
    "mul": ("multiply", 1.0),
    "max": ("maximum", None),
    "min": ("minimum", None),
}
"""Layers, and the number that changes nothing (for extremes, the element itself is one)."""


def scatter_elements(layer: Layer) -> Tensor:
    """One element is changed for each index along an axis."""
    x, indices = whole(layer, 0), layer.array(1)
    return _changed(layer, x, along(layer, x, indices).ravel())


def scatter_nd(layer: Layer) -> Tensor:
    """Elements or slices are changed by tuples of indices."""
    x, indices = whole(layer, 0), layer.array(1)
    shape, depth = layer.shape(x), indices.shape[-1]
    if depth > len(shape):
        raise FileFormatError(f"tuples of {depth} indices do not fit the shape {shape}")
    tuples = [counted(indices[..., i], shape[i]) for i in range(depth)]
    return _changed(layer, x, numbers_of(shape)[tuple(tuples)].ravel())


def _changed(layer: Layer, x: Tensor, numbers: Positions) -> Tensor:
    """The input with the elements of these numbers replaced by those of input 2, or combined with them."""
    reduction = layer.attributes.text("reduction", "none")
    if reduction != "none" and reduction not in _REDUCTIONS:
        known = ", ".join(map(repr, _REDUCTIONS))
        raise layer.refuse(f"attribute reduction is {reduction!r}; supported: 'none', {known}")
    updates = whole(layer, 2)
    count, size = math.prod(layer.shape(updates)), math.prod(layer.shape(x))
    if count != numbers.size:
        raise FileFormatError(f"{count} updates for {numbers.size} elements")
    flat = layer.reshape(x, (size,), part="flat")
    parts = [flat, layer.reshape(updates, (count,), part="updates")]
    if reduction == "none":
        if len(set(numbers.tolist())) < numbers.size:
            raise layer.refuse("an index occurs twice; ONNX does not say which of the updates stays")
        both = layer.emit("concatenate", parts, {"axis": 0}, part="both")
        (source,) = _rounds(numbers, np.arange(size), size)
        return layer.reshape(chosen(layer, both, source), layer.shape(x))
    op, neutral = _REDUCTIONS[reduction]
    nothing = np.arange(size) if neutral is None else np.full(size, size + count)
    if neutral is not None:
        parts.append(layer.numbers(np.array([neutral]), part="nothing").of(x.element))
    both = layer.emit("concatenate", parts, {"axis": 0}, part="both")
    terms = [chosen(layer, both, source) for source in _rounds(numbers, nothing, size)]
    return layer.reshape(layer.emit(op, [flat, *terms], part="combined"), layer.shape(x))


def _rounds(numbers: Positions, nothing: Positions, first: int) -> list[Positions]:
    """For each element its first update, its second, and so on (counted from ``first``), else ``nothing``."""
    rounds: list[Positions] = []
    seen = np.zeros(nothing.size, dtype=np.int64)
    for update, number in enumerate(numbers.tolist()):
        if seen[number] == len(rounds):
            rounds.append(nothing.copy())
        rounds[seen[number]][number] = first + update
        seen[number] += 1
    return rounds
