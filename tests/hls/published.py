"""Published figures beside estimates; as a script, writes the table of docs/estimates.md."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import isobit
from isobit import Model
from isobit.hls.estimate import Estimate
from isobit.ir import GraphBuilder

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples"))
from zoo import convolution, graphs, trees  # noqa: E402 (after the path)

PAGE = ROOT / "docs" / "estimates.md"
BEGIN, END = "<!-- published: begin -->\n", "<!-- published: end -->\n"


@dataclass(frozen=True)
class Published:
    """One system: how it is built, what was published, and whether a constant was fitted to it."""

    name: str
    source: str
    network: Callable[[], Model]
    config: Any
    options: Mapping[str, Any]
    figures: Mapping[str, float]
    fitted: bool = False


def tagger(pruned: float = 0.0) -> Model:
    """The dense layers of the demo's jet tagger, the smallest weights set to 0."""
    trained = isobit.load(Path(isobit.__file__).parent / "data" / "jet_tagger.keras")
    builder = GraphBuilder("tagger")
    last = builder.input("x", (16,))
    for node in trained.graph.nodes:
        if node.op == "affine":
            continue
        constants = dict(node.constants)
        if "weight" in constants:
            weight = np.array(constants["weight"])
            constants["weight"] = np.where(abs(weight) < np.quantile(abs(weight), pruned), 0.0, weight)
        last = builder.add(node.op, [last], node.name, dict(node.attrs), constants)
    builder.output("y", last)
    return Model(builder.build())


def widths(bits: int, integer: int) -> dict[str, Any]:
    """Weights and outputs of a width, inputs and sums of 16 bits, as those designs have them."""
    sums = {"accumulator": "fixed<16,6>"}
    return {
        "default": f"fixed<{bits},{integer}>",
        "x": "fixed<16,6>",
        **{f"dense_{i}": sums for i in (1, 2, 3)},
        "logits": {**sums, "output": "fixed<16,6>"},
        "probabilities": "fixed<16,6>",
    }


QKERAS = "2405.00645, table I"
SETS = "2402.01876, by 2510.24784"
LATENCY, LUT, DSP = "latency (ns)", "LUT", "DSP"
VU9P = {"part": "xcvu9p"}
SYSTEMS = [
    Published(
        "jet tagger, 16 bits", f"{QKERAS}, BF", tagger, widths(16, 6), VU9P,
        {LATENCY: 45, LUT: 0.0409 * 1_182_240, DSP: 0.560 * 6_840}, fitted=True,
    ),
    Published(
        "jet tagger, 6 bits", f"{QKERAS}, Q6", tagger, widths(6, 1), VU9P,
        {LATENCY: 55, LUT: 0.0336 * 1_182_240, DSP: 0.018 * 6_840}, fitted=True,
    ),
    Published(
        "jet tagger, 16 bits, 70 % pruned", f"{QKERAS}, BP", lambda: tagger(0.7), widths(16, 6), VU9P,
        {LATENCY: 70, LUT: 0.0149 * 1_182_240, DSP: 0.077 * 6_840},
    ),
    Published(
        "DeepSets, 8 particles, 8 bits", SETS, lambda: graphs.jet_deep_sets(8), "fixed<8,3>", {},
        {LATENCY: 95, LUT: 386_000, DSP: 626},
    ),
    Published(
        "DeepSets, 16 particles", SETS, lambda: graphs.jet_deep_sets(16), "fixed<8,3>", {}, {LATENCY: 115}
    ),
    Published(
        "DeepSets, 32 particles", SETS, lambda: graphs.jet_deep_sets(32), "fixed<8,3>", {}, {LATENCY: 130}
    ),
    Published(
        "boosted trees, 5 x 100 of depth 4, 18 bits", "2002.02534", trees.jet_substructure, "fixed<18,8>",
        VU9P,
        {LATENCY: 60, LUT: 96_148, DSP: 0},
    ),
    Published(
        "CNN of house numbers, stream", "2101.05108", convolution.svhn_cnn, "fixed<16,6>",
        {**VU9P, "io_type": "io_stream"}, {LATENCY: 5_000},
    ),
]  # fmt: skip


STATED = {LATENCY: (0.5, 1.6), LUT: (0.5, 1.5), DSP: (0.0, 2.3)}
"""Estimated over published: what the page states for its table."""


def estimate_of(system: Published) -> Estimate:
    """The estimate of one system."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        return system.network().quantize(system.config).estimate(**system.options)


def compared(system: Published) -> list[tuple[str, float, float]]:
    """(what, published, estimated) for each figure of a system."""
    found = estimate_of(system)
    values = {LATENCY: found.latency_ns, LUT: found.total("lut"), DSP: found.total("dsp")}
    return [(what, number, values[what]) for what, number in system.figures.items()]


def ratios() -> dict[tuple[str, str], float]:
    """Estimated over published by system and figure, where something was published that is not 0."""
    return {
        (system.name, what): estimated / number
        for system in SYSTEMS
        for what, number, estimated in compared(system)
        if number
    }


def table() -> str:
    """The table of the page."""
    lines = ["| system | source (arXiv) | used to | figure | published | estimated | ratio |",
             "|---|---|---|---|---:|---:|---:|"]  # fmt: skip
    for system in SYSTEMS:
        for what, number, estimated in compared(system):
            ratio = f"{estimated / number:.2f}" if number else "–"
            lines.append(
                f"| {system.name} | {system.source} | {'fit' if system.fitted else 'test'} | {what} "
                f"| {number:,.0f} | {estimated:,.0f} | {ratio} |"
            )
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table put in its place."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
