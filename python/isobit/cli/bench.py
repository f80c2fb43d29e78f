"""``isobit bench``: samples per second, alone or beside peers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from isobit.backends.engine import threads as available
from isobit.benchmarking.options import output_option, quick_option
from isobit.cli.arrays import read_data
from isobit.cli.console import Output, plain, table
from isobit.cli.options import ModelArguments, json_option, quantized_argument
from isobit.cli.throughput import instruction_sets, measure_rate, random_inputs
from isobit.errors import InputError
from isobit.inputs import check_values


class _Numbers(click.ParamType[tuple[int, ...]]):
    """Positive integers, separated by commas."""

    name = "numbers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of numbers such as 1,64,1024", param, ctx)
        if min(numbers) < 1:
            self.fail(f"{value!r} holds a number below 1", param, ctx)
        return numbers


@click.command("bench")
@partial(quantized_argument, required=False)
@click.argument("data", metavar="[X]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--batch", type=_Numbers(), default="1,16,256,1024,16384", show_default=True, help="Batch sizes."
)
@click.option("--threads", type=_Numbers(), help="Numbers of threads; by default one, and all cores.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.01), default=0.5, show_default=True, help="For each measurement."
)
@click.option("--peers", is_flag=True, help="Compare with other programs, on MODEL or on built-in networks.")
@click.option("--only", metavar="NAMES", help="With --peers: only these contestants, separated by commas.")
@click.option("--networks", metavar="NAMES", help="With --peers: these built-in networks.")
@quick_option
@output_option
@json_option
def command(
    model: ModelArguments | None,
    data: Path | None,
    batch: tuple[int, ...],
    threads: tuple[int, ...] | None,
    seconds: float,
    peers: bool,
    only: str | None,
    networks: str | None,
    quick: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Measure how many samples per second MODEL predicts, for several batch sizes and threads.

    Times are those of Model.predict with all its checks, float32 in and values out. X is data; without it
    random numbers are used. A float model without formats is timed in double precision.

    With --peers: times of isobit, ONNX Runtime, TensorFlow Lite, hls4ml and alkaid in one run, on one core
    and on all, as a table and in the folder --output. What is not installed is shown as missing
    (pip install 'isobit[peers]').
    """
    shown = Output(as_json)
    if not peers:
        if only or networks or quick:
            raise click.UsageError("--only, --networks and --quick go with --peers")
        if model is None:
            raise click.UsageError("Missing argument 'MODEL' (only --peers works without one)")
        _rates(model, data, batch, threads, seconds, shown)
        return
    from isobit.cli.peers import built_in, of_the_user, run_peers

    if model is None:
        run_peers(built_in(networks), only, quick, output, shown)
    elif networks:
        raise click.UsageError("--networks are built in; leave out MODEL")
    else:
        run_peers(of_the_user(model, data, shown), only, quick, output, shown)


def _rates(
    model: ModelArguments,
    data: Path | None,
    batch: tuple[int, ...],
    threads: tuple[int, ...] | None,
    seconds: float,
    output: Output,
) -> None:
    loaded = model.quantized(output) if model.asks_for_formats else model.load()
    if data is None:
        X = random_inputs(loaded)
    else:
        read = read_data(data, list(loaded.inputs))
        X = dict(read) if isinstance(read, Mapping) else {next(iter(loaded.inputs)): read}
        if len(check_values(X, loaded.inputs)[0]) == 0:
            raise InputError(f"{data} holds no sample")
    counts = threads if threads is not None else tuple(sorted({1, available(None)}))
    cases = [(size, count) for count in counts for size in batch]
    rates = []
    with output.progress("measuring") as advance:
        for number, (size, count) in enumerate(cases):
            rates.append(measure_rate(loaded, X, size, count, seconds))
            advance(number + 1, len(cases))
    sets = instruction_sets()
    output.json({"model": loaded.name, "instruction_sets": sets, "rates": [rate.as_dict() for rate in rates]})
    rows = [
        (
            f"{rate.threads}",
            f"{rate.batch:,}",
            f"{rate.rate:,.0f}",
            f"{1e6 / rate.rate:,.3f}",
            f"{rate.best:,.0f}",
        )
        for rate in rates
    ]
    head = ("threads", "batch", "samples/s", "µs/sample", "fastest call")
    output.heading(f"{loaded.name} with {sets[0]}")
    output.say(table(head, rows, left=()))
    output.say(plain(f"instruction sets of this machine: {', '.join(sets)}"))
