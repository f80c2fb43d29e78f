"""ROC curves as physicists draw them: mistag rate, on a logarithmic axis, against signal efficiency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from isobit.profile.figures.style import (
    DASHES,
    INK,
    MODELS,
    MUTED,
    RULE,
    Picture,
    decades,
    figure,
    finish,
    shortened,
)
from isobit.profile.results import Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_COLUMNS = 3
_GRID = np.linspace(0.0, 1.0, 251)
_EVENTS = 10
"""Curves start where so many background samples pass."""
_PANEL = 3.35
CAPTION = (
    "One panel for each class against all others: the fraction of the others that pass a cut, over the "
    f"fraction of the class that passes it. Lower is better. Curves start where {_EVENTS} background "
    "samples pass. Below each: the quantized model's mistag rate over the float model's at the same "
    "signal efficiency; the band is the statistical uncertainty of the float model's rate for this number "
    "of samples."
)


def draw_roc(profile: Profile) -> Picture:
    """One figure, a panel for each class."""
    if profile.reference is None:
        raise ValueError("this profile has no labels")
    count = len(profile.classes)
    columns = min(_COLUMNS, count)
    rows = math.ceil(count / columns)
    width, height = max(10.4 * columns / _COLUMNS, 5.0), _PANEL * 1.25 * rows
    with figure(width, height, "roc") as drawn:
        lines: list[Line2D] = []
        for number, name in enumerate(profile.classes):
            row, column = divmod(number, columns)
            place = 1.0 - (row + 1) / rows
            left, wide = column / columns + 0.06 / columns, 0.80 / columns
            upper = drawn.add_axes((left, place + 0.32 / rows, wide, 0.58 / rows))
            lower = drawn.add_axes((left, place + 0.12 / rows, wide, 0.18 / rows))
            lines = _panel(upper, lower, profile, number)
            upper.set_title(shortened(name), loc="left", weight="bold", size=11)
            if column == 0:
                upper.set_ylabel("background efficiency (mistag rate)")
                lower.set_ylabel("ratio")
            lower.set_xlabel("signal efficiency")
        labels = ["float", *(model.label for model in profile.models)]
        if count % columns:
            _summary(drawn, profile, (count % columns) / columns + 0.06 / columns, 0.83 / rows)
        drawn.legend(
            lines,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=len(labels),
            frameon=False,
            fontsize=10,
            handlelength=3.2,
        )
        return finish(drawn, "roc", "ROC curves", CAPTION)


def _summary(drawn: Figure, profile: Profile, left: float, top: float) -> None:
    """Accuracies, in the place of a missing panel."""
    if profile.reference is None:
        return
    rows = [("float", profile.reference, INK)]
    for index, model in enumerate(profile.models):
        if model.classification is not None:
            rows.append((model.label, model.classification, MODELS[index % len(MODELS)]))
    drawn.text(left, top, "Accuracy", weight="bold", size=11)
    for line, (label, found, colour) in enumerate(rows, 1):
        text = f"{shortened(label, 14)}  {found.accuracy:.2%}"
        drawn.text(left, top - 0.032 * line, text, color=colour, size=10.5)
    drawn.text(left, top - 0.032 * (len(rows) + 1.2), f"{profile.samples:,} samples", color=MUTED, size=9)


def _panel(upper: Axes, lower: Axes, profile: Profile, number: int) -> list[Line2D]:
    if profile.reference is None:
        return []
    reference = profile.reference.curves[number]
    exact = np.interp(_GRID, reference.efficiency, reference.mistag)
    seen = exact * reference.background >= _EVENTS
    lines = upper.plot(
        _GRID[seen], exact[seen], color=MUTED, linewidth=4.2, alpha=0.45, solid_capstyle="round"
    )
    band = 1 / np.sqrt(np.maximum(exact[seen] * reference.background, 1))
    lower.fill_between(_GRID[seen], 1 - band, 1 + band, color=RULE, linewidth=0)
    lower.axhline(1.0, color=MUTED, linewidth=0.8)
    spread = 0.02
    texts = [("float", reference, INK)]
    for index, model in enumerate(profile.models):
        if model.classification is None:
            continue
        curve, colour = model.classification.curves[number], MODELS[index % len(MODELS)]
        mistag = np.interp(_GRID, curve.efficiency, curve.mistag)
        passing = mistag * curve.background >= _EVENTS
        dashes = DASHES[index % len(DASHES)]
        lines += upper.plot(_GRID[passing], mistag[passing], color=colour, linewidth=1.5, linestyle=dashes)
        both = seen & passing
        ratio = mistag[both] / exact[both]
        lower.plot(_GRID[both], ratio, color=colour, linewidth=1.1)
        spread = max(spread, _spread(ratio, _GRID[both]))
        texts.append((model.label, curve, colour))
    _finish_panel(upper, lower, seen, exact, spread)
    for line, (label, curve, colour) in enumerate(texts):
        upper.text(
            0.97,
            0.05 + 0.075 * (len(texts) - 1 - line),
            f"{shortened(label, 12)}  AUC {curve.area:.4f}",
            transform=upper.transAxes,
            ha="right",
            color=colour,
            size=8.5,
        )
    return lines


def _finish_panel(
    upper: Axes, lower: Axes, seen: npt.NDArray[np.bool_], exact: npt.NDArray[np.float64], spread: float
) -> None:
    smallest = exact[seen].min() if seen.any() else 1e-1
    low = math.floor(math.log10(smallest))
    upper.set_yscale("log")
    upper.set_ylim(10.0**low, 1.4)
    decades(upper, low, 0, "y")
    for axes in (upper, lower):
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        axes.grid(color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
    upper.tick_params(labelbottom=False)
    lower.set_ylim(1 - spread, 1 + spread)
    lower.set_yticks([1 - spread / 2, 1, 1 + spread / 2])
    lower.set_yticklabels([f"{tick:.3g}" for tick in (1 - spread / 2, 1, 1 + spread / 2)])


def _spread(ratio: npt.NDArray[np.float64], efficiency: npt.NDArray[np.float64]) -> float:
    """Half the height of the ratio panel: what the working points above 10 % need, in steps."""
    used = ratio[efficiency > 0.1]
    needed = float(np.max(np.abs(used - 1), initial=0.0)) * 1.15
    return next((step for step in (0.02, 0.05, 0.1, 0.2, 0.4) if needed <= step), 1.0)
