"""The command ``isobit``: one file for each subcommand, which is imported only when it is called."""

from __future__ import annotations

from isobit.cli.main import main

__all__ = ["main"]
