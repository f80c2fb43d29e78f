"""Question: does `predict` need memory beyond its output, and does that grow with the batch.

The growth of the resident memory at its peak during one call, measured in a new process for every line. The
system counts in pages of some kB; threads bring their stacks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np

from isobit.benchmarking.memory import UnavailableError, peak_growth
from isobit.benchmarking.networks import BITS_16, Network, mlp, packaged_tagger
from isobit.benchmarking.options import output_option, quick_option
from isobit.benchmarking.report import Goal, Report

SAMPLES = (1_000, 10_000, 100_000, 1_000_000)
FLAT = 0.5
"""MB between the last two batches that still count as no growth: pages, and what threads leave in caches."""

KINDS = {
    "float32": lambda X: X,
    "float64": lambda X: X.astype(np.float64),
    "integers": lambda X: X.astype(np.int32),
    "Fortran order": np.asfortranarray,
    "every other row": lambda X: np.repeat(X, 2, axis=0)[::2],
}


NETWORKS: dict[str, Callable[[Path], Network]] = {
    "jet tagger": lambda folder: packaged_tagger(),
    "MLP 256-32-4": lambda folder: mlp(folder, (256, 32, 4)),
}
CASES = [("jet tagger", kind) for kind in KINDS] + [("MLP 256-32-4", "float32")]


def measure_here(network_name: str, kind: str, samples: int, n_threads: int) -> float:
    """MB beyond the output, in this process."""
    with tempfile.TemporaryDirectory(prefix="isobit-bench-") as folder:
        network = NETWORKS[network_name](Path(folder))
        model = network.quantized(BITS_16)
    X = KINDS[kind](network.samples(samples))
    output = model.predict(X[:256], n_threads=n_threads)  # what is allocated once
    output_bytes = output.nbytes // len(output) * samples
    return (peak_growth(lambda: model.predict(X, n_threads=n_threads)) - output_bytes) / 1e6


def measure_apart(network_name: str, kind: str, samples: int, n_threads: int) -> float:
    """The same in a new process.

    Raises
    ------
    UnavailableError
        Where the system does not tell.
    """
    case = json.dumps([network_name, kind, samples, n_threads])
    command = [sys.executable, __file__, "--case", case]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the measured process failed:\n{done.stderr}")
    found: float | str = json.loads(done.stdout)
    if isinstance(found, str):
        raise UnavailableError(found)
    return found


def measure(samples: Sequence[int] = SAMPLES, cases: Sequence[tuple[str, str]] = CASES) -> Report:
    """Growth against batch, kind of input and, in the first case, threads."""
    by_batch = {f"beyond_{n}": f"{n:,} samples" for n in samples}
    report = Report(
        "memory",
        "Memory of one predict at fixed<16,6> beyond its output: growth at the peak, in MB",
        {"case": "network, input", "threads": "threads", **by_batch},
    )
    cores = len(os.sched_getaffinity(0))
    runs = [(case, 1) for case in cases] + ([(cases[0], cores)] if cores > 1 else [])
    try:
        for (network_name, kind), n_threads in runs:
            beyond = [measure_apart(network_name, kind, n, n_threads) for n in samples]
            name = f"{network_name}, {kind}"
            report.add(case=name, threads=n_threads, **dict(zip(by_batch, beyond, strict=True)))
            what = f"{name}, threads: {n_threads}: growth from {samples[-2]:,} to {samples[-1]:,} samples"
            report.goals.append(Goal(what, beyond[-1] - beyond[-2], FLAT, False, "MB"))
    except UnavailableError as reason:
        report.notes.append(f"not measured: {reason}")
    return report


@click.command(help=__doc__)
@click.option("--case", hidden=True, help="[network, kind, samples, threads] as JSON: measure only this.")
@quick_option
@output_option
def main(case: str | None, quick: bool, output: Path) -> None:
    """Measure, show, write."""
    if case is not None:
        try:
            click.echo(json.dumps(measure_here(*json.loads(case))))
        except UnavailableError as reason:
            click.echo(json.dumps(str(reason)))
        return
    report = measure(SAMPLES[:2], CASES[:1]) if quick else measure()
    report.publish(output)


if __name__ == "__main__":
    main()
