"""``isobit synth``: an HLS project through a tool that is installed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isobit.cli.console import Output, table
from isobit.cli.options import json_option

if TYPE_CHECKING:
    from isobit.hls import Report


@click.command("synth")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--tool", metavar="NAME", help="vitis or bambu; by default the first that is on the PATH.")
@click.option(
    "--step", "steps", multiple=True, metavar="STEP",
    help="For Vitis HLS, in any number: csim, csynth (the default), cosim, export, vsynth.",
)  # fmt: skip
@json_option
def command(folder: Path, tool: str | None, steps: tuple[str, ...], as_json: bool) -> None:
    """Synthesize the HLS project in FOLDER with Vitis HLS or Bambu, and show what it reports."""
    from isobit.hls import synthesize

    output = Output(as_json)
    with output.following("synthesis") as show:
        report = synthesize(folder, tool, steps or ("csynth",), show)
    output.json(asdict(report))
    output.say(table(["what", report.tool, "of the device"], rows_of(report)))


def rows_of(report: Report) -> list[tuple[str, str, str]]:
    """The table of a report: only what the tool says."""
    rows = []
    if report.clock_period is not None:
        rows.append(("clock period, ns", f"{report.clock_period:g}", ""))
    for name, pair in (("latency, cycles", report.latency), ("interval, cycles", report.interval)):
        if pair is not None:
            low, high = pair
            rows.append((name, f"{low:,}" if low == high else f"{low:,} to {high:,}", ""))
    for kind, number in report.resources.items():
        most = report.available.get(kind, 0)
        rows.append((kind, f"{number:,}", f"{number / most:.1%}" if most else ""))
    return rows
