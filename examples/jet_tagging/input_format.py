"""What the tagger's input format must hold, since its users feed physical units: GeV, counts, small ratios.

    python input_format.py jet_tagger.onnx jets_test.npz

Measures with the float network which integer and fractional bits each feature needs, and what one format for
all of them costs. Only the input is rounded (to nearest, saturating); the rest is float. Prints Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
import onnxruntime
from jet_file import JetFile, read_jets
from metrics import accuracy, auc
from numpy.typing import NDArray

# The most jets, one in a thousand, whose choice of class may change because a feature is rounded.
_CHANGED_CHOICES = 1e-3
_FRACTIONAL_BITS = range(-4, 25)
_COMMON_WIDTHS = (12, 14, 16, 18, 20, 22, 24)

Network = Callable[[NDArray[np.float64]], NDArray[np.float32]]


def rounded(values: NDArray[np.floating], integer: int, fractional: int) -> NDArray[np.float64]:
    """Round values to the signed format of `integer` bits (the sign among them) and `fractional` bits."""
    width, scale = integer + fractional, 2.0**fractional
    raw = np.floor(values.astype(np.float64) * scale + 0.5)
    return np.clip(raw, -(2.0 ** (width - 1)), 2.0 ** (width - 1) - 1) / scale


def integer_bits(values: NDArray[np.floating]) -> int:
    """Count the fewest integer bits, the sign among them, of a signed format that holds every value.

    Negative where the values are so small that even bits after the point stay unused.
    """
    bits = 1 + int(np.ceil(np.log2(np.abs(values).max())))
    return bits if np.abs(values).max() < 2.0 ** (bits - 1) else bits + 1


def fractional_bits(network: Network, X: NDArray[np.float32], column: int) -> int:
    """Count the fewest fractional bits that, for this feature alone, change few enough choices of class."""
    choice = network(X.astype(np.float64)).argmax(axis=1)
    integer = integer_bits(X[:, column])
    for fractional in _FRACTIONAL_BITS:
        if integer + fractional < 1:
            continue
        coarse = X.astype(np.float64)
        coarse[:, column] = rounded(X[:, column], integer, fractional)
        if (network(coarse).argmax(axis=1) != choice).mean() <= _CHANGED_CHOICES:
            return fractional
    raise ValueError(f"feature {column} needs more than {_FRACTIONAL_BITS[-1]} fractional bits")


def feature_table(network: Network, jets: JetFile) -> tuple[list[list[str]], list[int], list[int]]:
    """Measure each feature's range and bits; also gives the integer and the fractional bits as numbers."""
    rows, integer, fractional = [], [], []
    for column, name in enumerate(jets.features):
        values = jets.X[:, column]
        integer.append(integer_bits(values))
        fractional.append(fractional_bits(network, jets.X, column))
        statistics = (values.min(), np.median(values), values.max(), values.std())
        bits = (integer[-1], fractional[-1], integer[-1] + fractional[-1])
        rows.append([name, *(f"{value:.4g}" for value in statistics), *(str(number) for number in bits)])
    return rows, integer, fractional


def common_table(network: Network, jets: JetFile, integer: int) -> list[list[str]]:
    """Measure what the float network still reaches with one format for all features, per width."""
    exact = network(jets.X.astype(np.float64))
    smallest = jets.X.std(axis=0).min()
    rows = []
    for width in _COMMON_WIDTHS:
        scores = network(rounded(jets.X, integer, width - integer))
        areas = auc(scores, jets.y)
        changed = (scores.argmax(axis=1) != exact.argmax(axis=1)).mean()
        rows.append(
            [
                f"`fixed<{width},{integer}>`",
                f"{smallest * 2.0 ** (width - integer):.2f}",
                f"{accuracy(scores, jets.y):.4f}",
                f"{changed:.2%}",
                *(f"{area:.4f}" for area in areas),
            ]
        )
    areas = auc(exact, jets.y)
    rows.append(["float32", "", f"{accuracy(exact, jets.y):.4f}", "0", *(f"{area:.4f}" for area in areas)])
    return rows


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table, all columns but the first aligned right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


@click.command(help=__doc__.split("\n\n")[0])
@click.argument("tagger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("test_jets", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(tagger: Path, test_jets: Path) -> None:
    jets = read_jets(test_jets)
    session = onnxruntime.InferenceSession(tagger, providers=["CPUExecutionProvider"])

    def network(X: NDArray[np.float64]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = session.run(None, {"features": X.astype(np.float32)})[0]
        return scores

    rows, integer, fractional = feature_table(network, jets)
    header = ("feature", "min", "median", "max", "deviation", "integer bits", "fractional bits", "width")
    click.echo(markdown(header, rows) + "\n")
    whole, fraction = max(integer), max(fractional)
    click.echo(f"A format that serves every feature: fixed<{whole + fraction},{whole}>\n")
    formats = ("input format", "smallest deviation in steps", "accuracy", "choices changed", *jets.classes)
    click.echo(markdown(formats, common_table(network, jets, whole)))


if __name__ == "__main__":
    main()
