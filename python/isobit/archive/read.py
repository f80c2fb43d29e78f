"""Reading an ``.isobit`` file: nothing in it is trusted, and its proof is made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from isobit.archive.container import Container
from isobit.backends.stored import KnownIntegers
from isobit.errors import FileFormatError, IsobitError
from isobit.formats import Format
from isobit.ir import Graph, GraphBuilder
from isobit.model import Model
from isobit.ops import REGISTRY
from isobit.ops.layer import Layer
from isobit.quantization import request as ask
from isobit.quantization.precision import LayerPrecision, Precision
from isobit.quantized import QuantizedModel


def load_model(path: Path) -> Model | QuantizedModel:
    """The model in a file.

    Raises
    ------
    FileFormatError
        When the file is damaged, edited, contradicts itself, or was written in a newer file format; also
        when the proof that it holds is not what this isobit proves.
    """
    try:
        container = Container(path)
        return _decode(container)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        reason = error if isinstance(error, IsobitError) else f"unexpected content ({error!r})"
        raise FileFormatError(f"cannot read {str(path)!r}: {reason}") from error


def _decode(container: Container) -> Model | QuantizedModel:
    kind = container.manifest.get("kind")
    graph = _graph(container)
    if kind == "model":
        container.finish()
        return Model(graph)
    if kind != "quantized":
        raise FileFormatError(f"unknown kind of model {kind!r}")
    precision = _precision(container.json("precision.json"), graph)
    known = _integers(container)
    proof = container.json("proof.json")
    container.finish()
    model = QuantizedModel(Model(graph), precision, known)
    if set(model.engine.stored) != set(known):
        raise FileFormatError("its integers are not those of its layers")
    if model.proof.as_dict() != proof:
        raise FileFormatError(
            f"its proof, made by isobit {container.manifest.get('isobit_version')}, is not the proof of this "
            "model"
        )
    return model


def _graph(container: Container) -> Graph:
    content = container.json("graph.json")
    builder = GraphBuilder(_text(content["name"]))
    for entry in content["inputs"]:
        builder.input(_text(entry["name"]), [_integer(length) for length in entry["shape"]])
    for entry in content["nodes"]:
        name = _text(entry["name"])
        constants = {key: container.array(member, ("<f8",)) for key, member in entry["constants"].items()}
        inputs = [_text(tensor) for tensor in entry["inputs"]]
        builder.add(_text(entry["op"]), inputs, name, entry["attrs"], constants)
        if list(builder.shapes[name]) != entry["shape"]:
            raise FileFormatError(f"layer {name!r} is stored with the shape {entry['shape']}")
    for entry in content["outputs"]:
        builder.output(_text(entry["name"]), _text(entry["tensor"]))
    return builder.build()


def _precision(content: Mapping[str, Any], graph: Graph) -> Precision:
    inputs = {name: Format.parse(content["inputs"][name]) for name in graph.inputs}
    layers: dict[str, LayerPrecision] = {}
    shapes = graph.shapes
    for node in graph.nodes:
        entry = content["layers"][node.name]
        roles = {role.name for role in REGISTRY[node.op].used_roles(Layer.of(node, shapes))}
        if set(entry["formats"]) != roles:
            raise FileFormatError(f"layer {node.name!r} must have formats for {', '.join(sorted(roles))}")
        formats = {
            role: None if fmt is None and role == "accumulator" else Format.parse(fmt)
            for role, fmt in entry["formats"].items()
        }
        layers[node.name] = LayerPrecision(
            formats, _table_size(node.name, entry), _hardware(node.name, entry)
        )
    if set(content["inputs"]) != set(inputs) or set(content["layers"]) != set(layers):
        raise FileFormatError("formats are stored for layers that do not exist")
    return Precision(inputs, layers)


def _table_size(layer: str, entry: Mapping[str, Any]) -> int | None:
    size = entry["table_size"]
    return None if size is None else ask.parse_table_size(f"layer {layer!r}", size)


def _hardware(layer: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    checks = {"reuse_factor": ask.parse_reuse_factor, "strategy": ask.parse_strategy}
    return {key: checks[key](f"layer {layer!r}, {key}", value) for key, value in entry["hardware"].items()}


def _integers(container: Container) -> dict[str, KnownIntegers]:
    known: dict[str, KnownIntegers] = {}
    for key, entry in container.json("integers.json").items():
        fmt = Format.parse(entry["format"])
        kinds = ("<u8",) if fmt.width == 64 and not fmt.signed else ("<i8",)
        raw = container.array(entry["raw"], kinds)
        outside = raw.size and (int(raw.min()) < fmt.min_raw or int(raw.max()) > fmt.max_raw)
        if outside or (fmt.is_pm1 and bool((raw == 0).any())):
            raise FileFormatError(f"{key!r} holds integers out of the range of {fmt}")
        index = Format.parse(entry["index"]) if "index" in entry else None
        if index is not None and raw.shape != (index.max_raw - index.min_raw + 1,):
            raise FileFormatError(
                f"the table {key!r} has {raw.size} entries, not one for every raw of {index}"
            )
        known[key] = KnownIntegers(fmt, raw, index)
    return known


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FileFormatError(f"{value!r} is not a name")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise FileFormatError(f"{value!r} is not an integer")
    return int(value)
