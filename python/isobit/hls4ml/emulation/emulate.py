"""The entry: a firmware as a quantized model."""

from __future__ import annotations

from isobit.errors import UnsupportedError, closest
from isobit.hls4ml.emulation.functions import FUNCTIONS
from isobit.hls4ml.emulation.network import Network
from isobit.hls4ml.emulation.site import Site
from isobit.hls4ml.firmware import Firmware
from isobit.quantized import QuantizedModel

BACKENDS = ("Vitis", "Vivado")


def emulate(firmware: Firmware) -> QuantizedModel:
    """A model that computes what hls4ml's compiled emulation of a firmware computes, bit for bit.

    Layers have the names of the calls, outputs those of the layers that make them.

    Parameters
    ----------
    firmware : Firmware

    Raises
    ------
    UnsupportedError
        For a function, option or combination that is not reproduced exactly, or that hls4ml itself computes
        wrongly; names the layer and what is supported (``docs/hls4ml.md`` lists both).
    """
    if firmware.backend not in BACKENDS:
        raise UnsupportedError(
            f"firmware {firmware.name!r} was written for the backend {firmware.backend}; "
            f"reproduced are {' and '.join(BACKENDS)}"
        )
    network = Network(firmware)
    for call in firmware.calls:
        handler = FUNCTIONS.get(call.function)
        if handler is None:
            raise UnsupportedError(
                f"layer {call.name!r}: nnet::{call.function} is not reproduced."
                + closest(call.function, FUNCTIONS)
            )
        handler(Site(network, call))
    return network.finish()
