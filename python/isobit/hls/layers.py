"""One layer of a network as a network of its own, with its formats, constants and tables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from isobit.backends.stored import KnownIntegers, StoredConstant
from isobit.errors import ConfigError, closest
from isobit.hls.project import Written, export_project
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.quantization.precision import Precision
from isobit.quantized import QuantizedModel

if TYPE_CHECKING:
    from isobit.ir import Node


def export_layer(
    model: QuantizedModel, layer: str, folder: str | os.PathLike[str], **options: Any
) -> Written:
    """Write one layer as a project; options and errors as for :func:`isobit.hls.export_project`.

    What the configuration says of strategies and reuse factors holds for it, too.

    Raises
    ------
    ConfigError
        Also for a layer that the model does not have.
    """
    return export_project(layer_of(model, layer), folder, **options)


def layer_of(model: QuantizedModel, layer: str) -> QuantizedModel:
    """A model of one layer: the same integers from the same integers.

    Raises
    ------
    ConfigError
        For a layer that the model does not have.
    """
    nodes: dict[str, Node] = {node.name: node for node in model.graph.nodes}
    if layer not in nodes:
        raise ConfigError(f"there is no layer {layer!r}.{closest(layer, nodes)}")
    node = nodes[layer]
    builder = GraphBuilder(layer)
    shapes = model.graph.shapes
    # a layer may read one tensor twice
    read = list(dict.fromkeys(node.inputs))
    for name in read:
        builder.input(name, shapes[name])
    builder.add(node.op, list(node.inputs), layer, dict(node.attrs), dict(node.constants))
    builder.output("output", layer)
    precision = Precision(
        {name: model.precision.tensor(name) for name in read}, {layer: model.precision.layers[layer]}
    )
    known = {
        key: KnownIntegers(stored.format, stored.raw)
        if isinstance(stored, StoredConstant)
        else KnownIntegers(stored.table.format, stored.table.entries, stored.table.index)
        for key, stored in model.engine.stored.items()
        if stored.layer == layer
    }
    return QuantizedModel(Model(builder.build()), precision, known)
