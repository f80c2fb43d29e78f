"""``isobit predict``: the outputs for data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from isobit.cli.arrays import Array, check_target, csv_text, read_data, write_arrays
from isobit.cli.console import Output, plain, table
from isobit.cli.options import ModelArguments, json_option, model_argument, threads_option
from isobit.errors import InputError

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

_BLOCK = 65536
_SHOWN = 10


@click.command("predict")
@model_argument
@click.argument("data", metavar="X", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "target", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True),
    help="Where the outputs go: .npy or .csv for one output, .npz for several; '-' prints CSV.",
)  # fmt: skip
@click.option("--raw", is_flag=True, help="X holds integers (value × 2^frac), and so does the result.")
@threads_option
@json_option
def command(
    model: ModelArguments, data: Path, target: Path | None, raw: bool, threads: int | None, as_json: bool
) -> None:
    """Compute the outputs of MODEL for the data X (.npy, .npz or .csv).

    A quantized model gives its exact fixed-point values, a float model those of double precision. Without
    -o the first samples are shown.
    """
    output, loaded = Output(as_json), model.load()
    to_stdout = target is not None and str(target) == "-"
    if to_stdout and (as_json or len(loaded.outputs) > 1):
        raise InputError(
            "-o - prints the CSV of one output, and nothing else; leave out --json or name a file"
        )
    if target is not None and not to_stdout:
        check_target(target, len(loaded.outputs))
    compute = _computation(loaded, raw)
    arrays = read_data(data, list(loaded.inputs))
    with output.progress("predicting") as advance:
        results = _in_blocks(loaded, compute, arrays, threads, advance)
    if target is None:
        output.json({"outputs": {name: array.tolist() for name, array in results.items()}})
        _show(output, results)
    elif to_stdout:
        for lines in csv_text(next(iter(results.values()))):
            click.echo(lines, nl=False)
    else:
        write_arrays(target, results)
        shapes = {name: list(array.shape) for name, array in results.items()}
        output.json({"output": str(target), "shapes": shapes})
        count = len(next(iter(results.values())))
        output.say(plain(f"{count:,} samples written to {target}"))


def _computation(model: Model | QuantizedModel, raw: bool) -> Any:
    from isobit.quantized import QuantizedModel

    if not raw:
        return model.predict
    if not isinstance(model, QuantizedModel):
        raise InputError("--raw is for quantized models; this is a float model, which has no integers")
    return model.predict_raw


def _in_blocks(
    model: Model | QuantizedModel, compute: Any, arrays: Any, threads: int | None, advance: Any
) -> dict[str, Array]:
    """The outputs by name, computed block by block so that progress can be shown."""
    by_name = arrays if isinstance(arrays, Mapping) else {next(iter(model.inputs)): arrays}
    count = max((len(array) for array in by_name.values() if array.ndim), default=0)
    parts: list[list[Array]] = []
    for start in range(0, max(count, 1), _BLOCK):
        block = {name: a[start : start + _BLOCK] if a.ndim else a for name, a in by_name.items()}
        found = _numbered_from(start, partial(compute, block, n_threads=threads))
        parts.append(list(found) if isinstance(found, list) else [found])
        advance(min(start + _BLOCK, count), count)
    joined = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
    return dict(zip(model.outputs, joined, strict=True))


def _numbered_from(start: int, compute: Any) -> Any:
    """Say where a block begins if its data is refused: messages count samples from there."""
    try:
        return compute()
    except InputError as error:
        if start:
            raise InputError(f"{error} (counted from sample {start})") from None
        raise


def _show(output: Output, results: Mapping[str, Array]) -> None:
    for name, array in results.items():
        rows = array.reshape(len(array), -1)
        head = ("sample", *(f"{name}[{place}]" for place in range(rows.shape[1])))
        output.say(table(head, list(_lines(rows[:_SHOWN])), left=()))
        if len(rows) > _SHOWN:
            output.say(plain(f"… {len(rows) - _SHOWN:,} more samples; -o FILE writes all of them"))


def _lines(rows: Array) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows.tolist()):
        yield (str(number), *(f"{value:.7g}" if isinstance(value, float) else str(value) for value in row))
