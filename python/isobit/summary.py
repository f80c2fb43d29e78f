"""Tables of the layers of a model, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from isobit.ir import Node

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel


def float_summary(model: Model) -> str:
    """One line per input and layer: operator, shape, trained values."""
    rows = [(name, "input", str(shape), "") for name, shape in model.inputs.items()]
    rows += [(node.name, node.op, str(node.shape), str(parameters(node))) for node in model.layers]
    return _table(f"model {model.name!r}", ("layer", "operator", "shape", "parameters"), rows)


def quantized_summary(model: QuantizedModel) -> str:
    """One line per input and layer: operator, shape, formats, proven integer width, possible overflow."""
    rows = [
        (name, "input", str(shape), str(model.formats[name]), "", "", "")
        for name, shape in model.inputs.items()
    ]
    for node in model.layers:
        proof = model.proof.layers[node.name]
        others = [
            f"{role} {'exact' if fmt is None else fmt}"
            for role, fmt in model.precision.layers[node.name].formats.items()
            if role != "output"
        ]
        rows.append(
            (
                node.name,
                node.op,
                str(node.shape),
                str(model.formats[node.name]),
                "; ".join(others),
                str(proof.lane),
                "possible" if proof.overflows else "excluded",
            )
        )
    head = ("layer", "operator", "shape", "output", "other formats", "lane", "overflow")
    return _table(f"quantized model {model.name!r}", head, rows)


def parameters(node: Node) -> int:
    """Number of trained values of a layer."""
    return sum(array.size for array in node.constants.values())


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (head, *rows)
    ]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join([title, *(line.rstrip() for line in lines)])
