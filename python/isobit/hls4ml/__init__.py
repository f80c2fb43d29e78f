"""What hls4ml 1.3 computes: its firmware as records, from a model or from a project, and the same bits.

``firmware.py`` holds the records. They are made from a graph and a configuration (``conversion/``) or read
from the sources of a project (``reading/``); ``emulation/`` turns them into a graph of exact operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isobit.hls4ml.emulation import emulate as emulate
    from isobit.hls4ml.firmware import Call as Call
    from isobit.hls4ml.firmware import Firmware as Firmware
    from isobit.hls4ml.firmware import Variable as Variable
    from isobit.hls4ml.firmware import Weight as Weight

_RECORDS = ("Call", "Firmware", "Variable", "Weight")
__all__ = ["emulate", *_RECORDS]


def __getattr__(name: str) -> Any:
    if name == "emulate":
        from isobit.hls4ml.emulation import emulate

        return emulate
    if name in _RECORDS:
        from isobit.hls4ml import firmware

        return getattr(firmware, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
