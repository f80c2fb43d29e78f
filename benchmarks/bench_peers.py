"""Question: how isobit compares with programs that do the same work; the same as ``isobit bench --peers``."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.benchmarking.options import output_option, quick_option
from isobit.cli.console import Output
from isobit.cli.peers import built_in, run_peers


@click.command(help=__doc__)
@click.option("--networks", help="Names, separated by commas; by default all.")
@click.option("--only", help="Contestants, separated by commas; by default all.")
@quick_option
@output_option
def main(networks: str | None, only: str | None, quick: bool, output: Path) -> None:
    """Measure, show, write."""
    run_peers(built_in(networks), only, quick, output, Output(as_json=False))


if __name__ == "__main__":
    main()
