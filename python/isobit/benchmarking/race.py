"""Contestants on one network and a number of cores: who is there, who is missing, and how long each takes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from isobit.benchmarking.clock import Action, Times, interleaved, pinned
from isobit.benchmarking.contestants import CONTESTANTS, Contestant, MissingPeerError, OnCores
from isobit.benchmarking.networks import Network
from isobit.benchmarking.quiet import captured

BULK, BATCH_1 = "bulk", "batch 1"
"""Quantities that every contestant has; those without Python are called ``alone: ...``."""
_COMPARED, _TRIALS, _PAUSE = 2048, 8, 0.005


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Parameters
    ----------
    batches : tuple of int
        Sizes of which each contestant has the one that suits it best.
    rounds : int
    seconds : float
        For one race; fewer rounds where they would take longer.
    """

    batches: tuple[int, ...] = (64, 256, 1024, 4096)
    rounds: int = 60
    seconds: float = 20.0


QUICK = Effort((64,), 2, 1.0)


@dataclass(frozen=True)
class Result:
    """What one contestant took.

    Parameters
    ----------
    key, name : str
        Of the contestant, in the table of contestants and in its own words.
    batch : int
        The one of its fastest bulk time.
    times : dict of str to Times
        Seconds a sample by quantity.
    deviation : float, optional
        Root mean square of the differences from float64 arithmetic, over that of the values (not all zero).
    agreement : float, optional
        How often the largest output is that of float64 arithmetic, for networks with classes.
    """

    key: str
    name: str
    batch: int
    times: dict[str, Times]
    deviation: float | None
    agreement: float | None
    remark: str


@dataclass(frozen=True)
class Missing:
    """A contestant that cannot be measured."""

    key: str
    name: str
    reason: str


Prepared = dict[str, OnCores | Missing]
_T = TypeVar("_T")


def prepare(network: Network, keys: Sequence[str], folder: Path, say: Callable[[str], None]) -> Prepared:
    """Everybody's preparation, or why there is none: a peer's error is a reason."""
    found: Prepared = {}
    for key in keys:
        entry = CONTESTANTS[key]
        if key in network.skip:
            found[key] = Missing(key, entry.title, f"not run: {network.skip[key]}")
            continue
        say(f"{network.name}: preparing {entry.title}")
        found[key] = _or_missing(key, partial(entry.prepare, network, folder))
    return found


def race(network: Network, prepared: Prepared, cores: int, effort: Effort) -> list[Result | Missing]:
    """Let them run in turns on so many pinned cores; lines in the order in which they were prepared."""
    lines: list[tuple[str, list[Contestant] | Missing]] = []
    for key, on in prepared.items():
        lines.append((key, on if isinstance(on, Missing) else _or_missing(key, partial(on, cores))))
    entrants = [contestant for _, line in lines if not isinstance(line, Missing) for contestant in line]
    with pinned(cores), captured():
        timed = _timed(network, entrants, cores, effort)
        results: list[Result | Missing] = []
        for key, line in lines:
            if isinstance(line, Missing):
                results.append(line)
                continue
            for one in line:
                batch, times = timed[one.name]
                results.append(Result(key, one.name, batch, times, *_agreement(network, one), one.remark))
    return results


def _timed(
    network: Network, entrants: Sequence[Contestant], cores: int, effort: Effort
) -> dict[str, tuple[int, dict[str, Times]]]:
    """The best batch of every contestant, found beforehand, and its times by quantity."""
    X = network.samples(max(effort.batches))
    measure = partial(interleaved, single=cores == 1, pause=0.0 if cores == 1 else _PAUSE)
    trials: dict[tuple[str, int], Action] = {}
    for one in entrants:
        for batch in sorted({min(batch, one.largest_batch) for batch in effort.batches}):
            trials[one.name, batch] = partial(one.at(batch), X[:batch])
    first = measure(trials, min(effort.rounds, _TRIALS), budget=effort.seconds / 2)
    best = {
        name: min((n for who, n in trials if who == name), key=lambda n: first[name, n].best / n)
        for name in {one.name for one in entrants}
    }
    actions: dict[tuple[str, str], tuple[Action, int]] = {}
    for one in entrants:
        actions[one.name, BULK] = trials[one.name, best[one.name]], best[one.name]
        actions[one.name, BATCH_1] = partial(one.at(1), X[:1]), 1
        for what, loop in one.alone(X[:1]).items() if cores == 1 else ():
            loop.action()
            if not np.array_equal(np.ravel(loop.result()), np.ravel(one.at(1)(X[:1]))):
                raise ValueError(f"{one.name}: its {what} computes something else than the call from Python")
            actions[one.name, f"alone: {what}"] = loop.action, loop.calls
    times = measure(
        {key: action for key, (action, _) in actions.items()}, effort.rounds, budget=effort.seconds
    )
    timed: dict[str, tuple[int, dict[str, Times]]] = {one.name: (best[one.name], {}) for one in entrants}
    for (name, what), found in times.items():
        timed[name][1][what] = found.per(actions[name, what][1])
    return timed


def _agreement(network: Network, contestant: Contestant) -> tuple[float | None, float | None]:
    """Deviation from float64 arithmetic, and how often the largest value is at the same place."""
    batch = min(_COMPARED, contestant.largest_batch)
    samples = min(_COMPARED, max(_COMPARED // 8, 32 * batch))  # fewer of those that take long
    X = network.samples(samples // batch * batch)
    (last,) = network.model.graph.outputs.values()
    expected = network.model.trace(X)[contestant.layer or last].reshape(len(X), -1)
    predict = contestant.at(batch)
    parts = [np.array(predict(X[start : start + batch])) for start in range(0, len(X), batch)]
    found = np.concatenate(parts).reshape(expected.shape)
    size = np.mean(expected**2)
    deviation = float(np.sqrt(np.mean((found - expected) ** 2) / size)) if size else None
    same = float(np.mean(found.argmax(axis=1) == expected.argmax(axis=1))) if network.classes else None
    return deviation, same


def _or_missing(key: str, make: Callable[[], _T]) -> _T | Missing:
    """What is made; a peer's failure is a line of the table, isobit's own is not."""
    title = CONTESTANTS[key].title
    if key == "isobit":
        return make()
    with captured(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return make()
        except MissingPeerError as reason:
            return Missing(key, title, f"{reason.what}: {reason}")
        except Exception as error:
            return Missing(key, title, f"failed: {type(error).__name__}: {error}")
