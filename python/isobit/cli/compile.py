"""``isobit compile``: a network as a shared library."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.cli.console import Output, plain
from isobit.cli.options import ModelArguments, json_option, quantized_argument


@click.command("compile")
@quantized_argument
@click.option(
    "-o", "--output", "folder", metavar="FOLDER", required=True, type=click.Path(path_type=Path),
    help="Where lib<name>.so and the module <name>.py are written.",
)  # fmt: skip
@click.option("--name", metavar="NAME", help="Name of the files; by default that of the model.")
@click.option("--version", default="", metavar="TEXT", help="The network's version, for whoever loads it.")
@click.option(
    "--isa", default="native", metavar="ISA",
    help="Instruction set: native (the best of this machine), generic, avx2, avx512, ...",
)  # fmt: skip
@click.option("--keep-source", is_flag=True, help="Write the C++ source, too.")
@json_option
def command(
    model: ModelArguments,
    folder: Path,
    name: str | None,
    version: str,
    isa: str,
    keep_source: bool,
    as_json: bool,
) -> None:
    """Compile MODEL with its formats into a plugin for C++ frameworks and Python.

    Needs a C++17 compiler: the environment variable CXX, or c++, g++ or clang++ on the PATH.
    """
    from isobit.plugin.build import write_plugin

    output = Output(as_json)
    quantized = model.quantized(output)
    with output.waiting("compiling"):
        written = write_plugin(
            quantized, folder, name=name, version=version, isa=isa, keep_source=keep_source
        )
    output.json({**vars(written), "library": str(written.library)})
    output.say(plain(f"{written.name} ({written.isa}) written to {written.library}"))
    output.say(plain(f"content hash {written.content_hash}"))
