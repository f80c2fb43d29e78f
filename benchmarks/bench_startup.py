"""Question: how long a user waits for the first prediction of a fresh Python process.

Every round starts new interpreters, pinned to one core, with an empty PATH: no compiler can be found. Files
are in the page cache and modules compiled to bytecode, as from the second start on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from isobit.benchmarking.clock import pinned
from isobit.benchmarking.options import output_option, quick_option
from isobit.benchmarking.report import Goal, Report

IMPORT_LIMIT, FIRST_LIMIT = 0.3, 0.1
_PROCESS = "the whole process: interpreter, all of this, exit"

_CLOCK = """
from time import perf_counter
marks = [("", perf_counter())]
def mark(step):
    marks.append((step, perf_counter()))
"""
_MODEL = """
import isobit
mark("import isobit")
from pathlib import Path
path = Path(isobit.__file__).with_name("data") / "jet_tagger.onnx"
"""
_SILENT = """
import warnings
warnings.simplefilter("ignore", isobit.QuantizationWarning)
"""
_SAY = """
import json, shutil
if shutil.which("g++") or shutil.which("c++") or shutil.which("cc"):
    raise SystemExit("a compiler is on the PATH")
print(json.dumps([[step, now - before] for (_, before), (step, now) in zip(marks, marks[1:])]))
"""

WHOLE = f"""{_CLOCK}{_MODEL}{_SILENT}
model = isobit.load(path).quantize("fixed<16,6>")
probabilities = model.predict([[1.0] * 16])
mark("load, quantize, first prediction")
{_SAY}"""

STEPS = f"""{_CLOCK}{_MODEL}{_SILENT}
import numpy
mark("  import numpy")
import isobit.frontends.onnx, isobit.passes, isobit.quantized, isobit.quantization, isobit._core
mark("  import isobit's modules")
model = isobit.load(path)
mark("  read and check the file")
model = model.quantize("fixed<16,6>")
mark("  quantize: constants, tables, proof")
probabilities = model.predict([[1.0] * 16])
mark("  first prediction")
{_SAY}"""

EMPTY = f"{_CLOCK}import numpy\nmark('import numpy alone')\n{_SAY}"


def run(script: str) -> dict[str, float]:
    """Seconds of every step of a script in a fresh process without a PATH, and of all of it."""
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={"PATH": ""},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        finished = perf_counter()
    if done.returncode != 0:
        raise RuntimeError(f"the measured process failed:\n{done.stderr}")
    steps: list[tuple[str, float]] = json.loads(done.stdout)
    return {**dict(steps), _PROCESS: finished - started}


def measure(rounds: int) -> Report:
    """Smallest and median time of every step, over interleaved rounds."""
    scripts = {"whole": WHOLE, "steps": STEPS, "numpy": EMPTY}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in scripts}
    with pinned(1):
        for _ in range(rounds):
            for name, script in scripts.items():
                found[name].append(run(script))
    report = Report(
        "startup",
        "Start-up of a fresh process, packaged jet tagger at fixed<16,6>, empty PATH",
        {"step": "step", "best": "best [ms]", "median": "median [ms]"},
    )
    for name in ("whole", "steps", "numpy"):
        for step in found[name][0]:
            if step not in ("import isobit", _PROCESS) or name == "whole":
                report.add(step=step, **_summary([times[step] for times in found[name]]))
    best = {row["step"]: row["best"] / 1e3 for row in report.rows}
    totals = [sum(seconds for step, seconds in times.items() if step != _PROCESS) for times in found["whole"]]
    report.goals = [
        Goal("import isobit (best)", best["import isobit"], IMPORT_LIMIT, False, "s"),
        Goal("all until the first prediction (best)", min(totals), FIRST_LIMIT, False, "s"),
    ]
    report.notes = [
        "Indented steps were measured in processes of their own, which do them one after the other."
    ]
    return report


def _summary(seconds: list[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    return {"best": 1e3 * ordered[0], "median": 1e3 * ordered[len(ordered) // 2]}


@click.command(help=__doc__)
@quick_option
@output_option
def main(quick: bool, output: Path) -> None:
    """Measure, show, write."""
    measure(rounds=2 if quick else 20).publish(output)


if __name__ == "__main__":
    main()
