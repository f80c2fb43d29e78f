"""The table of isobit and its peers: ``isobit bench --peers``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from isobit.backends.engine import threads
from isobit.benchmarking.clock import Times
from isobit.benchmarking.contestants import CONTESTANTS
from isobit.benchmarking.goals import evaluate
from isobit.benchmarking.networks import Network
from isobit.benchmarking.race import BATCH_1, BULK, Effort, Missing, Result, prepare, race
from isobit.benchmarking.report import Report

Say = Callable[[str], None]

_COLUMNS = {
    "contestant": "contestant",
    "microseconds": "bulk [us]",
    "batch": "batch",
    "ratio": "x isobit",
    "first": "batch 1, Python",
    "alone": "batch 1, alone",
    "agreement": "class [%]",
    "deviation": "rms [%]",
}
_NOTES = (
    "bulk: a user's call from Python, float32 array to new array, per sample, at the best batch up to 4,096.",
    "x isobit: its time over that of isobit's first line. batch 1, Python: the same with one sample, in us.",
    "batch 1, alone: without the Python around it: isobit's engine and plugin and hls4ml's function in a C++",
    "loop; TFLite's invoke, its input already set, as its Python package calls it (the JSON has both ways).",
    "class: how often the class is that of float64 arithmetic. rms: of the differences from it, over the rms",
    "of the values.",
    "8 bits, 6 bits: formats of that width from calibration, inputs clipped at 4 and at 2.",
)


def compare(
    networks: Mapping[str, Callable[[Path], Network]],
    keys: Sequence[str] = tuple(CONTESTANTS),
    effort: Effort | None = None,
    say: Say = lambda text: None,
) -> Report:
    """Measure contestants on networks, on one pinned core and on all cores.

    Parameters
    ----------
    networks : mapping of str to callable
        As :data:`isobit.benchmarking.networks.NETWORKS`.
    keys : sequence of str
        Of :data:`isobit.benchmarking.contestants.CONTESTANTS`.
    effort : Effort, optional
    say : callable
        Is told what is going on.

    Returns
    -------
    Report
        A row for every contestant, number of cores and network, also for those that are missing; the goals
        of the networks that have any.
    """
    effort = effort or Effort()
    report = Report("peers", "isobit and its peers", _COLUMNS, section="section", notes=list(_NOTES))
    on_one_core: dict[str, list[Result | Missing]] = {}
    with tempfile.TemporaryDirectory(prefix="isobit-bench-") as folder:
        for key, make in networks.items():
            network = make(Path(folder))
            prepared = prepare(network, keys, Path(folder), say)
            for cores in sorted({1, threads(None)}):
                say(f"{network.name}: {_cores(cores)}")
                results = race(network, prepared, cores, effort)
                _add_rows(report, network, cores, results)
                on_one_core.setdefault(key, results)
    report.goals = evaluate(on_one_core)
    return report


def _add_rows(report: Report, network: Network, cores: int, results: Sequence[Result | Missing]) -> None:
    measured = [one for one in results if isinstance(one, Result)]
    for one in results:
        details: dict[str, Any] = {"network": network.name, "cores": cores, "key": one.key, "name": one.name}
        cells: dict[str, Any] = {"section": f"{network.name}, {_cores(cores)}", "contestant": one.name}
        if isinstance(one, Missing):
            cells["contestant"] = f"{one.name}: {one.reason}"
            details["missing"] = one.reason
        else:
            ratio = one.times[BULK].over(measured[0].times[BULK])
            cells.update(_numbers(one), ratio=ratio.best)
            details["quartiles"] = [ratio.low, ratio.high]
            details["quantities"] = {what: _summary(times) for what, times in one.times.items()}
            details["remark"] = one.remark
        report.add(**cells, details=details)


def _numbers(one: Result) -> dict[str, Any]:
    alone = [times.best for what, times in one.times.items() if what not in (BULK, BATCH_1)]
    return {
        "microseconds": 1e6 * one.times[BULK].best,
        "batch": one.batch,
        "first": 1e6 * one.times[BATCH_1].best,
        "alone": 1e6 * min(alone) if alone else None,
        "agreement": None if one.agreement is None else 100 * one.agreement,
        "deviation": None if one.deviation is None else 100 * one.deviation,
    }


def _summary(times: Times) -> dict[str, float | int]:
    """Microseconds a sample."""
    return {
        "best": 1e6 * times.best,
        "median": 1e6 * sorted(times.seconds)[len(times.seconds) // 2],
        "rounds": len(times.seconds),
    }


def _cores(cores: int) -> str:
    return "one pinned core" if cores == 1 else f"{cores} cores"
