"""hls4ml's compiled emulation: the C++ of its project, built by its own script (g++ -O3).

Its `predict` calls the compiled function once per sample from Python. That function alone, called through
ctypes with addresses that are ready, is timed as well: it is what the emulation costs in C++.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import os
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import numpy.typing as npt

from contestants import Contestant, MissingPeerError
from contestants.keras_files import write_keras
from networks import Network

BACKENDS = {"Vitis": "ap_fixed", "Quartus": "ac_fixed"}
_PROJECT = "network"
_BATCH = 64  # short calls are less often interrupted, and the time per sample is the same


def prepare(network: Network, folder: Path, backend: str = "Vitis") -> list[Contestant]:
    """`predict` and the bare C call of the network in fixed<16,6>, built in a new folder inside `folder`."""
    model = _compiled(network, Path(mkdtemp(dir=folder)), backend)
    return [
        Contestant(f"hls4ml {backend}, predict", model.predict, _BATCH),
        Contestant(f"hls4ml {backend}, C function", _c_calls(model), _BATCH),
    ]


def _compiled(network: Network, folder: Path, backend: str) -> Any:
    said = io.StringIO()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it imports TensorFlow, where there is one
    with contextlib.redirect_stdout(said):
        try:
            from hls4ml.converters import create_config, keras_v2_to_hls
        except ImportError as error:
            raise MissingPeerError(f"hls4ml: {error}") from None
        logging.getLogger("hls4ml").setLevel(logging.ERROR)
        architecture, weights = folder / "architecture.json", folder / "weights.h5"
        write_keras(network, architecture, weights)
        config = create_config(
            output_dir=str(folder / "project"),
            project_name=_PROJECT,
            backend=backend,
            io_type="io_parallel",
        )
        config["KerasJson"], config["KerasH5"] = str(architecture), str(weights)
        config["HLSConfig"] = {
            "Model": {"Precision": "ap_fixed<16,6>", "ReuseFactor": 1, "Strategy": "Latency"}
        }
        try:
            model = keras_v2_to_hls(config)
            model.compile()
        except Exception as error:  # hls4ml raises Exception itself when the compiler fails
            raise MissingPeerError(f"hls4ml {backend}: {error} {said.getvalue()[-500:]}") from error
    return model


def _c_calls(model: Any) -> Any:
    """One call per sample, as `predict` does, without its Python around every call."""
    library = model._top_function_lib  # hls4ml has no public access to it
    function = library[f"{_PROJECT}_float"]  # another object than the one whose argument types predict sets
    function.restype, function.argtypes = None, [ctypes.c_void_p, ctypes.c_void_p]
    (output,) = model.get_output_variables()
    n_out = int(np.prod(output.shape))

    def predict(X: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        y = np.empty((len(X), n_out), dtype=np.float32)
        x_at, x_step, y_at, y_step = X.ctypes.data, X.strides[0], y.ctypes.data, y.strides[0]
        address = ctypes.c_void_p
        for i in range(len(X)):
            function(address(x_at + i * x_step), address(y_at + i * y_step))
        return y

    return predict
