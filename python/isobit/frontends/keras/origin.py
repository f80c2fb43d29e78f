"""Where the classes and functions of a file come from: only Keras' own are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isobit.errors import UnsupportedError

_KERAS_MODULES = ("keras", "tf_keras", "builtins", "tensorflow", "tensorflow_core")


def check_origin(where: str, spec: Mapping[str, Any]) -> None:
    """Refuse classes and functions that are not Keras' own, whatever they are called.

    Raises
    ------
    UnsupportedError
        Naming the layer or model, the class and where it comes from.
    """
    module, registered, class_name = spec.get("module"), spec.get("registered_name"), spec.get("class_name")
    foreign = module is not None and str(module).split(".")[0] not in _KERAS_MODULES
    custom = registered is not None and ">" in str(registered)
    if foreign or custom:
        origin = registered if custom else module
        raise UnsupportedError(
            f"{where} is of class {class_name!r} from {origin!r}, which is not part of Keras; "
            "supported are the layers and models of Keras itself"
        )
