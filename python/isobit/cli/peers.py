"""``isobit bench --peers``: isobit beside programs that do the same work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from isobit.benchmarking.comparison import compare
from isobit.benchmarking.contestants import CONTESTANTS
from isobit.benchmarking.networks import NETWORKS, Network, users_network
from isobit.benchmarking.plots import draw_peers
from isobit.benchmarking.race import QUICK, Effort
from isobit.benchmarking.report import Report
from isobit.cli.console import Output
from isobit.cli.options import ModelArguments
from isobit.errors import InputError, SaveError, UnsupportedError
from isobit.inputs import check_values
from isobit.quantized import QuantizedModel

Networks = Mapping[str, Callable[[Path], Network]]


def run_peers(networks: Networks, only: str | None, quick: bool, folder: Path, output: Output) -> Report:
    """Measure, show, and write JSON, Markdown and a plot into a folder."""
    keys = choose(only, CONTESTANTS, "--only")
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before minutes are spent
    except OSError as error:
        raise SaveError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from None
    report = compare(
        networks,
        keys,
        QUICK if quick else Effort(),
        lambda text: None if output.as_json else click.echo(text, err=True),
    )
    written = [report.write(folder)]
    try:
        written.append(draw_peers(report, folder / "peers.svg"))
    except UnsupportedError as error:
        report.notes.append(f"no plot: {error}")
    output.json(report.content())
    if not output.as_json:
        report.show()
        click.echo(f"written: {', '.join(map(str, written))}")
    return report


def built_in(names: str | None) -> Networks:
    """The networks of the comparison by name; all of them without names."""
    return {name: NETWORKS[name] for name in choose(names, NETWORKS, "--networks")}


def of_the_user(arguments: ModelArguments, data: Path | None, output: Output) -> Networks:
    """A model file, in the formats that were asked for or in those of the comparison."""
    from isobit.cli.arrays import read_data

    loaded = arguments.quantized(output) if arguments.asks_for_formats else arguments.load()
    formats = None
    if isinstance(loaded, QuantizedModel):
        quantized, loaded = loaded, loaded.float_model
        formats = {arguments.format or "as given": lambda network: quantized}
    X = None if data is None else check_values(read_data(data, list(loaded.inputs)), loaded.inputs)[0]
    if X is not None and len(X) == 0:
        raise InputError(f"{data} holds no sample")
    onnx = arguments.path if arguments.path.suffix.lower() == ".onnx" else None
    return {"model": lambda folder: users_network(loaded, X, formats, onnx)}


def choose(names: str | None, known: Mapping[str, object], option: str) -> list[str]:
    """Names from a list with commas; all without one."""
    chosen = list(known) if names is None else [name.strip() for name in names.split(",")]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise click.BadParameter(f"there is no {unknown[0]!r}: {', '.join(known)}", param_hint=option)
    return chosen
