"""Simulates jets of five classes and writes their features, to train and to test the tagger on.

    python simulate.py --per-class 40000 --seed 1 --output jets_train.npz
    python simulate.py --per-class 6000 --seed 2 --output jets_test.npz

Needs the extra `physics` (pythia8mc, fastjet, awkward, vector, numba). The same seed gives the same jets,
whatever `--jobs` is; different seeds share no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np
from collisions import CLASSES, collisions
from detector import detect
from features import FEATURES, features
from jets import find_jets
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

_JETS_PER_TASK = 2500
_SEEDS_PER_CLASS, _SEEDS_PER_RUN = 1_000, 10_000  # a task's Pythia seed: run, class and number of the task
_MAX_SEED = 80_000  # keeps every task's seed below Pythia's limit of 900,000,000


@dataclass(frozen=True)
class Task:
    """Jets of one class that are made in one go, from one seed."""

    jet_class: str
    jets: int
    seed: int


def tasks(per_class: int, seed: int) -> list[Task]:
    """Split a run into tasks, in an order that depends on nothing else."""
    made = []
    for label, jet_class in enumerate(CLASSES):
        for number, done in enumerate(range(0, per_class, _JETS_PER_TASK)):
            task_seed = seed * _SEEDS_PER_RUN + label * _SEEDS_PER_CLASS + number + 1
            made.append(Task(jet_class, min(_JETS_PER_TASK, per_class - done), task_seed))
    return made


def simulate(task: Task) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make the features (jets, 16) and kinematics (jets, 4: pT, eta, phi, mass in GeV) of one task."""
    rng = np.random.default_rng(task.seed)
    rows, kinematics, made = [], [], 0
    for batch in collisions(task.jet_class, task.seed, rng):
        jets = find_jets(batch, detect(batch.particles, rng))
        if len(jets.kinematics):
            rows.append(features(jets.constituents))
            kinematics.append(jets.kinematics)
            made += len(jets.kinematics)
        if made >= task.jets:
            break
    cut = slice(task.jets)
    return np.concatenate(rows)[cut].astype(np.float32), np.concatenate(kinematics)[cut].astype(np.float32)


def write(
    path: Path, run: Iterable[Task], seed: int, made: Iterable[tuple[NDArray[np.float32], ...]]
) -> None:
    """Shuffle the jets and write X, y, jet, classes and features; an old file survives a failure."""
    found, kinematics = (np.concatenate(column) for column in zip(*made, strict=True))
    label = np.concatenate([np.full(task.jets, CLASSES.index(task.jet_class), np.int8) for task in run])
    order = np.random.default_rng(seed).permutation(len(label))
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        np.savez_compressed(
            file,
            X=found[order],
            y=label[order],
            jet=kinematics[order],
            classes=np.array(CLASSES),
            features=np.array(FEATURES),
            seed=np.array(seed),
        )
    temporary.replace(path)


def _with_progress(run: list[Task], jobs: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Run the tasks and yield their jets in the order of the tasks."""
    columns = (
        "[progress.description]{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # A fresh process per task: nothing that a task leaves behind in the generator can reach the next one.
    with get_context("spawn").Pool(jobs, maxtasksperchild=1) as pool, Progress(*columns) as progress:
        bar = progress.add_task("jets", total=sum(task.jets for task in run))
        for task, made in zip(run, pool.imap(simulate, run), strict=True):
            progress.advance(bar, task.jets)
            yield made


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--per-class", type=click.IntRange(1, _SEEDS_PER_CLASS * _JETS_PER_TASK), default=1000, show_default=True
)
@click.option("--seed", type=click.IntRange(1, _MAX_SEED), default=1, show_default=True)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that work side by side."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("jets.npz"), show_default=True
)
def main(per_class: int, seed: int, jobs: int, output: Path) -> None:
    run = tasks(per_class, seed)
    write(output, run, seed, _with_progress(run, jobs))
    click.echo(f"{output}: {per_class} jets of each class {', '.join(CLASSES)}")


if __name__ == "__main__":
    main()
