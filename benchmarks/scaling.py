"""Question: how the time of `predict` grows with width, depth, batch and threads, and whether it has cliffs.

In 16 bits (fixed<16,6>) and in 8 bits (fixed<8,3,RND,SAT>, weights with the integer bits that they need). The
points of a curve take turns, on one pinned core by processor time, several threads by the wall clock.
`trend.py` says what a cliff is: 1.5 is the most that a curve may have. Memory must not grow with the batch.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import click
import numpy as np

import bench_memory
import trend
from isobit import Model, QuantizationWarning, QuantizedModel
from isobit.backends.engine import threads as available
from isobit.benchmarking.clock import Action, interleaved, pinned
from isobit.benchmarking.memory import UnavailableError
from isobit.benchmarking.networks import TAGGER
from isobit.benchmarking.options import output_option, quick_option
from isobit.benchmarking.report import Goal, Report
from isobit.ir import Graph, make_node
from scaling_plot import draw

WIDTHS = (
    16,
    24,
    32,
    33,
    48,
    64,
    65,
    96,
    128,
    129,
    192,
    256,
    257,
    384,
    512,
    768,
    1024,
    1536,
    2048,
    3072,
    4096,
)
MLP_WIDTHS = WIDTHS[: WIDTHS.index(2048) + 1]
DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
BATCHES = (1, 2, 4, 8, 16, 32, 33, 64, 65, 128, 129, 256, 512, 1024, 1025, 2048, 4096)
BATCHES += (10_000, 30_000, 100_000, 300_000, 1_000_000)
SAMPLES, DEPTH_WIDTH = 256, 64
FORMATS = {"16 bits": (16, 6, ""), "8 bits": (8, 3, ",RND,SAT")}


@dataclass(frozen=True)
class Curve:
    """Times along a size.

    Parameters
    ----------
    name, axis : str
        What is shown, and what grows.
    points : mapping of int to callable
        By size, in growing order.
    works : sequence of callable
        What the time is to be in proportion to, of a size.
    unit, units : str, callable
        What the table divides by, and how many there are of a size.
    threads : int
        More than one: by the wall clock.
    """

    name: str
    axis: str
    points: Mapping[int, Action]
    works: Sequence[Callable[[int], float]]
    unit: str
    units: Callable[[int], float]
    threads: int = 1


def chain(sizes: Sequence[int], seed: int = 1) -> Model:
    """Dense layers, each with a ReLU; random weights that keep all values near one."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"x": (sizes[0],)}
    nodes = []
    for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        weight = rng.normal(scale=math.sqrt(2 / n_in), size=(n_in, n_out))
        constants = {"weight": weight, "bias": rng.normal(scale=0.1, size=n_out)}
        for op, held in (("dense", constants), ("relu", {})):
            nodes.append(make_node(f"{op}{number}", op, [list(shapes)[-1]], shapes, constants=held))
            shapes[nodes[-1].name] = nodes[-1].shape
    return Model(Graph("chain", {"x": (sizes[0],)}, tuple(nodes), {"y": nodes[-1].name}))


def quantized(model: Model, bits: str) -> QuantizedModel:
    """One of the formats for all data; weights of the same width, whose largest just fits."""
    width, integer, modes = FORMATS[bits]
    data = f"fixed<{width},{integer}{modes}>"
    config: dict[str, object] = {"default": data}
    for node in model.layers:
        if node.op == "dense":
            largest = float(np.abs(node.constants["weight"]).max())
            weight = f"fixed<{width},{math.floor(math.log2(largest)) + 2},RND,SAT>"
            config[node.name] = {"weight": weight, "bias": data, "output": data}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        return model.quantize(config)


def call(model: QuantizedModel, samples: int, n_threads: int | None = None) -> Action:
    """A user's call with normally distributed inputs; by default on all cores that the process may use."""
    ((size,),) = model.inputs.values()
    X = np.random.default_rng(0).standard_normal((samples, size), dtype=np.float32)
    return partial(model.predict, X, n_threads=n_threads)


def widths(bits: str, quick: bool) -> list[Curve]:
    """One dense layer n x n in bulk and at batch 1, and an MLP of three."""
    one = {n: quantized(chain((n, n)), bits) for n in (WIDTHS[:3] if quick else WIDTHS)}
    three = {n: quantized(chain((n,) * 4), bits) for n in (MLP_WIDTHS[:3] if quick else MLP_WIDTHS)}
    bulk = {n: call(model, SAMPLES) for n, model in one.items()}
    first = {n: call(model, 1) for n, model in one.items()}
    deep = {n: call(model, SAMPLES) for n, model in three.items()}
    works = [lambda n: float(n), lambda n: float(n * n)]
    return [
        Curve(f"dense n x n, batch {SAMPLES}", "width n", bulk, works, "product", lambda n: SAMPLES * n * n),
        Curve("dense n x n, batch 1", "width n", first, works, "product", lambda n: n * n),
        Curve(
            f"MLP n-n-n-n, batch {SAMPLES}", "width n", deep, works, "product", lambda n: 3 * SAMPLES * n * n
        ),
    ]


