"""The order of the passes: flows that each run until nothing changes."""

from __future__ import annotations

from isobit.hls4ml.conversion.graph import LayerGraph, run_passes
from isobit.hls4ml.conversion.passes import constants, fusion, shaping, streams
from isobit.hls4ml.conversion.passes.infer import infer_types
from isobit.hls4ml.conversion.passes.prepare import prepare
from isobit.hls4ml.conversion.passes.resource import transpose_weights
from isobit.hls4ml.conversion.passes.separable import split_separable
from isobit.hls4ml.conversion.passes.softmax import limit_tables, skip_softmax

PARSE = (
    constants.normalization_of_onnx,
    constants.merge_to_apply_alpha,
    constants.divide_to_apply_alpha,
    constants.matmul_to_dense,
)
CONVERT = (
    split_separable,
    fusion.fuse_consecutive_normalizations,
    fusion.fuse_normalization,
    fusion.dense_to_convolution,
    fusion.drop_linear,
    fusion.merge_linear,
    infer_types,
)
OPTIMIZE = (fusion.drop_idle_normalization,)
STREAMING = (
    streams.flatten_in_place,
    streams.repack,
    streams.clone,
    streams.pad_before_convolution,
)
QUANTIZATION = (fusion.fuse_consecutive_normalizations,)
BACKEND = (
    shaping.drop_final_reshape,
    shaping.use_pointwise,
    shaping.reshape_in_place,
    skip_softmax,
    limit_tables,
    infer_types,
)


def run_flows(graph: LayerGraph) -> None:
    """Bring a graph of declared layers into the form in which hls4ml writes it as C++."""
    run_passes(graph, PARSE)
    run_passes(graph, CONVERT)
    run_passes(graph, OPTIMIZE)
    for node in graph.nodes.values():
        prepare(graph, node)
    if not graph.parallel:
        run_passes(graph, STREAMING)
    run_passes(graph, QUANTIZATION)
    run_passes(graph, BACKEND)
    for node in graph.nodes.values():
        transpose_weights(node)
