"""The curves of scaling.py: time per unit of work against size, with their trends."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from isobit.benchmarking.plots import save
from isobit.benchmarking.report import Report
from isobit.profile.figures.style import DASHES, MODELS, MUTED, RULE, figure

_COLUMNS, _PANEL = 3, (4.0, 3.0)


def draw(report: Report, path: Path) -> Path:
    """A panel per curve, both formats in it, dotted trends; an SVG file.

    Raises
    ------
    UnsupportedError
        When Matplotlib is not installed.
    """
    curves: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for (name, bits), rows in groupby(report.rows, lambda row: (row["name"], row["bits"])):
        curves.setdefault(name, {})[bits] = list(rows)
    lines = -(-len(curves) // _COLUMNS)
    with figure(_PANEL[0] * _COLUMNS, _PANEL[1] * lines, salt="scaling") as drawn:
        panels = drawn.subplots(lines, _COLUMNS, squeeze=False).ravel()
        for axes, (name, formats) in zip(panels, curves.items(), strict=False):
            for colour, dash, (bits, rows) in zip(MODELS, DASHES, formats.items(), strict=False):
                sizes = [row["size"] for row in rows]
                measured = [row["unit"] for row in rows]
                axes.plot(sizes, measured, "o", ls=dash, color=colour, lw=1.2, ms=3.5, label=bits)
                axes.plot(sizes, [row["trend"] for row in rows], ":", color=MUTED, lw=1.2)
            axes.set_title(name, loc="left", fontweight="bold")
            few = len(sizes) < 8
            axes.set_xscale("linear" if few else "log")
            axes.set_yscale("log")
            axes.set_xlabel(rows[0]["axis"])
            axes.set_ylabel(f"ns per {rows[0]['per']}")
            if few:
                axes.set_xticks(sizes)
            axes.xaxis.set_major_formatter(_short)
            axes.xaxis.set_minor_formatter("")
            axes.yaxis.set_major_formatter(_short)
            axes.yaxis.set_minor_formatter(_short if max(measured) < 10 * min(measured) else "")
            axes.grid(color=RULE, linewidth=0.7)
            axes.set_axisbelow(True)
            axes.legend(frameon=False)
        for axes in panels[len(curves) :]:
            axes.set_visible(False)
        return save(drawn, path)


def _short(value: float, place: int | None = None) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"
