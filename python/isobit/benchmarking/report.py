"""A table for people and JSON for machines, from the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from isobit.archive.write import replace_file
from isobit.benchmarking.machine import describe, one_line

_MIN_WIDTH = 120


@dataclass(frozen=True)
class Goal:
    """A number to reach.

    Parameters
    ----------
    what : str
    value : float, optional
        What was measured; None where something needed for it is missing.
    limit : float
    at_least : bool
        Whether the limit is the smallest good value, or the largest.
    unit : str
    remark : str
        What else to know: the spread, or why there is no value.
    """

    what: str
    value: float | None
    limit: float
    at_least: bool
    unit: str
    remark: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the value is on the good side of the limit; None without a value."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def wanted(self) -> str:
        """The limit in words."""
        return f"{'at least' if self.at_least else 'at most'} {self.limit:,g} {self.unit}"

    @property
    def verdict(self) -> str:
        """In words."""
        return {True: "reached", False: "NOT REACHED", None: "not measured"}[self.reached]

    def __str__(self) -> str:
        measured = "" if self.value is None else f"{text(self.value)} {self.unit}, "
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.what}: {measured}{self.wanted} wanted: {self.verdict}{remark}"


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

    def add(self, *, details: Mapping[str, Any] | None = None, **row: Any) -> None:
        """Append a row; a column without a value stays empty. The details go only into the JSON file."""
        unknown = row.keys() - self.columns.keys() - {self.section}
        if unknown:
            raise KeyError(f"no column for {sorted(unknown)}")
        self.rows.append({**row, **(details or {})})

    def show(self) -> None:
        """Print the table, the goals and the notes."""
        console = Console(width=max(Console().width, _MIN_WIDTH))
        console.print(one_line(self.machine), style="dim", highlight=False)
        console.print(self.question, style="italic", highlight=False)
        for headed, rows in self._sections():
            if headed:
                console.print(f"\n{headed}", style="bold", markup=False, highlight=False)
            table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
            for number, heading in enumerate(self.columns.values()):
                table.add_column(
                    escape(heading), justify="right" if number else "left", min_width=0 if number else 28
                )
            for row in rows:
                table.add_row(*(escape(text(row.get(key))) for key in self.columns))
            console.print(table)
        for goal in self.goals:
            style = {True: "green", False: "bold red", None: "dim"}[goal.reached]
            console.print(str(goal), style=style, highlight=False)
        for note in self.notes:
            console.print(note, style="dim", highlight=False)

    def markdown(self) -> str:
        """The table for a page of documentation, one for every section."""
        head = [f"| {' | '.join(self.columns.values())} |", "| --- |" + " ---: |" * (len(self.columns) - 1)]
        lines: list[str] = []
        for headed, rows in self._sections():
            lines += ["", *([f"**{headed}**", ""] if headed else []), *head]
            lines += [f"| {' | '.join(text(row.get(key)) for key in self.columns)} |" for row in rows]
        return f"One run, load {self.machine['load']} at its start.\n\n" + "\n".join(lines).strip() + "\n"

    def _sections(self) -> Iterator[tuple[str | None, list[dict[str, Any]]]]:
        for headed, rows in groupby(self.rows, lambda row: row[self.section] if self.section else None):
            yield headed, list(rows)

    def goals_markdown(self) -> str:
        """The goals as another table."""
        lines = ["| goal | wanted | measured | |", "| --- | ---: | ---: | --- |"]
        for goal in self.goals:
            measured = "" if goal.value is None else f"{text(goal.value)} {goal.unit}"
            remark = f" ({goal.remark})" if goal.remark else ""
            lines.append(f"| {goal.what} | {goal.wanted} | {measured} | {goal.verdict}{remark} |")
        return "\n".join(lines) + "\n"

    def content(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        return {
            "question": self.question,
            "machine": self.machine,
            "rows": self.rows,
            "goals": [{**vars(goal), "reached": goal.reached} for goal in self.goals],
            "notes": self.notes,
        }

    def write(self, folder: Path) -> Path:
        """Write ``<name>.json``, ``<name>.md`` and ``<name>_goals.md``; returns the path of the first.

        Files of these names are replaced as a whole.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        replace_file(path, (json.dumps(self.content(), indent=1) + "\n").encode())
        replace_file(path.with_suffix(".md"), self.markdown().encode())
        if self.goals:
            replace_file(path.with_name(f"{self.name}_goals.md"), self.goals_markdown().encode())
        return path

    def publish(self, folder: Path) -> None:
        """Show and write."""
        self.show()
        click.echo(f"written: {self.write(folder)}")


def text(value: Any) -> str:
    """A cell: three digits of a float, separated thousands."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
