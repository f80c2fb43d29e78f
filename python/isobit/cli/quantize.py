"""``isobit quantize``: choose formats and write an .isobit file."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.cli.console import Output, plain
from isobit.cli.info import describe
from isobit.cli.options import ModelArguments, json_option, quantized_argument
from isobit.errors import SaveError


@click.command("quantize")
@quantized_argument
@click.option(
    "-o", "--output", "target", metavar="OUT.isobit", required=True, type=click.Path(path_type=Path),
    help="The file to write; an existing one is replaced when the new one is complete.",
)  # fmt: skip
@json_option
def command(model: ModelArguments, target: Path, as_json: bool) -> None:
    """Choose the number formats of MODEL and write them, with its integers, tables and proof, to OUT.isobit.

    Give --format, or --config (a JSON object as for Model.quantize, or in the style of hls4ml), or
    --calibrate with --width; --calibrate sizes what a --config leaves open.
    """
    output = Output(as_json)
    if target.suffix != ".isobit":
        raise SaveError(f"cannot write {str(target)!r}: the name must end in .isobit")
    quantized = model.quantized(output)
    quantized.save(target)
    output.json({"output": str(target), "bytes": target.stat().st_size, "formats": quantized.config()})
    describe(output, quantized)
    output.say(plain(f"written to {target} ({target.stat().st_size / 1024:.0f} kB)"))
