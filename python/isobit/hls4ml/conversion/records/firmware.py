"""The whole of the records."""

from __future__ import annotations

from isobit.errors import FormatError, UnsupportedError
from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import Input, Reshape
from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.conversion.records.call import Draft
from isobit.hls4ml.conversion.records.streams import check_stream
from isobit.hls4ml.conversion.records.table import WRITERS
from isobit.hls4ml.firmware import Call, Firmware, Variable

VERSION = "1.3.0"
"""Of the hls4ml whose behaviour this is."""


def write_records(graph: LayerGraph, name: str) -> Firmware:
    """The records of a graph on which all passes have run.

    Raises
    ------
    UnsupportedError
        For types that isobit cannot represent, and what hls4ml writes no right C++ for.
    """
    typedefs = graph.definitions()
    variables: dict[str, Variable] = {}
    calls = []
    for node in graph.nodes.values():
        if isinstance(node, Reshape):
            continue
        calls += _call(graph, node, typedefs)
        for variable in node.variables.values():
            precision = typedefs[variable.type.name]
            variables[variable.name] = Variable(variable.name, variable.shape, precision.format)
    config = graph.config
    return Firmware(
        name,
        VERSION,
        config.backend,
        config.io_type,
        tuple(graph.variables[output].name for output in graph.inputs),
        tuple(graph.variables[output].root.name for output in graph.outputs),
        variables,
        tuple(calls),
    )


def _call(graph: LayerGraph, node: Node, typedefs: dict[str, Precision]) -> list[Call]:
    if isinstance(node, Input):
        return []
    draft = Draft(node, graph, typedefs)
    if node.class_name not in WRITERS:
        raise node.refuse("hls4ml writes no C++ for it")
    if not graph.parallel:
        check_stream(draft)
    WRITERS[node.class_name](draft)
    try:
        return [draft.finished()]
    except FormatError as error:
        raise UnsupportedError(f"layer {node.name!r} ({node.class_name}): {error}") from None
