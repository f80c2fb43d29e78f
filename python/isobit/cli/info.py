"""``isobit info``: the layers of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from isobit.cli.console import Output, table
from isobit.cli.options import ModelArguments, json_option, model_argument

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel


@click.command("info")
@model_argument
@json_option
def command(model: ModelArguments, as_json: bool) -> None:
    """Show the layers of MODEL, their formats and what is proven about them.

    MODEL is an .onnx, .keras, .h5 or .isobit file, a Keras architecture (.json) with --weights, or the
    folder of an hls4ml project.
    """
    from isobit.quantized import QuantizedModel

    output, loaded = Output(as_json), model.load()
    if isinstance(loaded, QuantizedModel):
        output.json(_quantized_facts(loaded))
        describe(output, loaded)
    else:
        output.json(_float_facts(loaded))
        _describe_float(output, loaded)


def describe(output: Output, model: QuantizedModel) -> None:
    """Print the layers, constants and tables of a quantized model."""
    output.heading(f"{model.name}: quantized model, {len(model.layers)} layers")
    output.say(_layers(model))
    output.say(_constants(model))


def _describe_float(output: Output, model: Model) -> None:
    from isobit.summary import parameters

    rows = [(name, "input", shape_text(shape), "") for name, shape in model.inputs.items()]
    rows += [(n.name, n.op, shape_text(n.shape), f"{parameters(n):,}") for n in model.layers]
    total = sum(parameters(node) for node in model.layers)
    output.heading(f"{model.name}: float model, {len(model.layers)} layers, {total:,} parameters")
    output.say(table(("layer", "operator", "shape", "parameters"), rows, left=(0, 1, 2)))


def _layers(model: QuantizedModel) -> Any:
    rows = []
    for name, shape in model.inputs.items():
        rows.append((name, "input", shape_text(shape), str(model.formats[name]), "", "", ""))
    for node in model.layers:
        proof = model.proof.layers[node.name]
        accumulator = model.tensors.get(f"{node.name}.accumulator")
        rows.append(
            (
                node.name,
                node.op,
                shape_text(node.shape),
                str(model.formats[node.name]),
                "" if accumulator is None else str(accumulator.format),
                f"int{proof.lane}",
                "possible" if proof.overflows else "excluded",
            )
        )
    head = ("layer", "operator", "shape", "output", "accumulator", "computed in", "overflow")
    return table(head, rows, left=tuple(range(7)))


def _constants(model: QuantizedModel) -> Any:
    rows = []
    for name, tensor in model.tensors.items():
        if tensor.raw is not None:
            error = "" if tensor.max_error is None else f"{tensor.max_error:.3g}"
            rows.append((name, shape_text(tensor.shape), str(tensor.format), error))
    head = ("constant or table", "shape", "format", "largest error of the table")
    return table(head, rows, left=(0, 1, 2))


def _float_facts(model: Model) -> dict[str, Any]:
    from isobit.summary import parameters

    return {
        **_common(model),
        "quantized": False,
        "layers": [
            {"name": n.name, "operator": n.op, "shape": list(n.shape), "parameters": parameters(n)}
            for n in model.layers
        ],
    }


def _quantized_facts(model: QuantizedModel) -> dict[str, Any]:
    layers = []
    for node in model.layers:
        proof = model.proof.layers[node.name]
        formats = model.precision.layers[node.name].formats
        layers.append(
            {
                "name": node.name,
                "operator": node.op,
                "shape": list(node.shape),
                "formats": {role: "exact" if fmt is None else str(fmt) for role, fmt in formats.items()},
                "bits": proof.bits,
                "lane": proof.lane,
                "overflow_excluded": not proof.overflows,
            }
        )
    tables = {name: t.max_error for name, t in model.tensors.items() if t.max_error is not None}
    inputs = {name: str(model.formats[name]) for name in model.inputs}
    return {
        **_common(model),
        "quantized": True,
        "input_formats": inputs,
        "layers": layers,
        "table_errors": tables,
    }


def _common(model: Model | QuantizedModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "inputs": {name: list(shape) for name, shape in model.inputs.items()},
        "outputs": {name: list(shape) for name, shape in model.outputs.items()},
    }


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape without the batch axis, such as ``64`` or ``8 × 3``."""
    return " × ".join(map(str, shape)) if shape else "scalar"
