"""An interaction network that is measured, with random weights, as an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from isobit.benchmarking.networks import BITS_8, CALIBRATED_16, FloatArray, Network, calibrated, loaded

PARTICLES, FEATURES = 30, 16
EDGE, NODE, JET = (32, 30, 15, 5), (21, 30, 15, 6), (180, 30, 15, 5)

_SAMPLES = 100
"""For calibration: each has 870 edges."""

_FORMATS = {
    # Sums over edges and nodes grow far beyond one format for everything. Weights of 14 bits keep the sums of
    # products in 32 bits.
    CALIBRATED_16: calibrated(16, np.inf, _SAMPLES, "fixed<14,2,RND,SAT>"),
    BITS_8: calibrated(8, 4, _SAMPLES),
}


def interaction_network(folder: Path) -> Network:
    """All pairs of 30 particles with 16 features, as JEDI-net (arXiv:1908.05318), with ReLU."""
    path = folder / "interaction_network.onnx"
    _write(path)

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(1).normal(size=(n, PARTICLES, FEATURES)).astype(np.float32)

    name = f"interaction network {PARTICLES}x{FEATURES}"
    return Network(name, loaded(path), normal, path, formats=_FORMATS)


class _File:
    """The nodes and constants of an ONNX graph under construction."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(1)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        from onnx import helper

        result = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [result], result, **attributes))
        return result

    def mlp(self, x: str, sizes: Sequence[int], last: str) -> str:
        for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
            weight = self.rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out)).astype(np.float32)
            bias = self.rng.normal(scale=0.1, size=n_out).astype(np.float32)
            x = self.add("Add", [self.add("MatMul", [x, self.constant(weight)]), self.constant(bias)])
            x = self.add(last if number == len(sizes) - 1 else "Relu", [x])
        return x


def _write(path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    file = _File()
    pairs = [(i, j) for i in range(PARTICLES) for j in range(PARTICLES) if i != j]
    ends = [file.constant(np.array(end)) for end in zip(*pairs, strict=True)]
    both = [file.add("Gather", ["x", end], axis=1) for end in ends]
    effects = file.mlp(file.add("Concat", both, axis=2), EDGE, "Relu")
    shape = file.constant(np.array([0, PARTICLES, PARTICLES - 1, EDGE[-1]]))
    by_node = file.add("Reshape", [effects, shape])
    total = file.add("ReduceSum", [by_node, file.constant(np.array([2]))], keepdims=0)
    objects = file.mlp(file.add("Concat", ["x", total], axis=2), NODE, "Relu")
    flat = file.add("Reshape", [objects, file.constant(np.array([0, JET[0]]))])
    y = file.mlp(flat, JET, "Softmax")
    graph = helper.make_graph(
        file.nodes,
        "interaction_network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", PARTICLES, FEATURES])],
        [helper.make_tensor_value_info(y, TensorProto.FLOAT, ["n", JET[-1]])],
        file.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
