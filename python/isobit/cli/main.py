"""The entry point: finds the subcommand, and turns errors into one message and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, TextIO

import click

from isobit._version import __version__
from isobit.cli.exits import HELP, Exit
from isobit.errors import IsobitError, MismatchError, QuantizationWarning, SaveError

_COMMANDS = {
    "info": "Show the layers of a model, their formats and what is proven.",
    "predict": "Compute the outputs for data.",
    "quantize": "Choose number formats and write an .isobit file.",
    "verify": "Compare every execution path, bit for bit.",
    "compile": "Compile a plugin for C++ frameworks and Python.",
    "export": "Write a project for high-level synthesis.",
    "csim": "Run the C simulation of an HLS project against the engine.",
    "synth": "Synthesize an HLS project with a tool that is installed.",
    "profile": "Write a page on value ranges, overflow, distance to float and ROC curves.",
    "bench": "Measure samples per second.",
    "estimate": "Estimate latency and resources in an FPGA.",
    "lint-hls": "Check that a kernel stays inside of what HLS compilers accept.",
    "demo": "Take a jet tagger from float to 16 and 8 bits, verified and profiled.",
}


class _PipeClosed(Exception):  # noqa: N818 (not an error)
    """Nobody reads the standard output any more.

    For a BrokenPipeError, click itself would exit with code 1.
    """


class _Commands(click.Group):
    """Subcommands by name; the module of one is imported when it is needed."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _PipeClosed from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"isobit.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, epilog=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="isobit", message="%(prog)s %(version)s")
def root() -> None:
    """Fixed-point neural networks with the same bits everywhere."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; ``isobit.cli.exits`` lists the codes."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line (by default that of the process)."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", QuantizationWarning)
        warnings.showwarning = _show_warning
        return int(_guarded(arguments))


def _guarded(arguments: Sequence[str] | None) -> int:
    try:
        code = root.main(arguments, prog_name="isobit", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else Exit.OK
    except click.ClickException as error:
        error.show()
        return Exit.BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except (_PipeClosed, BrokenPipeError):
        # so that the interpreter does not try to flush what nobody reads
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE_CLOSED
    except IsobitError as error:
        click.echo(f"error: {error}", err=True)
        if isinstance(error, MismatchError):
            return Exit.MISMATCH
        return Exit.NOT_WRITTEN if isinstance(error, SaveError) else Exit.BAD_INPUT
    except Exception:
        traceback.print_exc()
        click.echo("This is a fault of isobit; please report it with the lines above.", err=True)
        return Exit.BROKEN


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """One line for what users should know about their model; Python's own form for everything else."""
    if issubclass(category, QuantizationWarning):
        click.echo(f"warning: {message}", err=True)
    else:
        click.echo(warnings.formatwarning(message, category, filename, lineno, line), err=True, nl=False)
