"""Distance to the float model: root mean square and largest difference, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from isobit.profile.figures.style import (
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
from isobit.profile.results import Distance, ModelProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION = (
    "Dot: root mean square of the difference between fixed-point and float values over all samples; bar: "
    "up to the largest difference. Differences add up along the network. Left, in units of the last place "
    "of the layer's format: rounding alone makes about 0.3. Right, relative to the root mean square of "
    "the layer's float values."
)


def draw_distance(models: Sequence[ModelProfile]) -> Picture:
    """One figure for all models, which share their layers."""
    layers = [tensor.name for tensor in models[0].values]
    with figure(10.4, 1.0 + 0.34 * len(layers), "distance") as drawn:
        left = drawn.add_axes((0.165, 0.0, 0.40, 1.0))
        right = drawn.add_axes((0.60, 0.0, 0.40, 1.0))
        for axes, in_lsb in ((left, True), (right, False)):
            _panel(axes, models, in_lsb)
            axes.set_ylim(-0.6, len(layers) - 0.4)
        left.set_yticks(range(len(layers)), [shortened(name) for name in reversed(layers)])
        right.set_yticks([])
        left.set_xlabel("difference in units of the last place")
        right.set_xlabel("difference relative to the signal")
        handles = [left.plot([], [], "o-", color=MODELS[i % len(MODELS)])[0] for i in range(len(models))]
        labels = [model.label for model in models]
        if len(models) > 1:
            drawn.legend(
                handles,
                labels,
                loc="lower right",
                bbox_to_anchor=(1.0, 1.0),
                ncols=len(models),
                frameon=False,
            )
        return finish(drawn, "distance", "Distance to the float model", CAPTION)


def _panel(axes: Axes, models: Sequence[ModelProfile], in_lsb: bool) -> None:
    everything: list[float] = []
    axes.set_xscale("log")
    for number, model in enumerate(models):
        offset = (number - (len(models) - 1) / 2) * 0.26
        colour = MODELS[number % len(MODELS)]
        for row, tensor in enumerate(model.values):
            if tensor.distance is None:
                continue
            place = len(model.values) - 1 - row - offset
            rms, largest = _scaled(tensor.distance, in_lsb)
            if not largest:
                axes.text(
                    0.01,
                    place,
                    "exact",
                    transform=axes.get_yaxis_transform(),
                    va="center",
                    color=colour,
                    size=8,
                )
                continue
            axes.plot(
                [rms, largest], [place, place], color=colour, linewidth=2.2, alpha=0.55, solid_capstyle="butt"
            )
            axes.plot([rms], [place], "o", color=colour, markersize=5)
            axes.plot([largest], [place], "|", color=colour, markersize=7, markeredgewidth=1.4)
            everything += [value for value in (rms, largest) if value]
    low, high = _decades(everything)
    axes.set_xlim(10.0**low, 10.0**high)
    decades(axes, low, high)
    for exponent in range(low, high + 1):
        axes.axvline(10.0**exponent, color=RULE, linewidth=0.6, zorder=0)
    if in_lsb:
        axes.axvline(1.0, color=MUTED, linewidth=0.8, zorder=0)
    axes.tick_params(axis="y", length=0, labelcolor=INK)


def _scaled(distance: Distance, in_lsb: bool) -> tuple[float, float]:
    """Root mean square and largest difference; zero where the layer is exact, or the signal nothing."""
    unit = distance.lsb if in_lsb else distance.signal
    return (distance.rms / unit, distance.max / unit) if unit else (0.0, 0.0)


def _decades(values: Iterable[float]) -> tuple[int, int]:
    """Whole powers of ten around all values."""
    exponents = [math.log10(value) for value in values] or [-1.0]
    return math.floor(min(exponents)), max(math.ceil(max(exponents)), math.floor(min(exponents)) + 1)
