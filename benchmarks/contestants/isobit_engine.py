"""isobit's engine, called as a user calls it."""

from __future__ import annotations

import warnings
from typing import Any

import isobit
from contestants import Contestant
from networks import Network


def prepare(network: Network, config: Any = "fixed<16,6>", label: str = "", n_threads: int = 1) -> Contestant:
    """The network quantized; `label` says how, where it is not the format itself."""
    quantized = quantize(network, config)
    name = f"isobit {label or config}"
    return Contestant(name, lambda X: quantized.predict(X, n_threads=n_threads))


def quantize(network: Network, config: Any) -> isobit.QuantizedModel:
    """The network in fixed point; that constants saturate in the one format for everything is known here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        return isobit.load(network.path).quantize(config)
