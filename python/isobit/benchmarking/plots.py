"""The comparison as bars: microseconds a sample, on a logarithmic axis."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isobit.archive.write import replace_file
from isobit.benchmarking.report import Report, text
from isobit.profile.figures.style import BLUE, INK, MUTED, ORANGE, RULE, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]
_ROW_HEIGHT, _PANEL_EXTRA = 0.24, 0.75
_OURS = "isobit"


def draw_peers(report: Report, path: Path) -> Path:
    """Bars of a comparison as an SVG file: bulk on the left, batch 1 on the right.

    Raises
    ------
    UnsupportedError
        When Matplotlib is not installed.
    """
    networks = [(name, list(rows)) for name, rows in groupby(report.rows, lambda row: row["network"])]
    heights = [_ROW_HEIGHT * sum(row["cores"] == 1 for row in rows) + _PANEL_EXTRA for _, rows in networks]
    with figure(10.0, sum(heights), salt="peers") as drawn:
        panels = drawn.subplots(len(networks), 2, squeeze=False, height_ratios=heights, sharex="col")
        for (left, right), (name, rows) in zip(panels, networks, strict=True):
            _bulk(left, name, rows)
            _latency(right, rows)
        panels[-1][0].set_xlabel("bulk: µs/sample from Python, best batch up to 4,096")
        panels[-1][1].set_xlabel("batch 1: µs a call")
        return save(drawn, path)


def save(drawn: Figure, path: Path) -> Path:
    """Write a figure as SVG, on white; call it while the figure's style is in force."""
    picture = io.BytesIO()
    drawn.tight_layout()
    drawn.savefig(picture, format="svg", metadata={"Date": None}, facecolor="white")
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, picture.getvalue())
    return path


def _bulk(axes: Axes, title: str, rows: Sequence[Row]) -> None:
    single = [row for row in rows if row["cores"] == 1]
    several = {row["name"]: row["microseconds"] for row in rows if row["cores"] > 1 and "missing" not in row}
    axes.set_title(title, loc="left", x=-0.6, fontweight="bold")
    _bars(axes, single, "microseconds", "one core", several, "all cores")
    axes.set_yticks(range(len(single)), [row["name"] for row in single])
    for place, row in enumerate(single):
        if "missing" in row:
            reason = row["missing"] if len(row["missing"]) < 60 else f"{row['missing'][:57]} ..."
            axes.annotate(
                reason,
                (0, place),
                (4, 0),
                ("axes fraction", "data"),
                "offset points",
                va="center",
                color=MUTED,
            )


def _latency(axes: Axes, rows: Sequence[Row]) -> None:
    single = [row for row in rows if row["cores"] == 1]
    alone = {row["name"]: row["alone"] for row in single if row.get("alone") is not None}
    _bars(axes, single, "first", "from Python", alone, "without Python")
    axes.set_yticks(range(len(single)), [""] * len(single))


def _bars(axes: Axes, rows: Sequence[Row], key: str, what: str, points: dict[str, float], other: str) -> None:
    """A bar for every row that has the key, and points over them."""
    there = [(place, row) for place, row in enumerate(rows) if row.get(key) is not None]
    colours = [BLUE if row["name"].startswith(_OURS) else MUTED for _, row in there]
    axes.barh([place for place, _ in there], [row[key] for _, row in there], 0.7, color=colours, label=what)
    for place, row in there:
        axes.annotate(
            text(row[key]), (row[key], place), (9, 0), textcoords="offset points", va="center", color=INK
        )
    marked = [(points[row["name"]], place) for place, row in there if row["name"] in points]
    if marked:
        x, y = zip(*marked, strict=True)
        axes.plot(x, y, "D", color=ORANGE, markersize=5, markeredgecolor="white", label=other)
    axes.set_xscale("log")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.margins(x=0.15)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.xaxis.set_minor_formatter("")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=8)
