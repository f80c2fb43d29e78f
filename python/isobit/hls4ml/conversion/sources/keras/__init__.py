"""Keras files: the layers that hls4ml's converters for Keras 2 and for Keras 3 declare.

hls4ml converts a model with the Keras that is installed beside it. A file of Keras 3 is taken as converted
there, every other one as converted with Keras 2 (``tf_keras``): the two name and order layers differently.
"""

from __future__ import annotations

from pathlib import Path

from isobit.frontends.keras.container import open_container
from isobit.frontends.keras.hdf5 import Hdf5
from isobit.frontends.keras.topology import Model, read_model
from isobit.frontends.keras.weights import read_weights
from isobit.frontends.keras.weights.variables import Weights
from isobit.hls4ml.conversion.sources.declared import Declarations
from isobit.hls4ml.conversion.sources.keras import keras2, keras3


def declare(path: Path, weights: Path | None) -> Declarations:
    """The layers of a Keras file.

    Raises
    ------
    UnsupportedError
        For layers and options that hls4ml converts wrongly or not at all; names them.
    """
    container = open_container(path, weights)
    model = read_model(container.architecture, path.stem)
    with Hdf5(container.weights, container.where) as file:
        arrays = read_weights(file, model)
    return declare_model(model, arrays, 3 if container.keras == 3 else 2)


def declare_model(model: Model, weights: Weights, keras: int) -> Declarations:
    """The layers of a model that has been read.

    Parameters
    ----------
    model : Model
    weights : mapping
    keras : int
        2 or 3.
    """
    return keras3.declare(model, weights) if keras == 3 else keras2.declare(model, weights)
