"""``isobit verify``: every execution path against the reference."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.cli.arrays import read_data
from isobit.cli.console import Output, plain, table
from isobit.cli.options import ModelArguments, json_option, quantized_argument


@click.command("verify")
@quantized_argument
@click.argument("data", metavar="[X]", required=False, type=click.Path(path_type=Path))
@click.option("--samples", type=click.IntRange(min=1), default=256, show_default=True, help="Without X.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Without X.")
@json_option
def command(model: ModelArguments, data: Path | None, samples: int, seed: int, as_json: bool) -> None:
    """Compare every execution path of MODEL on X, or on random samples, layer by layer and bit for bit.

    The reference is the scalar path in 128-bit integers. Exit code 1 at the first difference.
    """
    output = Output(as_json)
    quantized = model.quantized(output)
    X = None if data is None else read_data(data, list(quantized.inputs))
    with output.waiting("comparing"):
        report = quantized.verify(X, samples=samples, seed=seed)
    output.json(report.as_dict())
    rows = [(path, f"{count:,}", "equal") for path, count in report.paths.items()]
    rows += [(path, "", f"skipped: {reason}") for path, reason in report.skipped.items()]
    output.say(table(("path", "integers", ""), rows, left=(0, 2)))
    output.say(
        plain(f"{report.samples:,} samples, {len(report.paths)} paths, {report.mismatches} mismatches")
    )
