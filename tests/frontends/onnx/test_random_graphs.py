"""Random graphs of arithmetic and activations: whatever the reader fuses, the numbers stay the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from frontends.onnx.build import compare, model, node, read, run_onnxruntime, samples

WIDTH = 4
LARGEST = 1e4  # beyond it single precision itself is the difference
VECTOR = np.array([1, -2, 0.5, 3], "f4")
NUMBERS = {"half": 0.5, "one": 1.0, "two": 2.0, "root_half": 0.5**0.5, "vector": VECTOR}
OPERATORS = ("Add", "Sub", "Mul", "Mul", "Sigmoid", "Tanh", "Relu", "Div", "MatMul", "Sum")


@st.composite
def graphs(draw: Any) -> onnx.ModelProto:
    """Nodes over all earlier tensors, biased towards the steps that patterns are made of."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    constants: dict[str, Any] = {**NUMBERS, "w": rng.normal(size=(WIDTH, WIDTH)).astype("f4") / 2}
    tensors, nodes = ["x", "z"], []
    for i in range(draw(st.integers(2, 12))):
        recent = st.sampled_from(tensors[-3:]) | st.sampled_from(tensors)
        op = draw(st.sampled_from(OPERATORS))
        if op in ("Add", "Sub", "Mul", "Sum"):
            pair = [draw(recent), draw(st.sampled_from(list(NUMBERS)) | recent)]
            inputs = draw(st.permutations(pair))
        elif op == "Div":
            inputs = [draw(recent), draw(st.sampled_from(list(NUMBERS)))]
        elif op == "MatMul":
            inputs = [draw(recent), "w"]
        else:
            inputs = [draw(recent)]
        tensors.append(f"t{i}")
        nodes.append(node(op, inputs, [tensors[-1]]))
    outputs = draw(st.sets(st.sampled_from(tensors[2:]), max_size=2)) | {tensors[-1]}
    return model(nodes, {"x": ["n", WIDTH], "z": ["n", WIDTH]}, sorted(outputs), constants)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=graphs(), seed=st.integers(0, 1000))
def test_like_onnxruntime(made: onnx.ModelProto, seed: int, tmp_path: Path) -> None:
    graph = read(made, tmp_path)
    data = samples(graph, seed, batch=5, scale=1.0)
    everything = onnx.ModelProto()
    everything.CopyFrom(made)
    everything.graph.ClearField("output")
    for made_node in made.graph.node:
        everything.graph.output.append(onnx.helper.make_empty_tensor_value_info(made_node.output[0]))
    for info in everything.graph.output:
        info.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    assume(all(np.abs(value).max() < LARGEST for value in run_onnxruntime(everything, data)))
    compare(graph, data, run_onnxruntime(made, data))
