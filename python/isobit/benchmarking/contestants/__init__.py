"""Who is measured: isobit and its peers, one module each; :data:`CONTESTANTS` lists them.

A module's ``prepare(network, folder)`` does what is needed once (quantizing, converting, compiling) and
returns a function from a number of cores to contestants. A peer that is not installed raises
:class:`MissingPeerError`, one that cannot compute the network :class:`NotRunError`, and its row says so.
Nothing heavy is imported before ``prepare``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.benchmarking.clock import Action
from isobit.benchmarking.networks import Network

FloatArray = npt.NDArray[np.float32]
Prediction = Callable[[FloatArray], npt.NDArray[Any]]


class MissingPeerError(Exception):
    """A peer cannot run here; the text says why."""

    what = "missing"


class NotRunError(MissingPeerError):
    """A peer could run, but not this; the text says why."""

    what = "not run"


@dataclass(frozen=True)
class Loop:
    """An action that makes so many calls in a row, without Python between them.

    Parameters
    ----------
    action : callable
    calls : int
    result : callable
        The outputs of the last call; they are compared with those of the user's call before any timing.
    """

    action: Action
    calls: int
    result: Callable[[], npt.NDArray[Any]]


@dataclass(frozen=True)
class Contestant:
    """One way of computing a network.

    Parameters
    ----------
    name : str
    at : callable
        ``at(n)``: the call that a user makes from Python on n samples, float32 (n, *input shape) -> float
        outputs. What a user sets up once for this size happens in ``at``.
    alone : callable
        ``alone(x)`` with one sample: what a call costs without the Python around it, by what is called.
    largest_batch : int
        Of contestants that compute sample by sample, whose time per sample does not depend on the batch.
    layer : str, optional
        The layer whose values it computes, where that is not the last one.
    remark : str
        What else a reader must know.
    """

    name: str
    at: Callable[[int], Prediction]
    alone: Callable[[FloatArray], Mapping[str, Loop]] = field(default=lambda x: {})
    largest_batch: int = 2**20
    layer: str | None = None
    remark: str = ""


OnCores = Callable[[int], list[Contestant]]


@dataclass(frozen=True)
class Entry:
    """What to call a contestant when it is missing, and the module that prepares it."""

    title: str
    module: str
    arguments: tuple[str, ...] = ()

    def prepare(self, network: Network, folder: Path) -> OnCores:
        """What the module prepares; files go into the folder.

        Raises
        ------
        MissingPeerError
        """
        made: OnCores = import_module(f"{__name__}.{self.module}").prepare(network, folder, *self.arguments)
        return made


CONTESTANTS: Mapping[str, Entry] = {
    "isobit": Entry("isobit", "isobit_engine"),
    "isobit-hls4ml": Entry("isobit hls4ml profile", "isobit_engine", ("hls4ml",)),
    "plugin": Entry("isobit plugin", "isobit_plugin"),
    "onnxruntime": Entry("ONNX Runtime float32", "onnx_runtime", ("float32",)),
    "onnxruntime-int8": Entry("ONNX Runtime int8", "onnx_runtime", ("int8",)),
    "tflite": Entry("TFLite float32", "tflite", ("float32",)),
    "tflite-int8": Entry("TFLite int8", "tflite", ("int8",)),
    "hls4ml-vitis": Entry("hls4ml Vitis", "hls4ml_emulation", ("Vitis",)),
    "hls4ml-quartus": Entry("hls4ml Quartus", "hls4ml_emulation", ("Quartus",)),
    "alkaid": Entry("alkaid interpreter", "alkaid_interpreter"),
    "xgboost": Entry("XGBoost", "tree_libraries", ("xgboost",)),
    "treelite": Entry("treelite gtil", "tree_libraries", ("treelite",)),
    "tl2cgen": Entry("treelite compiled (tl2cgen)", "tree_libraries", ("tl2cgen",)),
    "conifer": Entry("conifer", "tree_libraries", ("conifer",)),
}
"""By the name on the command line."""
