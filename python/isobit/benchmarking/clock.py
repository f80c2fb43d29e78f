"""Time, on a machine that others use too.

What is compared is measured in one process, on one pinned core, in turns: round after round, every action
once, in alternating order. Whatever slows the machine down then slows all of them down. The smallest time
says what the code costs; the spread of the ratios of single rounds says how far to trust it.
"""

from __future__ import annotations

import gc
import math
import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter, process_time, sleep
from typing import Any, TypeVar

from isobit.backends.engine import threads

Action = Callable[[], Any]
Clock = Callable[[], float]
Key = TypeVar("Key", bound=Hashable)

_LEAST_ROUNDS = 5


@contextmanager
def pinned(cores: int) -> Iterator[list[int]]:
    """Bind this process to that many of the cores that it may use, the last ones; hands over their numbers.

    Systems that cannot bind a process (macOS) leave it where it is: no numbers.

    Raises
    ------
    ValueError
        When the process may not use so many.
    """
    if cores > threads(None):
        raise ValueError(f"{cores} cores wanted, but this process may use {threads(None)}")
    if not hasattr(os, "sched_setaffinity"):
        yield []
        return
    before = os.sched_getaffinity(0)
    chosen = sorted(before)[-cores:]
    os.sched_setaffinity(0, chosen)
    try:
        yield chosen
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

    def per(self, parts: int) -> Times:
        """The time of one of so many equal parts of the call."""
        return Times(tuple(seconds / parts for seconds in self.seconds))

    def over(self, other: Times) -> Ratio:
        """How many times longer this took than the other, which had its turns in the same rounds."""
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
    actions: Mapping[Key, Action],
    rounds: int = 100,
    seconds: float = 0.002,
    single: bool = False,
    budget: float = math.inf,
    pause: float = 0.0,
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
    budget : float
        Seconds for everything: fewer rounds, but never fewer than five of those asked for, where the actions
        take long.
    pause : float
        Seconds before every measurement, in which the threads that the last action left spinning go to sleep;
        one call that does not count then wakes those of the next.
    """
    clock = process_time if single else perf_counter
    start = perf_counter()
    repeats = {key: _repeats(action, seconds, clock) for key, action in actions.items()}
    times: dict[Key, list[float]] = {key: [] for key in actions}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(rounds):
            if number >= _LEAST_ROUNDS and perf_counter() - start > budget:
                break
            order = list(actions)[:: 1 if number % 2 == 0 else -1]
            for key in order:
                if pause:
                    sleep(pause)
                    actions[key]()
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
