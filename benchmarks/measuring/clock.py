"""Time, on a machine that others use too.

What is compared is measured in one process, on one pinned core, in turns: round after round, every action
once, in alternating order. Whatever slows the machine down then slows all of them down. The smallest time
says what the code costs; the spread of the ratios of single rounds says how far to trust it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any, TypeVar

Action = Callable[[], Any]
Clock = Callable[[], float]
Key = TypeVar("Key", bound=Hashable)


def pin(cores: int = 1) -> list[int]:
    """Bind this process to that many of the cores it may use, the last ones; returns their numbers."""
    allowed = sorted(os.sched_getaffinity(0))
    if cores > len(allowed):
        raise ValueError(f"{cores} cores wanted, but this process may use {len(allowed)}")
    chosen = allowed[-cores:]
    os.sched_setaffinity(0, chosen)
    return chosen


@contextmanager
def pinned(cores: int) -> Iterator[list[int]]:
    """As :func:`pin`, undone at the end."""
    before = os.sched_getaffinity(0)
    try:
        yield pin(cores)
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Times:
    """Seconds of one call in every round.

    Parameters
    ----------
    seconds : tuple of float
        In the order of the rounds.
    """

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The smallest."""
        return min(self.seconds)

    def over(self, other: Times) -> Ratio:
        """How many times longer this took than the other."""
        rounds = [a / b for a, b in zip(self.seconds, other.seconds, strict=True)]
        low, _, high = quantiles(rounds, n=4) if len(rounds) > 1 else rounds * 3
        return Ratio(self.best / other.best, low, high)


@dataclass(frozen=True)
class Ratio:
    """Ratio of the smallest times, and the quartiles of the ratios of single rounds."""

    best: float
    low: float
    high: float


def interleaved(
    actions: Mapping[Key, Action], rounds: int = 100, seconds: float = 0.002, single: bool = False
) -> dict[Key, Times]:
    """Time every action in turns.

    Parameters
    ----------
    actions : mapping of any key to callable
    rounds : int
        Measurements of each action.
    seconds : float
        A measurement repeats its action until it lasts about that long: far above the clock's resolution, and
        not longer than what a scheduler lets run in one piece.
    single : bool
        Count the processor time of this process (all of it: Python, library and kernel). For actions on one
        thread that wait for nothing, this is the time on the wall without the turns that other processes had.
    """
    clock = process_time if single else perf_counter
    repeats = {key: _repeats(action, seconds, clock) for key, action in actions.items()}
    times: dict[Key, list[float]] = {key: [] for key in actions}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(rounds):
            order = list(actions) if number % 2 == 0 else list(reversed(actions))
            for key in order:
                times[key].append(_measure(actions[key], repeats[key], clock))
    finally:
        if collecting:
            gc.enable()
    return {key: Times(tuple(found)) for key, found in times.items()}


def _repeats(action: Action, seconds: float, clock: Clock) -> int:
    action()  # what happens only once is not measured
    return max(1, round(seconds / max(_measure(action, 1, clock), 1e-9)))


def _measure(action: Action, repeats: int, clock: Clock) -> float:
    start = clock()
    for _ in range(repeats):
        action()
    return (clock() - start) / repeats
