"""Keras files written by hand, with whatever a test wants to be wrong in them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest

from isobit.errors import FileFormatError, IsobitError
from isobit.frontends.keras import load

Config = dict[str, Any]


def layer(class_name: str, name: str = "it", module: str | None = "keras.layers", **config: Any) -> Config:
    """A layer of a Sequential model of Keras 3."""
    spec = {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}
    return spec if module is None else {**spec, "module": module, "registered_name": None}


def input_layer(*shape: int | None, name: str = "x", **config: Any) -> Config:
    return layer("InputLayer", name, batch_shape=[None, *shape], **{"dtype": "float32", **config})


def dense(units: int, name: str = "fc", **config: Any) -> Config:
    return layer("Dense", name, **{"units": units, "activation": "linear", "use_bias": True, **config})


def tensor(name: str, call: int = 0, output: int = 0) -> Config:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, call, output]}}


def called(spec: Config, *inputs: str | Config, **kwargs: Any) -> Config:
    """The same layer in a functional model, called with these tensors."""
    tensors = [tensor(entry) if isinstance(entry, str) else entry for entry in inputs]
    node = {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": kwargs}
    return {**spec, "name": spec["config"]["name"], "inbound_nodes": [node] if inputs else []}


def sequential(*layers: Config, name: str = "model") -> Config:
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def functional(
    layers: Sequence[Config], inputs: Sequence[str], outputs: Sequence[str], name: str = "model"
) -> Config:
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "trainable": True,
            "layers": list(layers),
            "input_layers": [[name, 0, 0] for name in inputs],
            "output_layers": [[name, 0, 0] for name in outputs],
        },
    }


def kernel(rows: int, columns: int) -> list[npt.NDArray[np.float32]]:
    """Weights of a Dense layer."""
    return [np.ones((rows, columns), np.float32), np.zeros(columns, np.float32)]


def hdf5(state: Mapping[str, Sequence[npt.ArrayLike]]) -> bytes:
    """Weights by group: ``{"layers/dense": [kernel, bias]}``."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("layers")
        for group, arrays in state.items():
            for number, array in enumerate(arrays):
                file[f"{group}/vars/{number}"] = array
    return buffer.getvalue()


def archive(
    folder: Path,
    config: Any,
    state: Mapping[str, Sequence[npt.ArrayLike]] | bytes = b"",
    version: str = "3.15.1",
) -> Path:
    """A ``.keras`` file."""
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("metadata.json", json.dumps({"keras_version": version}))
        target.writestr("config.json", json.dumps(config))
        target.writestr(
            "model.weights.h5", state if isinstance(state, bytes) and state else hdf5(state or {})
        )
    return path


def refuse(
    path: Path, *phrases: str, weights: Path | None = None, kind: type[IsobitError] = FileFormatError
) -> None:
    """Check that loading ends in this error, whose message has all these phrases."""
    with pytest.raises(kind) as error:
        load(path, weights)
    for phrase in phrases:
        assert phrase in str(error.value)
