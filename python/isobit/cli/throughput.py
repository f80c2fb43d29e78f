"""Measuring samples per second."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.engine import threads as available

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Rate:
    """One measurement.

    Attributes
    ----------
    batch, threads : int
    rate : float
        Samples per second: the median over the calls.
    best : float
        Of the fastest call.
    calls : int
    """

    batch: int
    threads: int
    rate: float
    best: float
    calls: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def measure_rate(
    model: Model | QuantizedModel, X: Arrays, batch: int, threads: int | None, seconds: float
) -> Rate:
    """Call ``predict`` on one batch for some time.

    Parameters
    ----------
    model
    X : dict of arrays by input name
        Repeated or cut to the size of the batch; the calls include all checks of ``predict``.
    batch : int
    threads : int or None
        None: all cores.
    seconds : float
        How long to measure, after one call that warms up; at least three calls are made.
    """
    block = {name: np.resize(array, (batch, *array.shape[1:])) for name, array in X.items()}
    model.predict(block, n_threads=threads)
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        model.predict(block, n_threads=threads)
        times.append(time.perf_counter() - start)
    median, best = float(np.median(times)), min(times)
    return Rate(batch, available(threads), batch / median, batch / best, len(times))


def instruction_sets() -> list[str]:
    """Instruction sets that the engine uses on this machine, best first."""
    from isobit import _core

    return _core.isas()


def random_inputs(model: Model | QuantizedModel, samples: int = 4096, seed: int = 0) -> Arrays:
    """Normally distributed numbers in float32, for timing without data."""
    generator = np.random.default_rng(seed)
    return {
        name: generator.standard_normal((samples, *shape), dtype=np.float32)
        for name, shape in model.inputs.items()
    }
