"""Question: how many jets per second, against hls4ml's emulation and ONNX Runtime's float32.

One thread on one pinned core; each call is the one that a user makes from Python, NumPy array to NumPy array.
Times are processor time, which on one thread is the time that a user waits on a machine of his own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np

import isobit
from contestants import Contestant, MissingPeerError, hls4ml_emulation, isobit_engine, onnx_runtime
from measuring.clock import Times, interleaved, pinned
from measuring.report import Goal, Report, output_option, quick_option
from networks import Network, jet_tagger, mlp

BATCH, BULK = 1024, 16384
HLS4ML_FACTOR, ONNX_RUNTIME_FACTOR = 300, 0.5
PHYSICAL = {"fixed<16,6>, input fixed<24,11>": {"default": "fixed<16,6>", "input": "fixed<24,11>"}}
"""What physical inputs of such different sizes need (examples/jet_tagging), by its label."""

Entries = dict[tuple[str, int], Times]


def contestants(network: Network, folder: Path, hls4ml: bool) -> tuple[list[Contestant], list[str]]:
    """Everybody who can compute the network, isobit first, and the reasons of those who cannot."""
    found = [isobit_engine.prepare(network)]
    missing: list[str] = []
    makers: list[Callable[[], Contestant | list[Contestant]]] = [partial(onnx_runtime.prepare, network)]
    if hls4ml:
        makers += [partial(hls4ml_emulation.prepare, network, folder, b) for b in hls4ml_emulation.BACKENDS]
    for make in makers:
        try:
            made = make()
        except MissingPeerError as reason:
            missing.append(str(reason))
            continue
        found += made if isinstance(made, list) else [made]
    return found, missing


def race(network: Network, entrants: Sequence[Contestant], bulk: int, rounds: int) -> Entries:
    """Times by contestant and batch."""
    X = network.samples(max(bulk, BATCH))
    actions = {}
    for entrant in entrants:
        for batch in sorted({min(size, entrant.max_batch) for size in (BATCH, bulk)}):
            actions[entrant.name, batch] = partial(entrant.predict, X[:batch])
    return interleaved(actions, rounds, single=True)


def agreement(network: Network, entrants: Sequence[Contestant], n: int = 256) -> dict[str, float]:
    """How often each contestant chooses the class that float64 arithmetic chooses, in percent."""
    X = network.samples(n)
    expected = isobit.load(network.path).predict(X).argmax(axis=1)
    return {
        entrant.name: 100 * float(np.mean(np.reshape(entrant.predict(X), (n, -1)).argmax(axis=1) == expected))
        for entrant in entrants
    }


def measure(bulk: int = BULK, rounds: int = 100, hls4ml: bool = True) -> Report:
    """Race on both taggers."""
    report = Report(
        "throughput",
        "Throughput, one thread on one pinned core; x isobit: time per sample over the first line's",
        {
            "contestant": "contestant",
            "batch": "batch",
            "microseconds": "us/sample",
            "millions": "M samples/s",
            "ratio": "x isobit",
            "spread": "quartiles",
            "agreement": "class as in float [%]",
        },
        section="network",
    )
    report.notes = _notes()
    with tempfile.TemporaryDirectory(prefix="isobit-bench-") as name, pinned(1):
        folder = Path(name)
        for network, further in ((mlp(folder), {}), (jet_tagger(), PHYSICAL)):
            entrants, missing = contestants(network, folder, hls4ml)
            entrants += [isobit_engine.prepare(network, config, label) for label, config in further.items()]
            entries = race(network, entrants, bulk, rounds)
            _add_rows(report, network, entries, agreement(network, entrants))
            for reason in missing:
                report.add(network=network.name, contestant=f"missing: {reason}")
    return report


def _add_rows(report: Report, network: Network, entries: Entries, agreed: dict[str, float]) -> None:
    reference, first_batch = next(iter(entries))
    base = entries[reference, first_batch]
    for (name, batch), times in entries.items():
        scaled = Times(tuple(t / batch * first_batch for t in times.seconds))
        ratio = scaled.over(base)
        report.add(
            network=network.name,
            contestant=name,
            batch=batch,
            microseconds=1e6 * times.best / batch,
            millions=1e-6 * batch / times.best,
            ratio=ratio.best,
            spread=f"{ratio.low:.3g} to {ratio.high:.3g}",
            agreement=agreed[name],
        )
        if name.startswith("hls4ml Vitis") and name.endswith("predict"):
            what = f"hls4ml's predict over isobit's, {network.name}"
            report.goals.append(Goal(what, ratio.best, HLS4ML_FACTOR, True, "x"))
        if name.startswith("ONNX Runtime") and batch == BATCH:
            what = f"isobit's throughput over ONNX Runtime's at batch {BATCH}, {network.name}"
            report.goals.append(Goal(what, ratio.best, ONNX_RUNTIME_FACTOR, True, "x"))


def _notes() -> list[str]:
    types = " and ".join(f"{name} with {kind}" for name, kind in hls4ml_emulation.BACKENDS.items())
    return [
        f"hls4ml emulates fixed<16,6>: {types}. Its C function is called per sample, without its predict.",
        "The packaged tagger's features reach 600 GeV, which fixed<16,6> wraps. Only the time counts there;",
        "what the network needs is the input format of its last lines.",
    ]


@click.command(help=__doc__)
@quick_option
@output_option
def main(quick: bool, output: Path) -> None:
    """Measure, show, write."""
    report = measure(bulk=2048, rounds=3, hls4ml=False) if quick else measure()
    report.publish(output)


if __name__ == "__main__":
    main()
