"""``isobit export``: a network for another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isobit.cli.console import Output, plain
from isobit.cli.options import ModelArguments, json_option, quantized_argument


@click.group("export")
def command() -> None:
    """Write a model for another tool."""


def _parse_by_layer(values: tuple[str, ...], what: str, parse: Any) -> Any:
    """VALUE for all layers, LAYER=VALUE for one; None if nothing is given."""
    chosen: dict[str, Any] = {}
    for text in values:
        layer, separator, value = text.rpartition("=")
        try:
            parsed = parse(value)
        except ValueError:
            raise click.BadParameter(f"{text!r} is not VALUE or LAYER=VALUE", param_hint=what) from None
        if not separator:
            if len(values) > 1:
                raise click.BadParameter(
                    "give one VALUE for all layers, or LAYER=VALUE for each that differs", param_hint=what
                )
            return parsed
        chosen[layer] = parsed
    return chosen or None


@command.command("hls")
@quantized_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--layer", metavar="NAME", help="Only this layer, as a design of its own.")
@click.option("--top", metavar="NAME", help="Name of the top function; by default that of the model.")
@click.option("--io-type", help="io_parallel (the default).")
@click.option(
    "--strategy",
    multiple=True,
    metavar="[LAYER=]STRATEGY",
    help="latency or resource; for all layers or for one.",
)
@click.option(
    "--reuse-factor",
    multiple=True,
    metavar="[LAYER=]N",
    help="Products that share a multiplier; for all layers or for one.",
)
@click.option("--ports", help="ap (ap_fixed, the default), ac (ac_int) or int (integers of C++).")
@click.option("--interface", help="arrays (the default), handshake or axi_stream.")
@click.option("--part", help="The device.")
@click.option("--clock-period", type=float, metavar="NS", help="In nanoseconds.")
@json_option
def hls(
    model: ModelArguments,
    folder: Path,
    layer: str | None,
    strategy: tuple[str, ...],
    reuse_factor: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Write MODEL as a project for high-level synthesis into FOLDER, which is new or empty.

    Its README says what is in it; 'isobit csim FOLDER' runs its C simulation.
    """
    from isobit.hls import export_layer, export_project

    output = Output(as_json)
    quantized = model.quantized(output)
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    given["strategy"] = _parse_by_layer(strategy, "--strategy", str)
    given["reuse_factor"] = _parse_by_layer(reuse_factor, "--reuse-factor", int)
    if layer is None:
        written = export_project(quantized, folder, **given)
    else:
        written = export_layer(quantized, layer, folder, **given)
    output.json({**vars(written), "folder": str(written.folder)})
    output.say(plain(f"HLS project with top function {written.top} written to {written.folder}"))
    output.say(plain(f"content hash {written.content_hash}"))
