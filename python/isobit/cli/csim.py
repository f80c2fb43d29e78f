"""``isobit csim``: the C simulation of an HLS project, against the engine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from isobit.cli.console import Output, plain, table
from isobit.cli.options import json_option


@click.command("csim")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--samples", type=click.IntRange(min=1), default=10_000, show_default=True,
    help="Random samples; the first ones are zeros and the ends of the formats.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the samples.")
@json_option
def command(folder: Path, samples: int, seed: int, as_json: bool) -> None:
    """Compile the HLS project in FOLDER for C simulation, and compare it with the engine, bit for bit.

    Needs a C++ compiler (the environment variable CXX, or c++, g++ or clang++ on the PATH), and the headers
    of the port types: those of an installed hls4ml wheel, or ISOBIT_AP_INCLUDE, ISOBIT_AC_INCLUDE. Nothing is
    written into FOLDER.
    """
    from isobit.hls import simulate

    output = Output(as_json)
    with output.waiting("compiling and running the C simulation"):
        report = simulate(folder, samples, seed)
    output.json(asdict(report))
    rows = [(compared.name, f"{compared.values:,}", "0") for compared in report.outputs]
    output.say(table(["output", "integers compared", "different bits"], rows))
    output.say(
        plain(
            f"{report.samples:,} samples; compiled in {report.compile_seconds:.1f} s, ran in "
            f"{report.run_seconds:.2f} s"
        )
    )
