"""Rich's console, with an error instead of its own exit where the reader of a pipe went away."""

from __future__ import annotations

from rich.console import Console


class Terminal(Console):
    """As :class:`rich.console.Console`, which would exit with code 1, that of a mismatch."""

    def on_broken_pipe(self) -> None:
        """Leave it to the entry point."""
        raise BrokenPipeError
