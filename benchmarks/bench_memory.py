"""Question: does `predict` need memory beyond its output, and does that grow with the batch.

The growth of the resident memory at its peak during one call, measured in a new process for every line. The
system counts in pages of some kB; threads bring their stacks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from contestants.isobit_engine import quantize
from measuring.memory import UnavailableError, peak_growth
from measuring.report import Goal, Report, output_option, quick_option
from networks import jet_tagger

SAMPLES = (1_000, 10_000, 100_000, 1_000_000)
WORKING_SET = 2.0
"""MB that one thread may use whatever the batch; the tagger's activations of a block are far below."""

KINDS = {
    "float32": lambda X: X,
    "float64": lambda X: X.astype(np.float64),
    "integers": lambda X: X.astype(np.int32),
    "Fortran order": np.asfortranarray,
    "every other sample of an array": lambda X: np.repeat(X, 2, axis=0)[::2],
}


def measure_here(kind: str, samples: int, n_threads: int) -> dict[str, Any]:
    """One line, in this process."""
    network = jet_tagger()
    model = quantize(network, "fixed<16,6>")
    X = KINDS[kind](network.samples(samples))
    output = model.predict(X[:256], n_threads=n_threads)  # what is allocated once
    output_bytes = output.nbytes // len(output) * samples
    beyond = peak_growth(lambda: model.predict(X, n_threads=n_threads)) - output_bytes
    return {"input": X.nbytes / 1e6, "output": output_bytes / 1e6, "beyond": beyond / 1e6}


def measure_apart(kind: str, samples: int, n_threads: int) -> dict[str, Any]:
    """One line, in a new process.

    Raises
    ------
    UnavailableError
        Where the system does not tell.
    """
    case = json.dumps([kind, samples, n_threads])
    command = [sys.executable, __file__, "--case", case]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the measured process failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    if "unavailable" in found:
        raise UnavailableError(found["unavailable"])
    return found


def measure(samples: Sequence[int] = SAMPLES, kinds: Sequence[str] = tuple(KINDS)) -> Report:
    """Growth against batch, threads and kind of input."""
    report = Report(
        "memory",
        "Memory of one predict of the jet tagger at fixed<16,6> (MB at the peak)",
        {
            "threads": "threads",
            "samples": "samples",
            "input": "input",
            "output": "output",
            "beyond": "beyond both",
        },
        section="kind",
    )
    cores = len(os.sched_getaffinity(0))
    try:
        for kind in kinds:
            for n_threads in sorted({1, cores}) if kind == kinds[0] else (1,):
                for n in samples:
                    found = measure_apart(kind, n, n_threads)
                    report.add(kind=kind, threads=n_threads, samples=n, **found)
    except UnavailableError as reason:
        report.notes.append(f"not measured: {reason}")
        return report
    for kind in kinds:
        worst = max(row["beyond"] / row["threads"] for row in report.rows if row["kind"] == kind)
        what = f"{kind}: beyond input and output, per thread, at worst"
        report.goals.append(Goal(what, worst, WORKING_SET, False, "MB"))
    return report


@click.command(help=__doc__)
@click.option("--case", hidden=True, help="[kind, samples, threads]: measure this alone, print JSON.")
@quick_option
@output_option
def main(case: str | None, quick: bool, output: Path) -> None:
    """Measure, show, write."""
    if case is not None:
        try:
            click.echo(json.dumps(measure_here(*json.loads(case))))
        except UnavailableError as reason:
            click.echo(json.dumps({"unavailable": str(reason)}))
        return
    report = measure(SAMPLES[:2], tuple(KINDS)[:1]) if quick else measure()
    report.publish(output)


if __name__ == "__main__":
    main()
