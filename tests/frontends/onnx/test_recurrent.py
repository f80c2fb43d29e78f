"""RNN, GRU and LSTM as exporters write them: time first inside, the batch first outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import isobit
from frontends.onnx.build import check, model, node, read
from isobit.errors import UnsupportedError

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STEPS, FEATURES, UNITS = 4, 3, 2


def exported(op: str, direction: str, rng: np.random.Generator, **attrs: Any) -> onnx.ModelProto:
    """Transpose, the layer, and all its sequences and last states with the batch first."""
    directions = 2 if direction == "bidirectional" else 1
    width = GATES[op] * UNITS
    shapes = {
        "w": (directions, width, FEATURES),
        "r": (directions, width, UNITS),
        "b": (directions, 2 * width),
    }
    constants = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        node(op, ["t", *constants], ["s", "h"], name="rnn", hidden_size=UNITS, direction=direction, **attrs),
        node("Transpose", ["s"], ["y"], perm=[2, 0, 1, 3]),
        node("Transpose", ["h"], ["last"], perm=[1, 0, 2]),
    ]
    return model(nodes, {"x": ["n", STEPS, FEATURES]}, ["y", "last"], constants=constants)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("op", GATES)
def test_like_onnxruntime(op: str, direction: str, tmp_path: Path) -> None:
    attrs = {"linear_before_reset": 1} if op == "GRU" and direction != "reverse" else {}
    check(exported(op, direction, np.random.default_rng(0), **attrs), tmp_path)


def test_lengths_and_initial_states_as_inputs(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    made = exported("GRU", "bidirectional", rng)
    made.graph.node[1].input.extend(["", "state"] if len(made.graph.node[1].input) < 5 else ["state"])
    turned = node("Transpose", ["h0"], ["state"], perm=[1, 0, 2])
    made.graph.node.insert(0, turned)
    made.graph.input.append(onnx.helper.make_tensor_value_info("h0", 1, ["n", 2, UNITS]))
    graph = check(made, tmp_path)
    assert [n.op for n in graph].count("gru") == 4  # both directions, for the sequence and for the state


@pytest.mark.parametrize("length", [-1, 6, 2.5])
def test_lengths_that_do_not_exist_are_refused(length: float, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    weights = {"w": rng.normal(size=(1, 6, 3)), "r": rng.normal(size=(1, 6, 2))}
    made = model(
        [node("GRU", ["x", "w", "r", "", "lengths"], ["y"], hidden_size=2, layout=1)],
        {"x": ["n", 5, 3]},
        constants={name: array.astype(np.float32) for name, array in weights.items()},
    )
    made.graph.input.append(onnx.helper.make_tensor_value_info("lengths", onnx.TensorProto.INT32, ["n"]))
    (tmp_path / "model.onnx").write_bytes(made.SerializeToString())
    loaded = isobit.load(tmp_path / "model.onnx")
    data = {"x": np.ones((2, 5, 3)), "lengths": np.array([5, length])}
    for one in (loaded, loaded.quantize("fixed<16,6>")):
        with pytest.raises(isobit.InputError, match=f"'lengths': sample 1 is {length}, .*from 0 to 5"):
            one.predict(data)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "clip": ({"clip": 1.0}, "attribute clip"),
    "activation": ({"activations": ["Tanh", "Elu", "Tanh"]}, "attribute activations has 'Elu'|'Elu'"),
    "different activations": ({"activations": ["Sigmoid", "Tanh", "Relu"]}, "same for g and h"),
    "coupled gates": ({"input_forget": 1}, "attribute input_forget is 1"),
    "slopes": ({"activation_alpha": [0.5]}, "activation_alpha"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    attrs, match = REFUSED[name]
    with pytest.raises(UnsupportedError, match=rf"node 'rnn' \(operator LSTM\).*({match})"):
        read(exported("LSTM", "forward", np.random.default_rng(0), **attrs), tmp_path)


def test_peepholes_are_refused(tmp_path: Path) -> None:
    made = exported("LSTM", "forward", np.random.default_rng(0))
    made.graph.node[1].input.extend(["", "", "", "p"])
    made.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros((1, 3 * UNITS), np.float32), "p"))
    with pytest.raises(UnsupportedError, match="peepholes"):
        read(made, tmp_path)
