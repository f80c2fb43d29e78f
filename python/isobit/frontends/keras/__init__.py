"""Keras models, read with h5py and JSON: no TensorFlow, and no code of the file is ever run."""

from __future__ import annotations

from pathlib import Path

from isobit.errors import IsobitError
from isobit.frontends.keras.container import open_container
from isobit.frontends.keras.convert import convert
from isobit.frontends.keras.hdf5 import Hdf5
from isobit.frontends.keras.topology import read_model
from isobit.frontends.keras.weights import read_weights
from isobit.ir import Graph


def load(path: Path, weights: Path | None = None) -> Graph:
    """Read a model that Keras 2 or 3 saved.

    Parameters
    ----------
    path : Path
        ``.keras``, ``.h5`` or ``.hdf5``; or the ``.json`` architecture of older projects.
    weights : Path, optional
        The ``.h5`` file that goes with an architecture, and only with one.

    Returns
    -------
    Graph
        Sequential and functional models, nested ones unfolded; weights as float64. A layer with a fused
        activation makes two nodes (``fc1`` and ``fc1_relu``).

    Raises
    ------
    UnsupportedError
        Naming the file, the layer and the class, option or function that isobit does not implement.
    FileFormatError
        When a file is damaged, inconsistent, larger than 512 MiB or not what its suffix says.
    GraphError
        When shapes do not fit each other.
    """
    container = open_container(path, weights)
    try:
        model = read_model(container.architecture, path.stem)
        with Hdf5(container.weights, container.where) as file:
            arrays = read_weights(file, model)
        return convert(model, arrays, container.keras)
    except IsobitError as error:
        if path.name in str(error):  # as errors of the weights' file do
            raise
        raise type(error)(f"{path.name}: {error}") from error.__cause__
