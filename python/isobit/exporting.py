"""The formats that ``QuantizedModel.export`` writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from isobit.errors import UnsupportedError, closest

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

BACKENDS: Mapping[str, tuple[str, str]] = {
    "hls": ("isobit.hls.project", "export_project"),
}
"""Module and function by name: ``function(model, folder, **options)``. A new back end adds a line here."""


def export(model: QuantizedModel, backend: str, folder: str | os.PathLike[str], **options: Any) -> Any:
    """The work of :meth:`QuantizedModel.export`, which documents it."""
    if backend not in BACKENDS:
        raise UnsupportedError(f"there is no back end {backend!r}.{closest(str(backend), BACKENDS)}")
    module, name = BACKENDS[backend]
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function(model, folder, **options)
