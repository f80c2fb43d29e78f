"""isobit: fixed-point neural networks with the same bits everywhere.

import isobit

model = isobit.load("tagger.onnx")
quantized = model.quantize("fixed<16,6>")
y = quantized.predict(X)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isobit._version import __version__
from isobit.errors import (
    CompileError,
    ConfigError,
    FileFormatError,
    FormatError,
    GraphError,
    InputError,
    IsobitError,
    MismatchError,
    MissingFileError,
    PluginError,
    ProofError,
    QuantizationWarning,
    SaveError,
    UnknownTensorError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from isobit.formats import Format, Overflow, Rounding
    from isobit.loading import load
    from isobit.model import Model
    from isobit.plugin import Plugin, load_plugin
    from isobit.quantized import QuantizedModel
    from isobit.stateful import Stateful
    from isobit.tensors import Tensor

__all__ = [
    "CompileError",
    "ConfigError",
    "FileFormatError",
    "Format",
    "FormatError",
    "GraphError",
    "InputError",
    "IsobitError",
    "MismatchError",
    "MissingFileError",
    "Model",
    "Overflow",
    "Plugin",
    "PluginError",
    "ProofError",
    "QuantizationWarning",
    "QuantizedModel",
    "Rounding",
    "SaveError",
    "Stateful",
    "Tensor",
    "UnknownTensorError",
    "UnsupportedError",
    "__version__",
    "load",
    "load_plugin",
]

_LAZY = {
    "Format": "isobit.formats",
    "Overflow": "isobit.formats",
    "Rounding": "isobit.formats",
    "load": "isobit.loading",
    "load_plugin": "isobit.plugin",
    "Model": "isobit.model",
    "Plugin": "isobit.plugin",
    "QuantizedModel": "isobit.quantized",
    "Stateful": "isobit.stateful",
    "Tensor": "isobit.tensors",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'isobit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
