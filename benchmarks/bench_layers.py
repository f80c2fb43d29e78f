"""Question: where the time of `predict` goes.

The network cut after each layer is run without returning anything; the differences are the layers. Then the
whole network with its output, and `predict`, which checks the input as well. Processor time, one pinned core.
"""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import click

import isobit
from isobit.benchmarking.clock import Action, interleaved, pinned
from isobit.benchmarking.networks import FloatArray, packaged_tagger
from isobit.benchmarking.options import output_option, quick_option
from isobit.benchmarking.report import Report
from isobit.ir import Graph

BATCH, FORMAT = 8192, "fixed<16,6>"


def cut(graph: Graph, layers: int) -> isobit.Model:
    """The first layers of a network."""
    nodes = graph.nodes[:layers]
    last = nodes[-1].name if nodes else next(iter(graph.inputs))
    return isobit.Model(Graph(graph.name, graph.inputs, nodes, {last: last}))


def actions(X: FloatArray, model: isobit.Model) -> dict[str, Action]:
    """Ever longer parts of a call, by what each adds."""
    parts: dict[str, Action] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        cuts = [cut(model.graph, n).quantize(FORMAT) for n in range(len(model.layers) + 1)]
    titles = ["input, floats to integers"]
    titles += [f"{node.name}: {node.op} of {node.shape[-1]}" for node in model.layers]
    for title, part in zip(titles, cuts, strict=True):
        parts[title] = partial(part.engine.run, [X], [], 1)
    whole = cuts[-1]
    parts["output, integers to floats"] = partial(whole.engine.run, [X], [model.layers[-1].name], 1)
    parts["predict: checks and Python"] = partial(whole.predict, X, n_threads=1)
    return parts


def measure(batch: int = BATCH, rounds: int = 100) -> Report:
    """The packaged jet tagger, layer by layer."""
    network = packaged_tagger()
    X = network.samples(batch)
    report = Report(
        "layers",
        f"Where the time of predict goes: packaged jet tagger at {FORMAT}, batch {batch}",
        {"part": "part", "nanoseconds": "ns/sample", "share": "share [%]"},
    )
    with pinned(1):
        times = interleaved(actions(X, network.model), rounds, single=True)
    until = [1e9 * found.best / batch for found in times.values()]
    for part, before, after in zip(times, [0.0, *until], until, strict=False):
        report.add(part=part, nanoseconds=after - before, share=100 * (after - before) / until[-1])
    report.add(part="sum", nanoseconds=until[-1], share=100.0)
    return report


@click.command(help=__doc__)
@quick_option
@output_option
def main(quick: bool, output: Path) -> None:
    """Measure, show, write."""
    report = measure(batch=512, rounds=3) if quick else measure()
    report.publish(output)


if __name__ == "__main__":
    main()
