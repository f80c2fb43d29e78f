"""Question: how the time of `predict` grows with the batch and the threads.

Every number of threads has as many cores of its own; the time per sample is that of one call.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from contestants import isobit_engine
from measuring.clock import interleaved, pinned
from measuring.report import Report, output_option, quick_option
from networks import jet_tagger

BATCHES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)


def measure(batches: Sequence[int] = BATCHES, rounds: int = 15) -> Report:
    """The jet tagger on 1, 2, 4, ... threads up to the cores of this process."""
    network = jet_tagger()
    X = network.samples(max(batches))
    report = Report(
        "scaling",
        "Jet tagger at fixed<16,6>: time against batch and threads",
        {
            "batch": "batch",
            "call": "us/call",
            "microseconds": "us/sample",
            "millions": "M samples/s",
            "speedup": "x one thread",
        },
        section="threads",
    )
    cores = len(os.sched_getaffinity(0))
    single: dict[int, float] = {}
    for n_threads in [2**k for k in range(cores.bit_length()) if 2**k <= cores]:
        entrant = isobit_engine.prepare(network, n_threads=n_threads)
        actions = {batch: partial(entrant.predict, X[:batch]) for batch in batches}
        with pinned(n_threads):
            times = interleaved(actions, rounds)
        for batch in batches:
            best = times[batch].best
            report.add(
                threads=f"{n_threads} thread{'s' if n_threads > 1 else ''}",
                batch=batch,
                call=1e6 * best,
                microseconds=1e6 * best / batch,
                millions=1e-6 * batch / best,
                speedup=single.setdefault(batch, best) / best,
            )
    return report


@click.command(help=__doc__)
@quick_option
@output_option
def main(quick: bool, output: Path) -> None:
    """Measure, show, write."""
    report = measure(BATCHES[:4], rounds=3) if quick else measure()
    report.publish(output)


if __name__ == "__main__":
    main()
