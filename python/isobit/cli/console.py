"""What commands print: results on the standard output, everything else on the standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Advance = Callable[[int, int], None]
"""Called with the work done and all of it."""


class Output:
    """Where a command prints.

    Parameters
    ----------
    as_json : bool
        Print one JSON object on the standard output and nothing else there, and no progress.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def json(self, content: dict[str, Any]) -> None:
        """Print the result for machines, if it was asked for."""
        if self.as_json:
            click.echo(json.dumps(content, indent=1, allow_nan=False))

    def say(self, *what: Any) -> None:
        """Print text or tables for people, unless JSON was asked for."""
        if not self.as_json:
            _console(error=False).print(*what, highlight=False)

    def heading(self, text: str) -> None:
        """Print the title of what follows."""
        from rich.text import Text

        self.say(Text(text, style="bold"))

    @contextmanager
    def progress(self, text: str) -> Iterator[Advance]:
        """A bar for long work; only where somebody sees it."""
        console = _console(error=True)
        if self.as_json or not console.is_terminal:
            yield lambda done, total: None
            return
        from rich.progress import Progress

        with Progress(console=console, transient=True) as bar:
            task = bar.add_task(text, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    @contextmanager
    def following(self, text: str) -> Iterator[Callable[[str], None]]:
        """A sign of life that shows the last line of what a program prints."""
        console = _console(error=True)
        if self.as_json or not console.is_terminal:
            yield lambda line: None
            return
        with console.status(text) as status:
            yield lambda line: status.update(plain(f"{text}: {line[: console.width - len(text) - 8]}"))

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """A sign of life for work that does not tell how far it is."""
        console = _console(error=True)
        if self.as_json or not console.is_terminal:
            yield
            return
        with console.status(text):
            yield


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> Table:
    """A table whose columns are aligned right, but for those in ``left``. Cells are plain text."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for place, name in enumerate(head):
        made.add_column(Text(name), justify="left" if place in left else "right", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def plain(text: str) -> Any:
    """Text that is printed as it is: no markup, no colours of its own."""
    from rich.text import Text

    return Text(text)


_WIDTH = 160
"""Of tables that go into a file or a pipe."""


def _console(error: bool) -> Console:
    from isobit.cli.terminal import Terminal

    terminal = Terminal(stderr=error)
    return terminal if terminal.is_terminal else Terminal(stderr=error, width=_WIDTH)
