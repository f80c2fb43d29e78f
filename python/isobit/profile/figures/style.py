"""Colours and type of the figures, and their two forms: PNG, and SVG whose colours follow the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isobit.errors import UnsupportedError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which colour-blind people can tell apart, and greys. Every colour is used under its
# name only, and no two are equal, so that the SVG can refer to the variables of the page's style sheet.
INK = "#1b1f24"
MUTED = "#68707c"
RULE = "#dfe3e8"
BIT = "#b7d3e6"
IDLE = "#eef2f6"
BLUE = "#0072b2"
ORANGE = "#d55e00"
AMBER = "#e69f00"
GREEN = "#009e73"
PURPLE = "#a3488a"
SKY = "#56b4e9"

MODELS = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY)
"""One colour per quantized model."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), "--", ":")
"""One line style per quantized model, for print without colours."""

_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    BIT: "bit",
    IDLE: "idle",
    BLUE: "blue",
    ORANGE: "orange",
    AMBER: "amber",
    GREEN: "green",
    PURPLE: "purple",
    SKY: "sky",
}
_SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.fonttype": "none",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}
_PNG_DPI = 170
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Picture:
    """A finished figure.

    Attributes
    ----------
    name : str
        Of the PNG file, without suffix.
    title, caption : str
    svg : str
        An ``<svg>`` element for an HTML page that defines the colours as CSS variables.
    png : bytes
    """

    name: str
    title: str
    caption: str
    svg: str
    png: bytes


def require_matplotlib() -> None:
    """Say what to install.

    Raises
    ------
    UnsupportedError
        When Matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise UnsupportedError(
            "figures need Matplotlib, which is not installed: pip install 'isobit[plot]'"
        ) from None


@contextmanager
def figure(width: float, height: float, salt: str) -> Iterator[Figure]:
    """A figure of a size in inches, in isobit's style; ``salt`` makes the ids in its SVG unique."""
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {**_SETTINGS, "svg.hashsalt": salt}
    with matplotlib.rc_context(settings):
        yield Figure(figsize=(width, height))


def finish(drawn: Figure, name: str, title: str, caption: str) -> Picture:
    """Both forms of a figure; call it while :func:`figure` is open."""
    vector, raster = io.StringIO(), io.BytesIO()
    drawn.savefig(vector, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.05)
    drawn.savefig(raster, format="png", dpi=_PNG_DPI, facecolor="white", bbox_inches="tight", pad_inches=0.15)
    return Picture(name, title, caption, _for_page(vector.getvalue(), title), raster.getvalue())


def power(base: int, exponent: int) -> str:
    """A power as text, ``2⁻³``; 1 for the exponent zero."""
    return "1" if exponent == 0 else f"{base}{str(exponent).translate(_SUPERSCRIPTS)}"


def shortened(name: str, limit: int = 26) -> str:
    """A name that fits into a figure."""
    return name if len(name) <= limit else name[: limit - 1] + "…"


def decades(axes: Axes, low: int, high: int, axis: str = "x") -> None:
    """Ticks at powers of ten, labelled without Matplotlib's mathematical text."""
    step = max(1, (high - low + 7) // 8)
    exponents = range(low, high + 1, step)
    which = axes.xaxis if axis == "x" else axes.yaxis
    which.set_ticks([10.0**e for e in exponents], labels=[power(10, e) for e in exponents])
    which.set_ticks([], minor=True)


def _for_page(text: str, title: str) -> str:
    """The ``<svg>`` element alone: no prologue, metadata or name spaces, colours as variables."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href=", "href=")
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    head, rest = text.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    if box is None:
        raise ValueError("Matplotlib wrote an SVG without viewBox")
    label = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'<svg {box.group(0)} role="img" aria-label="{label}">{rest}'
