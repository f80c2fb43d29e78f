"""Small ONNX models for tests, and what other implementations make of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from frontends.reference import evaluate
from isobit.frontends.onnx import load
from isobit.ir import Graph
from isobit.model import Model
from isobit.passes import DEFAULT, run_passes

RELATIVE = 1e-5  # float32 of onnxruntime against float64
NEWEST = onnx.defs.onnx_opset_version()


def node(
    op: str, inputs: Sequence[str], outputs: Sequence[str], name: str = "", **attrs: Any
) -> onnx.NodeProto:
    """A node; ``domain`` among the attributes is the operator set."""
    return helper.make_node(op, inputs, outputs, name=name, **attrs)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Sequence[int | str | None]],
    outputs: Sequence[str] = ("y",),
    constants: Mapping[str, Any] | None = None,
    opset: int = 17,
    element: int = onnx.TensorProto.FLOAT,
) -> onnx.ModelProto:
    """A model; shapes of inputs include the batch axis. Old versions list constants as inputs, too."""
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info(name, element, list(shape)) for name, shape in inputs.items()],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(as_array(value), name) for name, value in (constants or {}).items()],
    )
    for info in graph.output:
        info.type.tensor_type.elem_type = element
    imports = [helper.make_opsetid("", opset)]
    made = helper.make_model(graph, opset_imports=imports, producer_name="isobit tests")
    made.ir_version = helper.find_min_ir_version_for(imports)
    if made.ir_version < 4:
        for tensor in graph.initializer:
            info = helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            made.graph.input.append(info)
    return made


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """Floats as float32 (arrays keep their type), integers as int64."""
    if isinstance(value, np.ndarray):
        return value
    array = np.asarray(value)
    return array.astype(np.int64 if array.dtype.kind == "i" else np.float32)


def read(made: onnx.ModelProto, folder: Path) -> Graph:
    """The model as isobit reads it from a file."""
    path = folder / "model.onnx"
    path.write_bytes(made.SerializeToString())
    return load(path)


@functools.cache
def newest_of_onnxruntime() -> int:
    """The latest opset that the installed onnxruntime runs."""
    runtime = pytest.importorskip("onnxruntime")
    runtime.set_default_logger_severity(4)
    for opset in range(NEWEST, 6, -1):
        tried = model([node("Relu", ["x"], ["y"])], {"x": ["n", 2]}, opset=opset)
        try:
            runtime.InferenceSession(tried.SerializeToString(), providers=["CPUExecutionProvider"])
        except Exception:  # noqa: S112 (onnxruntime has no public class for its errors)
            continue
        return opset
    pytest.fail("onnxruntime runs no opset at all")


def run_onnxruntime(made: onnx.ModelProto | Path, data: Mapping[str, Any]) -> list[np.ndarray[Any, Any]]:
    """What onnxruntime computes; graph optimisations are off, so that it runs the operators as written."""
    runtime = pytest.importorskip("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    source = str(made) if isinstance(made, Path) else made.SerializeToString()
    session = runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    return list(session.run(None, dict(data)))


def run_peer(made: onnx.ModelProto, data: Mapping[str, Any]) -> list[np.ndarray[Any, Any]]:
    """What onnxruntime computes, or the reference of the onnx package for what onnxruntime lacks."""
    if made.opset_import[0].version <= newest_of_onnxruntime():
        from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as Lacking

        # 1.32 runs opset 28, but finds no kernel for Swish there.
        with suppress(Lacking):
            return run_onnxruntime(made, data)
    from onnx.reference import ReferenceEvaluator

    return list(ReferenceEvaluator(made).run(None, dict(data)))


def check(made: onnx.ModelProto, folder: Path, seed: int = 0, batch: int = 3, scale: float = 2.0) -> Graph:
    """Compare isobit's reading with the peer on random data; returns the graph."""
    graph = read(made, folder)
    data = samples(graph, seed, batch, scale)
    compare(graph, data, run_peer(made, data))
    return graph


def samples(graph: Graph, seed: int, batch: int, scale: float) -> dict[str, np.ndarray[Any, Any]]:
    """Normal random numbers for every input."""
    rng = np.random.default_rng(seed)
    return {
        name: (scale * rng.normal(size=(batch, *shape))).astype(np.float32)
        for name, shape in graph.inputs.items()
    }


def compare(graph: Graph, data: Mapping[str, Any], expected: Sequence[np.ndarray[Any, Any]]) -> None:
    """The graph's outputs must be the expected ones to ``RELATIVE`` of their largest magnitude.

    They are computed by the reference and by isobit's own engine on the float model.
    """
    reference = list(evaluate(graph, data).values())
    engine = Model(run_passes(graph, DEFAULT)).predict(dict(data))
    for found in (reference, engine if isinstance(engine, list) else [engine]):
        assert len(found) == len(expected)
        for name, ours, theirs in zip(graph.outputs, found, expected, strict=True):
            assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
            size = max(1.0, float(np.abs(theirs).max(initial=0.0)))
            np.testing.assert_allclose(ours, theirs, rtol=RELATIVE, atol=RELATIVE * size, err_msg=name)


def nested(number: int, payload: bytes) -> bytes:
    """A protobuf field that holds other fields, or text."""
    size, length = len(payload), b""
    while size >= 0x80:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + payload
