"""Who is measured: isobit and its peers, each one module with a function that prepares a network.

A peer that is not installed raises :class:`MissingPeerError`, and its rows say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


class MissingPeerError(Exception):
    """A peer cannot run here; the text says why."""


@dataclass(frozen=True)
class Contestant:
    """One way of computing a network.

    Parameters
    ----------
    name : str
    predict : callable
        float32 samples (n, inputs) -> outputs (n, outputs).
    max_batch : int
        Slow ones are timed on fewer samples; their time per sample does not depend on it.
    """

    name: str
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[Any]]
    max_batch: int = 2**20
