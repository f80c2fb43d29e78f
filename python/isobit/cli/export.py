"""``isobit export``: a network, a layer of it or any layer type for another tool."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isobit.cli.console import Output, plain
from isobit.cli.options import ModelArguments, json_option, quantized_argument

if TYPE_CHECKING:
    from isobit.hls import Written


@click.group("export")
def command() -> None:
    """Write a model for another tool."""


def _hls_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What can be said about an HLS project, handed over as ``options``."""
    options = (
        click.option("--top", metavar="NAME", help="Name of the top function; by default that of the model."),
        click.option("--io-type", metavar="TYPE", help="io_parallel (the default) or io_stream."),
        click.option(
            "--strategy", multiple=True, metavar="[LAYER=]STRATEGY",
            help="latency (the default) or resource; for all layers or for one.",
        ),
        click.option(
            "--reuse-factor", multiple=True, metavar="[LAYER=]N",
            help="Products that share a multiplier; for all layers or for one.",
        ),
        click.option(
            "--ports", metavar="KIND",
            help="ap (ap_fixed, the default), ac (ac_int) or int (integers of C++).",
        ),
        click.option(
            "--interface", metavar="KIND",
            help="arrays (the default), handshake or axi_stream; for io_stream fifo (the default) or "
            "axi_stream.",
        ),
        click.option("--part", help="The device."),
        click.option("--clock-period", type=float, metavar="NS", help="In nanoseconds."),
        json_option,
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@command.command("hls")
@quantized_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--layer", metavar="NAME", help="Only this layer, as a design of its own.")
@_hls_options
def hls(model: ModelArguments, folder: Path, layer: str | None, as_json: bool, **options: Any) -> None:
    """Write MODEL as a project for high-level synthesis into FOLDER, which is new or empty.

    Its README says what is in it; 'isobit csim FOLDER' runs its C simulation.
    """
    from isobit.hls import export_layer, export_project

    output = Output(as_json)
    given = _given(**options)
    quantized = model.quantized(output)
    if layer is None:
        written = export_project(quantized, folder, **given)
    else:
        written = export_layer(quantized, layer, folder, **given)
    _show(output, written)


@command.command("layer")
@click.argument("operator")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", "format_", metavar="FORMAT", help="Of everything; by default fixed<16,6,RND,SAT>.")
@_hls_options
def layer(operator: str, folder: Path, format_: str | None, as_json: bool, **options: Any) -> None:
    """Write the layer type OPERATOR, with random weights, as a project into FOLDER, which is new or empty.

    Its sizes are those of docs/hls-layers.md.
    """
    from isobit.hls.catalog import FORMAT, export_sample

    _show(Output(as_json), export_sample(operator, folder, format_ or FORMAT, **_given(**options)))


def _given(strategy: tuple[str, ...], reuse_factor: tuple[str, ...], **others: Any) -> dict[str, Any]:
    """The options of which anything was said."""
    given = {name: value for name, value in others.items() if value is not None}
    given["strategy"] = _by_layer(strategy, "--strategy", str)
    given["reuse_factor"] = _by_layer(reuse_factor, "--reuse-factor", int)
    return given


def _by_layer(values: tuple[str, ...], option: str, parse: Callable[[str], Any]) -> Any:
    """VALUE for all layers, or a dict of LAYER=VALUE; None if nothing is given."""
    chosen: dict[str, Any] = {}
    for text in values:
        name, separator, value = text.rpartition("=")
        try:
            parsed = parse(value)
        except ValueError:
            raise click.BadParameter(f"{text!r} is not VALUE or LAYER=VALUE", param_hint=option) from None
        if separator:
            chosen[name] = parsed
        elif len(values) == 1:
            return parsed
        else:
            raise click.BadParameter(
                "give one VALUE for all layers, or LAYER=VALUE for some", param_hint=option
            )
    return chosen or None


def _show(output: Output, written: Written) -> None:
    output.json({**vars(written), "folder": str(written.folder)})
    output.say(plain(f"HLS project with top function {written.top} written to {written.folder}"))
    output.say(plain(f"content hash {written.content_hash}"))
