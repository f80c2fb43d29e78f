"""Options that all benchmarks have."""

from __future__ import annotations

from pathlib import Path

import click

OUTPUT = Path("build/benchmarks")
output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUTPUT,
    show_default=True,
    help="Folder for the results: JSON, Markdown and plots.",
)
quick_option = click.option(
    "--quick", is_flag=True, help="Few rounds of small batches: shows that it runs; the numbers mean little."
)
