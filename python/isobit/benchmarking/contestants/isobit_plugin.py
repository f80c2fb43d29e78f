"""isobit's plugin: the network compiled for its formats, called from Python and as its C function."""

from __future__ import annotations

from pathlib import Path

from isobit.benchmarking.contestants import MissingPeerError, OnCores
from isobit.benchmarking.networks import Network
from isobit.quantized import QuantizedModel


def prepare(network: Network, folder: Path) -> OnCores:
    """The network in each of its formats, compiled."""
    if not hasattr(QuantizedModel, "compile"):
        raise MissingPeerError("this version of isobit has no QuantizedModel.compile")
    raise MissingPeerError("not measured yet")
