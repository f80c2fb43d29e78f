"""The trained arrays of a file, brought to the layers that own them."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.keras.hdf5 import Hdf5
from isobit.frontends.keras.topology import Model
from isobit.frontends.keras.weights.legacy import read_legacy_weights
from isobit.frontends.keras.weights.saved_state import STATE_ROOTS, read_saved_state
from isobit.frontends.keras.weights.variables import Weights


def read_weights(file: Hdf5, model: Model) -> Weights:
    """Weights by path of the layer (names of the models that it is in, then its own).

    Two layouts exist: ``layer_names`` attributes (``.h5`` files of all versions), and paths made of class
    names (``.keras`` and ``.weights.h5`` files).

    Raises
    ------
    FileFormatError
        When a weight is missing, left over or cannot be told from another; names layer and weight.
    """
    for root in ((), ("model_weights",)):
        if file.strings(root, "layer_names") is not None:
            return read_legacy_weights(file, root, model)
    if any(file.is_group((root,)) for root in STATE_ROOTS):
        return read_saved_state(file, model)
    raise FileFormatError(f"{file.where}: the HDF5 file holds no weights of a Keras model")
