"""Values against formats: for every tensor a histogram over octaves, standing on the bits of its format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from isobit.profile.figures.style import (
    AMBER,
    BIT,
    BLUE,
    IDLE,
    INK,
    MUTED,
    ORANGE,
    RULE,
    Picture,
    figure,
    finish,
    power,
    shortened,
)
from isobit.profile.octaves import Octaves
from isobit.profile.results import TensorProfile
from isobit.profile.words import overflow_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROWS = 40
"""In one figure."""
_ROW_INCHES = 0.5
_BITS, _BARS, _LINE = 0.2, 0.62, 0.03
"""Heights of the bits and of the highest bar, and of the smallest bar, in rows."""
_TAIL = 4
"""Octaves below the last bit of a format that are drawn; the last of them sums what is smaller still."""
_GAUGE = 1.6
"""Width of the gauge of zeros, in octaves."""

Box = tuple[float, float, float, float]
"""Left, bottom, width, height."""


def draw_ranges(tensors: Sequence[TensorProfile], name: str, title: str, data: str) -> list[Picture]:
    """Figures of all tensors, a page of rows each.

    Parameters
    ----------
    tensors : sequence of TensorProfile
    name, title : str
        Of the figure; numbered if there are several.
    data : str
        Which numbers are shown, for the caption.
    """
    pages = [tensors[start : start + _ROWS] for start in range(0, len(tensors), _ROWS)]
    pictures = []
    for number, page in enumerate(pages, 1):
        suffix, part = (f"-{number}", f" ({number} of {len(pages)})") if len(pages) > 1 else ("", "")
        pictures.append(_draw(page, name + suffix, title + part, f"{data} {_CAPTION}"))
    return pictures


def _draw(tensors: Sequence[TensorProfile], name: str, title: str, caption: str) -> Picture:
    low, high = _span(tensors)
    with figure(10.4, 0.9 + _ROW_INCHES * len(tensors), name) as drawn:
        axes = drawn.add_axes((0.165, 0.0, 0.54, 1.0))
        boxes = _Boxes()
        for row, tensor in enumerate(tensors):
            base = len(tensors) - 1 - row
            axes.axhline(base, color=RULE, linewidth=0.6, zorder=0)
            _bits(boxes, base, tensor)
            if tensor.trained is not None and tensor.fixed is not None:
                _bars(boxes, base + _BITS + 0.03, tensor, tensor.trained)
                _outline(axes, base + _BITS + 0.03, tensor, tensor.trained, tensor.fixed)
                _zeros(axes, boxes, base + _BITS + 0.03, tensor.trained, tensor.fixed, low - 4.6)
            _words(axes, base + 0.44, tensor)
        boxes.draw(axes)
        _frame(axes, low, high, len(tensors))
        return finish(drawn, name, title, caption)


class _Boxes:
    """Rectangles, gathered by colour: one object each would make large figures slow."""

    def __init__(self) -> None:
        self._boxes: dict[tuple[str, str], list[Box]] = {}

    def add(self, face: str, box: Box, edge: str = "none") -> None:
        self._boxes.setdefault((face, edge), []).append(box)

    def draw(self, axes: Axes) -> None:
        from matplotlib.collections import PolyCollection

        for (face, edge), boxes in self._boxes.items():
            corners = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes]
            axes.add_collection(PolyCollection(corners, facecolors=face, edgecolors=edge, linewidths=0.5))


def _places(tensor: TensorProfile) -> tuple[int, int]:
    """The place of the last bit, and that above the first bit of the magnitude."""
    fmt = tensor.format
    return -fmt.frac, fmt.width - int(fmt.signed) - fmt.frac


def _bits(boxes: _Boxes, base: float, tensor: TensorProfile) -> None:
    first, top = _places(tensor)
    for place in range(first, top):
        idle = place >= top - tensor.idle_high or place < first + tensor.idle_low
        boxes.add(IDLE if idle else BIT, (place, base, 0.9, _BITS), RULE if idle else BIT)


def _bars(boxes: _Boxes, base: float, tensor: TensorProfile, trained: Octaves) -> None:
    first, top = _places(tensor)
    fractions = trained.fractions(first - _TAIL, None)
    highest = max(fractions.values(), default=1.0)
    for octave, fraction in fractions.items():
        colour = ORANGE if octave >= top else AMBER if octave < first else BLUE
        height = max(_BARS * fraction / highest, _LINE)
        boxes.add(colour, (octave, base, 0.9, height))


def _outline(axes: Axes, base: float, tensor: TensorProfile, trained: Octaves, fixed: Octaves) -> None:
    """The quantized values, on the scale of the trained ones.

    The lowest value of a signed format, whose magnitude is just beyond the first bit, is counted with that
    bit.
    """
    first, top = _places(tensor)
    highest = max(trained.fractions(first - _TAIL, None).values(), default=1.0)
    fractions = fixed.fractions(first, top - 1)
    if not fractions:
        return
    places = range(min(fractions), max(fractions) + 1)
    heights = [base + _BARS * min(fractions.get(k, 0.0) / highest, 1.15) for k in places]
    edges = [place - 0.05 for place in places] + [places[-1] + 0.95]
    axes.stairs(heights, edges, baseline=base, color=INK, linewidth=0.8, zorder=3)


def _zeros(axes: Axes, boxes: _Boxes, base: float, trained: Octaves, fixed: Octaves, left: float) -> None:
    """A gauge at the left: how many values are zero, which has no octave."""
    boxes.add("none", (left, base, _GAUGE, _BARS), RULE)
    if trained.zeros:
        boxes.add(MUTED, (left, base, _GAUGE, max(_BARS * trained.zeros / trained.total, _LINE)))
    level = base + _BARS * fixed.zeros / fixed.total
    axes.plot([left, left + _GAUGE], [level, level], color=INK, linewidth=0.9, zorder=3)


def _words(axes: Axes, middle: float, tensor: TensorProfile) -> None:
    def say(x: float, y: float, text: str, **style: Any) -> None:
        axes.text(x, middle + y, text, transform=axes.get_yaxis_transform(), va="center", **style)

    constant = tensor.role not in ("input", "output", "accumulator")
    say(-0.015, 0.14, shortened(tensor.name), ha="right", weight="bold")
    say(
        -0.015,
        -0.17,
        f"of {tensor.operator}" if constant else tensor.operator,
        ha="right",
        color=MUTED,
        size=8,
    )
    idle = tensor.idle_high + tensor.idle_low
    used = "every bit used" if not idle else f"{idle} bit{'s' * (idle > 1)} never used"
    say(1.02, 0.14, str(tensor.format), size=8.5)
    say(1.02, -0.17, used, color=MUTED, size=8)
    text, alarming = overflow_words(tensor.overflow, tensor.format.overflow.name, constant)
    say(1.31, 0.0, text, color=ORANGE if alarming else MUTED, size=8.5)


def _frame(axes: Axes, low: int, high: int, rows: int) -> None:
    for x, text, side in ((-0.015, "tensor", "right"), (1.02, "format", "left"), (1.31, "overflow", "left")):
        where = axes.get_yaxis_transform()
        axes.text(x, rows + 0.1, text, transform=where, ha=side, color=MUTED, size=8.5, style="italic")
    axes.set_xlim(low - 5.2, high + 1)
    axes.set_ylim(-0.08, rows)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    step = 2 if high - low <= 24 else 4 if high - low <= 56 else 8
    ticks = [k for k in range(low, high + 1) if k % step == 0]
    axes.set_xticks([low - 3.8, *ticks], ["zero", *(power(2, k) for k in ticks)])
    axes.set_xlabel("size of the value")
    for place in ticks:
        axes.axvline(place, color=RULE, linewidth=0.5, zorder=0)
    axes.axvline(0, color=MUTED, linewidth=0.6, zorder=0)


def _span(tensors: Sequence[TensorProfile]) -> tuple[int, int]:
    """The octaves that are drawn: all bits of all formats, all large values, small ones within reason."""
    smallest = min(_places(tensor)[0] for tensor in tensors)
    largest = max(_places(tensor)[1] for tensor in tensors)
    for tensor in tensors:
        if tensor.trained is not None and tensor.trained.counts:
            lowest = min(tensor.trained.counts)
            smallest = min(smallest, max(lowest, _places(tensor)[0] - _TAIL))
            largest = max(largest, max(tensor.trained.counts) + 1)
    return smallest, largest


_CAPTION = (
    "One column is one octave, from a power of two to the next, and so one bit. Below: the bits of the "
    "format, pale where no value needs them. Bars: values of the float model; orange ones are too large "
    f"for the format, amber ones smaller than its last bit (the {_TAIL}th column sums all that are smaller "
    "still); a bar that holds anything is at least a line high. Black outline: the fixed-point values. At "
    "the left: the share of zeros. Bars of one row have one scale, rows have their own."
)
