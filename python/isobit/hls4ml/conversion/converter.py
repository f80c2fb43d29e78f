"""``convert``: a model file and a configuration become records."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isobit.errors import UnsupportedError
from isobit.hls4ml.conversion.config import HlsConfig
from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.layers import Constant
from isobit.hls4ml.conversion.nodes.table import KINDS
from isobit.hls4ml.conversion.notes import notes
from isobit.hls4ml.conversion.passes.flows import run_flows
from isobit.hls4ml.conversion.records.firmware import write_records
from isobit.hls4ml.conversion.sources.declared import Declarations
from isobit.hls4ml.firmware import Firmware


def convert(path: Path, weights: Path | None, config: Mapping[str, Any], name: str = "myproject") -> Firmware:
    """What hls4ml's Vitis or Vivado back end would write for a model.

    Parameters
    ----------
    path, weights : Path
        As for :func:`isobit.load`: a file of Keras, or of ONNX.
    config : mapping
        As for :class:`isobit.hls4ml.conversion.config.HlsConfig`.
    name : str
        Of the top function.

    Raises
    ------
    ConfigError
        For what is unknown in the configuration.
    UnsupportedError
        For layers and options that hls4ml converts wrongly or not at all, or that isobit does not emulate.
    """
    return convert_declared(declare(path, weights), config, name)


def declare(path: Path, weights: Path | None) -> Declarations:
    """The layers of a file as hls4ml's converters list them."""
    suffix = path.suffix.lower()
    if suffix == ".onnx":
        from isobit.hls4ml.conversion.sources.onnx import declare as declare_onnx

        return declare_onnx(path)
    if suffix in (".keras", ".h5", ".hdf5", ".json"):
        from isobit.hls4ml.conversion.sources.keras import declare as declare_keras

        return declare_keras(path, weights)
    raise UnsupportedError(f"{path.name!r}: profile 'hls4ml' converts models of Keras and ONNX")


def convert_declared(declared: Declarations, config: Mapping[str, Any], name: str = "myproject") -> Firmware:
    """The same for layers that are declared already."""
    graph = build(declared, HlsConfig(config))
    run_flows(graph)
    graph.config.check_names(graph.names)
    firmware = write_records(graph, name)
    for note in notes(graph):
        logging.getLogger(__name__).warning("%s", note)
    return firmware


def build(declared: Declarations, config: HlsConfig) -> LayerGraph:
    """The graph of declared layers, before any pass."""
    graph = LayerGraph(config, declared.inputs, declared.outputs)
    for layer in declared.layers:
        graph.add(KINDS[layer.kind](graph, layer.name, layer.attrs, layer.inputs, layer.outputs))
    for node in [node for node in graph.nodes.values() if isinstance(node, Constant)]:
        if not graph.consumers(node.name):  # it counts in the numbers of the layers all the same
            del graph.nodes[node.name]
    return graph
