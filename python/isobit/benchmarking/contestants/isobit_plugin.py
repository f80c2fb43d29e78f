"""isobit's plugin: compiled with its formats; called from Python and through the ABI of isobit/plugin.h."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from isobit.benchmarking.contestants import Contestant, FloatArray, Loop, MissingPeerError, OnCores
from isobit.benchmarking.networks import Network
from isobit.errors import CompileError

_CALLS = 200
_FLOAT32 = 0


class _Buffer(ctypes.Structure):
    """isobit_input and isobit_output."""

    _fields_ = (("data", ctypes.c_void_p), ("elements", ctypes.c_int64), ("kind", ctypes.c_int32))


class _Description(ctypes.Structure):
    """isobit_plugin up to what is needed here."""

    _fields_ = (
        ("abi_version", ctypes.c_int32),
        ("struct_size", ctypes.c_uint32),
        ("texts", ctypes.c_char_p * 6),
        ("n_inputs", ctypes.c_int32),
        ("n_outputs", ctypes.c_int32),
        ("inputs", ctypes.c_void_p),
        ("outputs", ctypes.c_void_p),
        ("workspace_bytes", ctypes.c_uint64),
        ("workspace_alignment", ctypes.c_uint64),
        ("predict", ctypes.c_void_p),
    )


def prepare(network: Network, folder: Path) -> OnCores:
    """The network in each of its formats, compiled."""
    plugins = {}
    for number, label in enumerate(network.formats):
        # A folder of its own: of a path that was loaded before, the loader gives the old library.
        own = mkdtemp(dir=folder)
        try:
            plugins[label] = network.quantized(label).compile(own, name=f"plugin_{number}")
        except CompileError as error:
            raise MissingPeerError(str(error)) from None

    def on(cores: int) -> list[Contestant]:
        return [
            Contestant(
                f"isobit plugin {label}",
                at=lambda batch, plugin=plugin: plugin.predict,  # type: ignore[misc]
                alone=partial(_alone, plugin),
            )
            for label, plugin in plugins.items()
        ]

    return on


def _alone(plugin: Any, x: FloatArray) -> Mapping[str, Loop]:
    """The C function in a C++ loop, with buffers that are ready."""
    from isobit import _core

    entry = ctypes.CDLL(str(plugin.path)).isobit_plugin_entry
    entry.restype = ctypes.POINTER(_Description)
    described = entry().contents
    y = np.zeros_like(plugin.predict(x).reshape(-1))
    if y.dtype != np.float32:
        return {}  # a format that float32 does not hold
    step = int(described.workspace_alignment)
    memory = np.empty(int(described.workspace_bytes) + step, dtype=np.uint8)
    workspace = -(-memory.ctypes.data // step) * step
    source, result = (_Buffer(array.ctypes.data, array.size, _FLOAT32) for array in (x, y))
    arguments = [ctypes.addressof(source), 1, ctypes.addressof(result), 1, 1, workspace]
    arguments += [int(described.workspace_bytes), 0]
    kept = (x, y, memory, source, result)  # as long as the loop is

    def repeat(kept: Any = kept) -> None:
        _core.repeat_call(described.predict or 0, arguments, _CALLS)

    return {"C function": Loop(repeat, _CALLS, lambda: y)}
