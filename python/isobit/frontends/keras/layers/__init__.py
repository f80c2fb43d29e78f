"""The layers of Keras that isobit reads: an explicit table, one handler per class."""

from __future__ import annotations

from isobit.errors import UnsupportedError
from isobit.frontends.keras.layers.activations import Activation
from isobit.frontends.keras.layers.advanced import WEIGHTLESS_ACTIVATIONS, PReLU
from isobit.frontends.keras.layers.base import Handler
from isobit.frontends.keras.layers.core import Dense, Dropout, Identity
from isobit.frontends.keras.layers.merging import Concatenate, Merge
from isobit.frontends.keras.layers.normalization import BatchNormalization, Normalization, Rescaling
from isobit.frontends.keras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape

HANDLERS: dict[str, Handler] = {
    "Activation": Activation(),
    "ActivityRegularization": Identity(),
    "Add": Merge("add"),
    "AlphaDropout": Dropout(),
    "Average": Merge("average"),
    "BatchNormalization": BatchNormalization(),
    "Concatenate": Concatenate(),
    "Dense": Dense(),
    "Dropout": Dropout(),
    "Flatten": Flatten(),
    "GaussianDropout": Dropout(),
    "GaussianNoise": Identity(),
    "Identity": Identity(),
    "Maximum": Merge("maximum"),
    "Minimum": Merge("minimum"),
    "Multiply": Merge("multiply"),
    "Normalization": Normalization(),
    "PReLU": PReLU(),
    "Permute": Permute(),
    "RepeatVector": RepeatVector(),
    "Rescaling": Rescaling(),
    "Reshape": Reshape(),
    "SpatialDropout1D": Dropout(),
    "SpatialDropout2D": Dropout(),
    "SpatialDropout3D": Dropout(),
    "Subtract": Merge("subtract"),
    **WEIGHTLESS_ACTIVATIONS,
}


def find_handler(layer: str, class_name: str) -> Handler:
    """The handler of a layer class.

    Raises
    ------
    UnsupportedError
        Naming the layer, its class and the supported ones.
    """
    if class_name in HANDLERS:
        return HANDLERS[class_name]
    reason = " It holds Python code, which isobit never runs." if class_name == "Lambda" else ""
    raise UnsupportedError(
        f"layer {layer!r}: the class {class_name!r} is not supported.{reason} "
        f"Supported: {', '.join(sorted(HANDLERS))}, Sequential and functional models."
    )
