"""isobit's engine, called as a user calls it; and from C++, where the engine is all that is called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from isobit.benchmarking.contestants import Contestant, FloatArray, Loop, NotRunError, OnCores
from isobit.benchmarking.contestants.hls4ml_emulation import HLS_CONFIG
from isobit.benchmarking.contestants.keras_layers import write_keras
from isobit.benchmarking.networks import HLS4ML_PROFILE, Network, loaded
from isobit.errors import IsobitError
from isobit.quantized import QuantizedModel

_CALLS = 200


def prepare(network: Network, folder: Path, profile: str = "exact") -> OnCores:
    """The network in each of its formats; `predict` takes the cores to which the process is bound.

    With the profile ``hls4ml`` it has the bits of hls4ml's emulation instead, for the same Keras file and
    configuration.
    """
    if profile == "hls4ml":
        quantized = {HLS4ML_PROFILE: _with_the_bits_of_hls4ml(network, folder)}
    else:
        quantized = {label: network.quantized(label) for label in network.formats}

    def on(cores: int) -> list[Contestant]:
        return [
            Contestant(
                f"isobit {label}",
                at=lambda batch, q=q: q.predict,  # type: ignore[misc]
                alone=partial(_alone, q),
            )
            for label, q in quantized.items()
        ]

    return on


def _with_the_bits_of_hls4ml(network: Network, folder: Path) -> QuantizedModel:
    architecture, weights = folder / "profile.json", folder / "profile.h5"
    write_keras(network, architecture, weights)
    try:
        return loaded(architecture, weights).quantize(HLS_CONFIG, profile="hls4ml")
    except IsobitError as error:
        raise NotRunError(str(error)) from None


def _alone(quantized: Any, x: FloatArray) -> Mapping[str, Loop]:
    """The engine in a C++ loop, with arrays that are ready."""
    from isobit import _core

    (tensor,) = quantized.graph.outputs.values()
    engine = quantized.engine
    y = np.zeros_like(quantized.predict(x).reshape(1, -1))
    repeat = partial(_core.repeat_run, engine.program, [x.reshape(1, -1)], [engine.ids[tensor]], [y], _CALLS)
    return {"Program.run": Loop(repeat, _CALLS, lambda: y)}
