"""hls4ml's compiled emulation: the C++ of its project, built by its own script (g++ -O3).

Its `predict` calls the compiled function once per sample from Python. That function alone, in a C++ loop, is
timed as well: it is what the emulation costs in C++. Both use one thread.
"""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from isobit.benchmarking.contestants import (
    Contestant,
    FloatArray,
    Loop,
    MissingPeerError,
    NotRunError,
    OnCores,
)
from isobit.benchmarking.contestants.keras_layers import write_keras
from isobit.benchmarking.networks import Network
from isobit.benchmarking.quiet import captured

_PROJECT = "network"
_MOST, _WEIGHTS = 64, 300_000
HLS_CONFIG = {"Model": {"Precision": "ap_fixed<16,6>", "ReuseFactor": 1, "Strategy": "Latency"}}


def prepare(network: Network, folder: Path, backend: str) -> OnCores:
    """The network in fixed<16,6>, built in a new folder inside `folder`."""
    model = _compiled(network, Path(mkdtemp(dir=folder)), backend)
    # Short calls are less often interrupted, and the time per sample is the same.
    weights = sum(array.size for node in network.model.layers for array in node.constants.values())
    samples = max(1, min(_MOST, _WEIGHTS // max(weights, 1)))

    def on(cores: int) -> list[Contestant]:
        if cores > 1:
            raise NotRunError("it uses one thread")
        alone = partial(_c_function, model, samples)
        return [Contestant(f"hls4ml {backend}", lambda batch: model.predict, alone, samples)]

    return on


def _compiled(network: Network, folder: Path, backend: str) -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it imports TensorFlow, where there is one
    with captured() as said:
        try:
            from hls4ml.converters import create_config, keras_v2_to_hls
        except ImportError as error:
            raise MissingPeerError(f"not installed ({error})") from None
        logging.getLogger("hls4ml").setLevel(logging.ERROR)
        convolutional = any(node.op == "conv" for node in network.model.layers)
        architecture, weights = folder / "architecture.json", folder / "weights.h5"
        write_keras(network, architecture, weights)
        config = create_config(
            output_dir=str(folder / "project"),
            project_name=_PROJECT,
            backend=backend,
            io_type="io_stream" if convolutional else "io_parallel",  # as its own examples have them
        )
        config["KerasJson"], config["KerasH5"] = str(architecture), str(weights)
        config["HLSConfig"] = HLS_CONFIG
        try:
            model = keras_v2_to_hls(config)
            model.compile()
        except Exception as error:  # hls4ml raises Exception itself when the compiler fails
            raise NotRunError(f"cannot build it: {error} {said.end()}") from error
    return model


def _c_function(model: Any, calls: int, x: FloatArray) -> Mapping[str, Loop]:
    """The function that `predict` calls for every sample."""
    from isobit import _core

    library = model._top_function_lib  # hls4ml has no public access to it
    address = ctypes.cast(library[f"{_PROJECT}_float"], ctypes.c_void_p).value
    (output,) = model.get_output_variables()
    y = np.zeros(int(np.prod(output.shape)), dtype=np.float32)

    def repeat() -> None:
        _core.repeat_call(address or 0, [x.ctypes.data, y.ctypes.data], calls)

    return {"C function": Loop(repeat, calls, lambda: y)}
