"""``isobit demo``: a jet tagger from float to 16 and 8 bits, with nothing but what is in the package."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from isobit.cli.console import Output, plain, table
from isobit.cli.demo_checks import compare_files, compare_onnxruntime, group_paths
from isobit.cli.options import json_option
from isobit.cli.throughput import Rate, instruction_sets, measure_rate

if TYPE_CHECKING:
    from isobit.demo.jets import Jets
    from isobit.profile import Profile
    from isobit.quantized import QuantizedModel
    from isobit.verify import Report

_WIDTHS = (16, 8)
_BATCH = 16384
_SECONDS = 0.5
_NO_PAGE = "skipped: Matplotlib is not installed (pip install 'isobit[plot]')"

Models = dict[str, "QuantizedModel"]


@click.command("demo")
@click.option(
    "-o", "--output", "folder", metavar="DIR", default="isobit-demo", show_default=True,
    type=click.Path(path_type=Path), help="Folder for the profile page.",
)  # fmt: skip
@click.option(
    "--jets", "limit", type=click.IntRange(min=100), help="Measure with so many jets instead of all."
)
@json_option
def command(folder: Path, limit: int | None, as_json: bool) -> None:
    """Take a jet tagger, trained on simulated collisions, from float to 16 and 8 bits.

    Loads the network, chooses formats, measures accuracy and areas under the ROC curves, compares every
    execution path bit for bit, measures the speed and writes a profile page. Everything comes from the
    package.
    """
    from isobit.demo.formats import REASON, quantize_tagger
    from isobit.demo.jets import CALIBRATION, load_jets, load_tagger
    from isobit.profile.folder import check_folder

    start, output = time.perf_counter(), Output(as_json)
    check_folder(folder)
    jets, tagger = load_jets(limit), load_tagger(".onnx")
    keras = compare_files(tagger, load_tagger(".keras"), jets.X)
    runtime = compare_onnxruntime(tagger, jets.X)
    dense = [node.shape for node in tagger.layers if node.op == "dense"]
    sizes = " → ".join(str(int(np.prod(shape))) for shape in (*tagger.inputs.values(), *dense))
    output.say(plain(f"\nJet tagger {sizes} from jet_tagger.onnx; {len(jets.X):,} simulated jets"))
    output.say(plain(REASON.format(calibration=CALIBRATION) + "\n"))
    models = {f"{width} bits": quantize_tagger(tagger, jets, width) for width in _WIDTHS}

    profile = _measure(output, models, jets)
    _say_scores(output, profile)
    reports = {}
    for label, model in models.items():
        with output.waiting(f"verifying {label} on every execution path"):
            reports[label] = model.verify(jets.X)
    _say_checks(output, reports, keras, runtime)
    with output.waiting("timing"):
        rates = _rates(models, jets)
    _say_rates(output, rates)
    page = _write(output, profile, folder)
    seconds = time.perf_counter() - start
    output.say(plain(f"Profile page: {page}\nTook {seconds:.0f} s"))
    output.json(
        {
            **{key: value for key, value in profile.as_dict().items() if key != "quantized"},
            "quantized": {
                model.label: model.classification.as_dict(profile.classes)
                for model in profile.models
                if model.classification is not None
            },
            "verification": {label: report.as_dict() for label, report in reports.items()},
            "float_differences": {"keras_file": keras, "onnxruntime": runtime},
            "jets_per_second": {label: [rate.as_dict() for rate in found] for label, found in rates.items()},
            "page": page,
            "seconds": seconds,
        }
    )


def _measure(output: Output, models: Models, jets: Jets) -> Profile:
    from isobit.profile import measure

    notes = {"data": "jets simulated with Pythia 8", "inputs": "GeV, counts and correlations"}
    with output.progress("measuring") as advance:
        return measure(models, jets.X, jets.y, classes=jets.classes, notes=notes, progress=advance)


def _say_scores(output: Output, profile: Profile) -> None:
    rows = []
    for label, found in (
        ("float", profile.reference),
        *((m.label, m.classification) for m in profile.models),
    ):
        if found is not None:
            areas = (f"{curve.area:.4f}" for curve in found.curves)
            rows.append((label, f"{found.accuracy:.2%}", f"{found.agreement:.2%}", *areas))
    head = ("", "accuracy", "same class as float", *(f"AUC {name}" for name in profile.classes))
    error = np.sqrt(0.25 / profile.samples)
    title = f"How well it tells jets apart (statistical uncertainty of an accuracy up to {error:.2%})"
    output.heading(title)
    output.say(table(head, rows), "")


def _say_checks(output: Output, reports: dict[str, Report], keras: float, runtime: float | str) -> None:
    rows = []
    groups = {label: group_paths(report) for label, report in reports.items()}
    for name in dict.fromkeys(name for found in groups.values() for name in found):
        paths = max(found[name][0] for found in groups.values() if name in found)
        numbers = (f"{found[name][1]:,}" if name in found else "skipped" for found in groups.values())
        rows.append((name, str(paths), *numbers))
    output.heading("Every layer of every jet against the scalar path in 128-bit integers")
    output.say(table(("path", "paths", *(f"equal, {label}" for label in reports)), rows))
    for label, report in reports.items():
        for path, reason in report.skipped.items():
            output.say(plain(f"{label}: {path}: skipped, {reason}"))
    compared = sum(sum(report.paths.values()) for report in reports.values())
    mismatches = sum(report.mismatches for report in reports.values())
    ending = f"largest difference {runtime:.1e}" if isinstance(runtime, float) else runtime
    output.say(plain(f"\n{compared:,} integers compared: {mismatches} mismatches"))
    output.say(
        plain(
            f"Float model, jet_tagger.keras against jet_tagger.onnx: largest difference {keras:.1e}\n"
            f"Float model, ONNX Runtime: {ending}\n"
        )
    )


def _rates(models: Models, jets: Jets) -> dict[str, list[Rate]]:
    from isobit.backends.engine import threads

    counts = sorted({1, threads(None)})
    found: dict[str, list[Rate]] = {}
    for label, model in models.items():
        X: dict[str, Any] = {next(iter(model.inputs)): jets.X}
        found[label] = [measure_rate(model, X, _BATCH, count, _SECONDS) for count in counts]
    return found


def _say_rates(output: Output, rates: dict[str, list[Rate]]) -> None:
    counts = [rate.threads for rate in next(iter(rates.values()))]
    head = ("jets per second", *(f"{count} thread{'s' * (count > 1)}" for count in counts))
    rows = [(label, *(f"{rate.rate:,.0f}" for rate in found)) for label, found in rates.items()]
    title = f"How fast: features in, probabilities out, batches of {_BATCH:,}, {instruction_sets()[0]}"
    output.heading(title)
    output.say(table(head, rows), "")


def _write(output: Output, profile: Profile, folder: Path) -> str:
    from isobit.profile import write_profile

    if find_spec("matplotlib") is None:
        return _NO_PAGE
    with output.waiting("drawing the profile page"):
        return str(write_profile(profile, folder))
