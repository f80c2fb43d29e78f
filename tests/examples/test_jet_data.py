"""The tagger and the test jets that the package ships: what they hold, and that they belong together."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

import isobit

CLASSES = ("q", "g", "W", "Z", "t")
DENSE = {"dense_1": (16, 64), "dense_2": (64, 32), "dense_3": (32, 32), "logits": (32, 5)}
MAX_JETS_SIZE = 3_000_000  # bytes

Arrays = Mapping[str, NDArray[Any]]


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(isobit.__file__).parent / "data"


@pytest.fixture(scope="module")
def jets(folder: Path) -> Arrays:
    with np.load(folder / "jets_test.npz", allow_pickle=False) as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def record(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "jet_tagger.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def onnx_model(folder: Path) -> onnx.ModelProto:
    model = onnx.load(folder / "jet_tagger.onnx")
    onnx.checker.check_model(model, full_check=True)
    return model


@pytest.fixture(scope="module")
def constants(onnx_model: onnx.ModelProto) -> Arrays:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx_model.graph.initializer}


@pytest.fixture(scope="module")
def keras_layers(folder: Path) -> dict[str, dict[str, Any]]:
    """Configuration of each Keras layer by name, in order; dense layers with their `kernel` and `bias`."""
    with zipfile.ZipFile(folder / "jet_tagger.keras") as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
        found = {
            layer["config"]["name"]: {**layer["config"], "class": layer["class_name"]} for layer in layers
        }
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as weights:
            for group in weights["layers"].values():
                variables = group["vars"]
                if len(variables):
                    kernel, bias = (variables[key][()] for key in ("0", "1"))
                    found[variables.attrs["name"]].update(kernel=kernel, bias=bias)
    return found


def forward(X: NDArray[np.float32], constants: Arrays) -> NDArray[np.float64]:
    """The network in float64, written out: an answer that shares no code with Keras, ONNX or isobit."""
    value = (X.astype(np.float64) - constants["standardise.mean"]) / constants["standardise.deviation"]
    for name in DENSE:
        value = value @ constants[f"{name}.kernel"] + constants[f"{name}.bias"]
        if name != "logits":
            value = np.maximum(value, 0)
    exponential = np.exp(value - value.max(axis=1, keepdims=True))
    return np.asarray(exponential / exponential.sum(axis=1, keepdims=True))


def test_jets_are_complete_and_balanced(jets: Arrays, record: dict[str, Any]) -> None:
    count = len(jets["y"])
    assert 10_000 <= count == record["jets"]["test"]["jets"]
    assert jets["X"].dtype == np.float32
    assert jets["X"].shape == (count, 16)
    assert np.isfinite(jets["X"]).all()
    assert jets["y"].dtype == np.int8
    np.testing.assert_array_equal(np.bincount(jets["y"]), [count // 5] * 5)
    assert tuple(jets["classes"]) == CLASSES == tuple(record["classes"])
    assert list(jets["features"]) == record["features"]


def test_jets_are_in_physical_units(jets: Arrays) -> None:
    column = {name: jets["X"][:, index] for index, name in enumerate(jets["features"])}
    boson_mass = {
        name: np.median(column["mass_mmdt"][jets["y"] == CLASSES.index(name)]) for name in ("W", "Z", "t")
    }
    assert 75 < boson_mass["W"] < boson_mass["Z"] < 100 < boson_mass["t"] < 180, "GeV"
    np.testing.assert_array_equal(column["multiplicity"], np.round(column["multiplicity"]))
    assert column["multiplicity"].min() >= 1
    assert (column["zlogz"] <= 0).all()
    for name in ("c1_b0", "c1_b1", "c1_b2"):  # sums of pT fractions times distances within the jet
        assert column[name].min() >= 0
        assert column[name].max() < 0.8


def test_jets_differ_from_each_other(jets: Arrays) -> None:
    assert len(np.unique(jets["X"], axis=0)) == len(jets["X"])


def test_jets_are_not_those_of_the_training(record: dict[str, Any]) -> None:
    assert record["jets"]["train"]["seed"] != record["jets"]["test"]["seed"]
    assert None not in (record["jets"]["train"]["seed"], record["jets"]["test"]["seed"])


def test_jets_are_small(folder: Path) -> None:
    assert (folder / "jets_test.npz").stat().st_size <= MAX_JETS_SIZE


def test_onnx_graph(onnx_model: onnx.ModelProto, record: dict[str, Any]) -> None:
    graph = onnx_model.graph
    assert [(node.op_type, node.name) for node in graph.node] == [
        ("Sub", "standardise_centre"),
        ("Div", "standardise"),
        ("Gemm", "dense_1"),
        ("Relu", "relu_1"),
        ("Gemm", "dense_2"),
        ("Relu", "relu_2"),
        ("Gemm", "dense_3"),
        ("Relu", "relu_3"),
        ("Gemm", "logits"),
        ("Softmax", "probabilities"),
    ]
    for value, name, width in ((graph.input[0], "features", 16), (graph.output[0], "probabilities", 5)):
        dimensions = value.type.tensor_type.shape.dim
        assert (value.name, dimensions[0].dim_param, dimensions[1].dim_value) == (name, "batch", width)
    metadata = {entry.key: entry.value.split() for entry in onnx_model.metadata_props}
    assert metadata == {"classes": record["classes"], "features": record["features"]}


def test_onnx_and_keras_hold_the_same_network(
    constants: Arrays, onnx_model: onnx.ModelProto, keras_layers: dict[str, dict[str, Any]]
) -> None:
    names = [node.name for node in onnx_model.graph.node if node.name != "standardise_centre"]
    assert list(keras_layers) == ["features", *names]
    standardise = keras_layers["standardise"]
    np.testing.assert_array_equal(np.float32(standardise["mean"]), constants["standardise.mean"])
    np.testing.assert_array_equal(
        np.sqrt(np.float32(standardise["variance"])), constants["standardise.deviation"]
    )
    for name, shape in DENSE.items():
        assert keras_layers[name]["activation"] == "linear"
        for part, expected in (("kernel", shape), ("bias", shape[1:])):
            stored = constants[f"{name}.{part}"]
            assert stored.dtype == np.float32
            assert stored.shape == expected
            np.testing.assert_array_equal(keras_layers[name][part], stored)


def test_recorded_accuracy_and_auc(jets: Arrays, constants: Arrays, record: dict[str, Any]) -> None:
    scores, labels = forward(jets["X"], constants), jets["y"]
    # One jet in 30,000 may sit so near a border that float32 and float64 decide differently.
    assert (scores.argmax(axis=1) == labels).mean() == pytest.approx(record["accuracy"], abs=1e-4)
    assert record["accuracy"] >= 0.72
    for index, name in enumerate(CLASSES):
        signal, background = scores[labels == index, index], np.sort(scores[labels != index, index])
        below = np.searchsorted(background, signal, "left") + np.searchsorted(background, signal, "right")
        area = below.mean() / (2 * len(background))
        assert area == pytest.approx(record["auc"][name], abs=1e-4)
        assert area > 0.9
