"""``isobit estimate``: latency and resources in an FPGA, without any tool."""

from __future__ import annotations

import click

from isobit.cli.console import Output, plain, table
from isobit.cli.options import ModelArguments, json_option, quantized_argument


@click.command("estimate")
@quantized_argument
@click.option("--reuse-factor", type=click.IntRange(min=1), help="Products for which one multiplier serves.")
@click.option(
    "--strategy", type=click.Choice(["latency", "resource"], case_sensitive=False), help="For all layers."
)
@click.option(
    "--io-type", type=click.Choice(["io_parallel", "io_stream"]), default="io_parallel", show_default=True,
    help="Whether a tensor is there at once, or comes position by position.",
)  # fmt: skip
@click.option("--clock-period", type=float, default=5.0, show_default=True, help="In nanoseconds.")
@click.option("--part", default="xcvu13p", show_default=True, help="The device.")
@json_option
def command(
    model: ModelArguments,
    reuse_factor: int | None,
    strategy: str | None,
    io_type: str,
    clock_period: float,
    part: str,
    as_json: bool,
) -> None:
    """Estimate latency and resources of MODEL in an FPGA.

    From what the network computes, its constants and its formats, without a vendor's tool; docs/estimates.md
    states the method and how far it is from published figures. Without --reuse-factor and --strategy the
    model's configuration decides.
    """
    output = Output(as_json)
    found = model.quantized(output).estimate(
        reuse_factor=reuse_factor,
        strategy=strategy,
        clock_period=clock_period,
        part=part,
        io_type=io_type,
    )
    output.json(found.as_dict())
    head, *rows = found.rows()
    output.heading(found.title())
    output.say(table(head, rows, left=(0, 1)))
    output.say(plain("an estimate: docs/estimates.md tells how far it is from published figures"))