def depths(bits: str, quick: bool) -> list[Curve]:
    """Ever more layers of 64."""
    chosen = DEPTHS[:3] if quick else DEPTHS
    points = {k: call(quantized(chain((DEPTH_WIDTH,) * (k + 1)), bits), 4 * SAMPLES) for k in chosen}
    name, per_layer = f"layers of {DEPTH_WIDTH}, batch {4 * SAMPLES}", 4 * SAMPLES * DEPTH_WIDTH**2
    return [Curve(name, "layers", points, [float], "product", lambda k: k * per_layer)]


def batches(bits: str, quick: bool) -> list[Curve]:
    """The tagger's shape from one sample to a million, on one core and on all."""
    model = quantized(chain(TAGGER), bits)
    points = {n: call(model, n) for n in (BATCHES[:6] if quick else BATCHES)}
    return [
        Curve(f"tagger, {name}", "batch", points, [float], "sample", float, cores)
        for name, cores in (("one core", 1), ("all cores", available(None)))
    ]


def threads(bits: str, quick: bool) -> list[Curve]:
    """The tagger on 1, 2, 4, ... threads up to the cores of this process."""
    model, n = quantized(chain(TAGGER), bits), 1_000 if quick else 300_000
    cores = available(None)
    counts = [*(2**k for k in range(cores.bit_length()) if 2**k < cores), cores]
    points = {count: call(model, n, count) for count in counts}
    name = f"tagger, batch {n:,}"
    return [Curve(name, "threads", points, [lambda count: 1 / count], "sample", lambda count: n, cores)]


def measure(quick: bool = False, say: Callable[[str], None] = lambda text: None) -> Report:
    """All curves in both formats; the cliffs and the memory as goals."""
    report = Report(
        "scaling",
        "Cost as work grows; x trend and jump as in benchmarks/trend.py",
        {"size": "size", "call": "us/call", "unit": "ns/unit", "above": "x trend", "jump": "jump"},
        section="curve",
    )
    for bits in FORMATS:
        for make in (widths, depths, batches, threads):
            for curve in make(bits, quick):
                say(f"{curve.name}, {bits}")
                with pinned(curve.threads):
                    times = interleaved(
                        curve.points,
                        rounds=2 if quick else 40,
                        seconds=0.001,
                        single=curve.threads == 1,
                        budget=20.0,
                    )
                add(report, curve, bits, {size: found.best for size, found in times.items()})
    if not quick:
        _memory(report)
    return report


def add(report: Report, curve: Curve, bits: str, seconds: Mapping[int, float]) -> None:
    """The rows of a curve, and its cliff as a goal, where it has points enough for a trend."""
    found = trend.fit(list(seconds.values()), *([work(n) for n in seconds] for work in curve.works))
    judged = len(seconds) > 1 + len(curve.works)
    for place, (size, time) in enumerate(seconds.items()):
        report.add(
            curve=f"{curve.name}, {bits} (unit: {curve.unit})",
            size=size,
            call=1e6 * time,
            unit=1e9 * time / curve.units(size),
            above=float(found.above[place]) if judged else None,
            jump=float(found.jump[place]) if judged else None,
            details={"name": curve.name, "bits": bits, "axis": curve.axis, "per": curve.unit}
            | {"trend": 1e9 * float(found.expected[place]) / curve.units(size)},
        )
    if judged:
        cliffs = found.jump if curve.threads > 1 else np.maximum(found.above, found.jump)
        worst = int(np.argmax(cliffs))
        remark = f"at {curve.axis} {list(seconds)[worst]:,}"
        what = f"cliff of {curve.name}, {bits}"
        report.goals.append(Goal(what, float(cliffs[worst]), trend.LIMIT, False, "x", remark))


def _memory(report: Report) -> None:
    """What predict needs beyond its output, at 100,000 and at 1,000,000 samples."""
    case, few, many = bench_memory.CASES[0], *bench_memory.SAMPLES[-2:]
    try:
        growth = bench_memory.measure_apart(*case, many, 1) - bench_memory.measure_apart(*case, few, 1)
        remark = f"{', '.join(case)}; all cases in bench_memory.py"
    except UnavailableError as reason:
        growth, remark = None, str(reason)
    what = f"growth of the memory of predict from {few:,} to {many:,} samples"
    report.goals.append(Goal(what, growth, bench_memory.FLAT, False, "MB", remark))


@click.command(help=__doc__)
@quick_option
@output_option
def main(quick: bool, output: Path) -> None:
    """Measure, show, write."""
    report = measure(quick, lambda text: click.echo(text, err=True))
    report.publish(output)
    click.echo(f"written: {draw(report, output / 'scaling.svg')}")


if __name__ == "__main__":
    main()
