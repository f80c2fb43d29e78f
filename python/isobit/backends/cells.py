"""What the engine says of its cells."""

from __future__ import annotations

from functools import cache


@cache
def schedules() -> dict[str, str]:
    """Every cell, and the name of the schedule that calls it (``map``, ``zip``, ``matrix``, ...)."""
    from isobit import _core

    return _core.cells()


def schedule_of(cell: str) -> str:
    """The name of a cell's schedule."""
    return schedules()[cell]
