"""The memory that a call needs at its peak, as the operating system sees it: NumPy, C++ and all."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

_RESET_PEAK = "5"  # see proc(5), clear_refs


class UnavailableError(Exception):
    """The system does not tell; the text says why."""


def peak_growth(action: Callable[[], Any]) -> int:
    """Bytes by which the resident memory grew at its highest point during one call.

    Memory that an earlier call left in the allocator would hide what this one needs, so it goes back to the
    system first.

    Raises
    ------
    UnavailableError
        On systems other than Linux, or where the process may not reset its peak.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
    except (OSError, AttributeError) as error:
        raise UnavailableError(f"the peak of the resident memory cannot be reset: {error}") from None
    before = _status("VmRSS")
    result = action()
    peak = _status("VmHWM")
    del result
    return peak - before


def _status(key: str) -> int:
    """A field of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == key:
            return 1024 * int(rest.split()[0])
    raise UnavailableError(f"/proc/self/status has no {key}")
