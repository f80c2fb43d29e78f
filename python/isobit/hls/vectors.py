"""Samples for test benches as text: random ones, and the ends of the formats; with the engine's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.verify import random_raws

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

Arrays = list[npt.NDArray[np.int64]]


def vectors(model: QuantizedModel, samples: int, seed: int) -> tuple[Arrays, Arrays]:
    """Raws of all inputs and, from the engine, of all outputs: arrays of shape (samples, size).

    Raws of 64 bits without sign are their bit patterns.
    """
    inputs: dict[str, npt.NDArray[Any]] = {}
    for name, raws in zip(model.inputs, random_raws(model, samples, seed), strict=True):
        legal = model.index_ranges.get(name)
        inputs[name] = raws if legal is None else raws % legal.count
    outputs = model.predict_raw(inputs)
    return _flat(list(inputs.values())), _flat(outputs if isinstance(outputs, list) else [outputs])


def text_of(arrays: Sequence[npt.NDArray[np.int64]]) -> str:
    """One sample a line."""
    rows = np.concatenate(arrays, axis=1).tolist()
    return "".join(" ".join(map(str, row)) + "\n" for row in rows)


def _flat(arrays: Sequence[npt.NDArray[Any]]) -> Arrays:
    return [
        np.ascontiguousarray(array.reshape(len(array), -1))
        .astype(np.uint64 if array.dtype == np.uint64 else np.int64, copy=False)
        .view(np.int64)
        for array in arrays
    ]
