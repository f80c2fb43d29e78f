"""A table for people and JSON for machines, from the same rows."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from measuring.machine import describe, one_line

OUTPUT = Path("build/benchmarks")
_MIN_WIDTH = 110
output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUTPUT,
    show_default=True,
    help="Folder for the JSON file.",
)
quick_option = click.option(
    "--quick", is_flag=True, help="Few rounds of small batches: shows that it runs; the numbers mean little."
)


@dataclass(frozen=True)
class Goal:
    """A number to reach.

    Parameters
    ----------
    what : str
    value : float
        What was measured.
    limit : float
    at_least : bool
        Whether the limit is the smallest good value, or the largest.
    unit : str
    """

    what: str
    value: float
    limit: float
    at_least: bool
    unit: str

    @property
    def reached(self) -> bool:
        """Whether the value is on the good side of the limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        side = "at least" if self.at_least else "at most"
        verdict = "reached" if self.reached else "NOT REACHED"
        return f"{self.what}: {self.value:.3g} {self.unit}, {side} {self.limit:g} wanted: {verdict}"


@dataclass
class Report:
    """The answer to one question.

    Parameters
    ----------
    name : str
        Of the JSON file.
    question : str
    columns : mapping of str to str
        Key of a row to the heading of its column.
    section : str, optional
        Key whose value heads a section of the table, instead of filling a column.
    """

    name: str
    question: str
    columns: dict[str, str]
    section: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=describe)

    def add(self, **row: Any) -> None:
        """Append a row; a column without a value stays empty."""
        unknown = row.keys() - self.columns.keys() - {self.section}
        if unknown:
            raise KeyError(f"no column for {sorted(unknown)}")
        self.rows.append(row)

    def show(self) -> None:
        """Print the table, the goals and the notes."""
        console = Console(width=max(Console().width, _MIN_WIDTH))
        console.print(one_line(self.machine), style="dim", highlight=False)
        table = Table(title=self.question, title_justify="left")
        for number, heading in enumerate(self.columns.values()):
            table.add_column(heading, justify="right" if number else "left")
        headed = None
        for row in self.rows:
            if self.section and row[self.section] != headed:
                headed = row[self.section]
                table.add_section()
                table.add_row(Text(str(headed), style="bold"))
            table.add_row(*(escape(_text(row.get(key))) for key in self.columns))
        console.print(table)
        for goal in self.goals:
            console.print(str(goal), style="green" if goal.reached else "bold red", highlight=False)
        for note in self.notes:
            console.print(note, style="dim", highlight=False)

    def markdown(self) -> str:
        """The table for a page of documentation; one for every section."""
        head = [f"| {' | '.join(self.columns.values())} |", "| --- |" + " ---: |" * (len(self.columns) - 1)]
        lines: list[str] = []
        headed = None
        for row in self.rows:
            if not lines or (self.section and row[self.section] != headed):
                headed = row[self.section] if self.section else None
                lines += ["", f"**{headed}**", "", *head] if self.section else head
            lines.append(f"| {' | '.join(_text(row.get(key)) for key in self.columns)} |")
        return "\n".join(lines).strip() + "\n"

    def write(self, folder: Path) -> Path:
        """Write ``<name>.json``, and the table as ``<name>.md``; returns the path of the former.

        Files of these names are replaced as a whole.
        """
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "question": self.question,
            "machine": self.machine,
            "rows": self.rows,
            "goals": [{**vars(goal), "reached": goal.reached} for goal in self.goals],
            "notes": self.notes,
        }
        _replace(folder / f"{self.name}.md", self.markdown())
        return _replace(folder / f"{self.name}.json", json.dumps(content, indent=1) + "\n")

    def publish(self, folder: Path) -> None:
        """Show and write."""
        self.show()
        click.echo(f"written: {self.write(folder)}")


def _replace(path: Path, text: str) -> Path:
    temporary = path.with_suffix(f".{os.getpid()}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return path


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
