"""Weights that are missing, left over, of the wrong shape or not finite: errors name layer and weight."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest

from frontends.keras.build import archive, called, dense, functional, input_layer, kernel, layer, sequential
from isobit.errors import FileFormatError
from isobit.frontends.keras import load

MODEL = sequential(input_layer(4), dense(2, "fc1"), dense(3, "fc2"))
STATE = {"layers/dense": kernel(4, 2), "layers/dense_1": kernel(2, 3)}


def legacy(
    path: Path,
    weights: dict[str, dict[str, npt.ArrayLike]],
    config: Any = None,
    *,
    version: str = "2.15.0",
    chunked: bool = False,
) -> Path:
    """An HDF5 file of Keras 2: ``{"fc1": {"fc1/kernel:0": ...}}``; with a model if there is a config."""
    with h5py.File(path, "w") as file:
        root = file if config is None else file.create_group("model_weights")
        file.attrs["keras_version"] = version
        if config is not None:
            file.attrs["model_config"] = json.dumps(config).encode() if chunked else json.dumps(config)
        names = [name.encode() for name in weights]
        for number, part in enumerate([names[:1], names[1:]] if chunked else [names]):
            root.attrs[f"layer_names{number}" if chunked else "layer_names"] = part
        for name, arrays in weights.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                group[key] = array
    return path


def pair(layer: str, rows: int, columns: int, prefix: str | None = None) -> dict[str, npt.ArrayLike]:
    prefix = layer if prefix is None else prefix
    weight, bias = kernel(rows, columns)
    return {f"{prefix}/kernel:0": weight, f"{prefix}/bias:0": bias}


def expect(error: pytest.ExceptionInfo[FileFormatError], *phrases: str) -> None:
    for phrase in phrases:
        assert phrase in str(error.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_value_that_is_not_finite(tmp_path: Path, value: float) -> None:
    state = {"layers/dense": kernel(4, 2), "layers/dense_1": kernel(2, 3)}
    state["layers/dense_1"][0][1, 2] = value
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, state))
    expect(error, "'fc2'", "kernel", "(1, 2)", str(value))


def test_wrong_shape(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, {**STATE, "layers/dense_1": kernel(2, 4)}))
    expect(error, "'fc2'", "kernel", "(2, 4)", "(2, 3)")


def test_missing_layer(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, {"layers/dense": kernel(4, 2)}))
    expect(error, "'fc2'", "kernel", "bias", "layers/dense_1/vars", "none")


def test_missing_bias(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, {**STATE, "layers/dense": kernel(4, 2)[:1]}))
    expect(error, "'fc1'", "['kernel', 'bias']", "['0']")


@pytest.mark.parametrize("group", ["layers/dense_2", "layers/prelu"])
def test_left_over_layer(tmp_path: Path, group: str) -> None:
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, {**STATE, group: kernel(3, 3)}))
    expect(error, "no layer of the model owns", group)


def test_left_over_weight(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, {**STATE, "layers/dense": [*kernel(4, 2), np.ones(2)]}))
    expect(error, "'fc1'", "['0', '1', '2']")


def test_weights_of_the_model_itself(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for group, arrays in STATE.items():
            for number, array in enumerate(arrays):
                file[f"{group}/vars/{number}"] = array
        file["vars/0"] = np.ones(3)
    with pytest.raises(FileFormatError, match="outside of its layers"):
        load(archive(tmp_path, MODEL, buffer.getvalue()))


def test_integer_weights(tmp_path: Path) -> None:
    state = {**STATE, "layers/dense": [np.ones((4, 2), np.int8), np.zeros(2, np.float32)]}
    with pytest.raises(FileFormatError) as error:
        load(archive(tmp_path, MODEL, state))
    expect(error, "layers/dense/vars/0", "integers", "quantized")


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f4"])
def test_other_float_types_are_read_as_they_are(tmp_path: Path, dtype: str) -> None:
    drawn = np.random.default_rng(3).normal(size=(4, 2)).astype(dtype)
    state = {**STATE, "layers/dense": [drawn, np.zeros(2, np.float32)]}
    weight = load(archive(tmp_path, MODEL, state)).node("fc1").constants["weight"]
    assert weight.dtype == np.float64
    assert np.array_equal(weight, drawn.astype(np.float64))


def test_random_generators_and_optimizer_are_no_weights(tmp_path: Path) -> None:
    config = sequential(input_layer(4), dense(2), layer("Dropout", "drop", rate=0.5))
    state = {
        "layers/dense": kernel(4, 2),
        "layers/dropout/seed_generator": [np.zeros(2, np.int32)],
        "optimizer": [np.ones(3, np.int64)],
    }
    assert [node.op for node in load(archive(tmp_path, config, state))] == ["dense", "dropout"]


OLD = sequential(
    layer("Dense", "fc1", None, units=2, use_bias=True, activation="relu", batch_input_shape=[None, 4]),
    layer("Dense", "fc2", None, units=3, use_bias=True, activation="linear"),
)


@pytest.mark.parametrize("chunked", [False, True])
def test_legacy_file(tmp_path: Path, chunked: bool) -> None:
    stored = {"fc1": pair("fc1", 4, 2), "fc2": pair("fc2", 2, 3)}
    graph = load(legacy(tmp_path / "m.h5", stored, OLD, chunked=chunked))
    assert [node.name for node in graph] == ["fc1", "fc1_relu", "fc2"]
    assert dict(graph.inputs) == {"fc1_input": (4,)}


def architecture(folder: Path, config: Any = OLD) -> Path:
    path = folder / "arch.json"
    path.write_text(json.dumps(config))
    return path


def test_names_made_anew_are_matched_by_order(tmp_path: Path) -> None:
    stored = {"dense_7": pair("dense_7_1", 4, 2), "dense_8": pair("dense_8_1", 2, 3)}
    graph = load(architecture(tmp_path), legacy(tmp_path / "w.h5", stored))
    assert graph.node("fc2").constants["weight"].shape == (2, 3)


def test_order_does_not_matter_where_names_agree(tmp_path: Path) -> None:
    stored = {"fc2": pair("fc2", 2, 3), "fc1": pair("fc1", 4, 2)}
    assert load(architecture(tmp_path), legacy(tmp_path / "w.h5", stored)).node("fc1").shape == (2,)


def test_mixed_names_are_refused(tmp_path: Path) -> None:
    stored = {"fc2": pair("fc2", 4, 2), "other": pair("other", 2, 3)}
    with pytest.raises(FileFormatError) as error:
        load(architecture(tmp_path), legacy(tmp_path / "w.h5", stored))
    expect(error, "['fc1', 'fc2']", "['fc2', 'other']", "same model")


def test_legacy_layer_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError) as error:
        load(architecture(tmp_path), legacy(tmp_path / "w.h5", {"fc1": pair("fc1", 4, 2)}))
    expect(error, "['fc2']", "2 layers with weights, the file 1")


def test_legacy_weights_are_called_otherwise(tmp_path: Path) -> None:
    weight, bias = kernel(4, 2)
    stored = {"fc1": {"fc1/kernel:0": weight, "fc1/offset:0": bias}, "fc2": pair("fc2", 2, 3)}
    with pytest.raises(FileFormatError) as error:
        load(architecture(tmp_path), legacy(tmp_path / "w.h5", stored))
    expect(error, "'fc1'", "'bias'", "'fc1/offset:0'")


def test_legacy_weight_too_many(tmp_path: Path) -> None:
    stored = {"fc1": {**pair("fc1", 4, 2), "fc1/mask:0": np.ones((4, 2))}, "fc2": pair("fc2", 2, 3)}
    with pytest.raises(FileFormatError) as error:
        load(architecture(tmp_path), legacy(tmp_path / "w.h5", stored))
    expect(error, "'fc1'", "['kernel', 'bias']", "fc1/mask:0")


def test_statistics_of_a_frozen_model_stay_with_their_layer(tmp_path: Path) -> None:
    inner = sequential(
        input_layer(2, name="inner_x"), layer("BatchNormalization", "bn"), dense(2), name="inner"
    )
    inner["config"]["trainable"] = False
    config = functional([called(input_layer(2)), called(inner, "x")], ["x"], ["inner"])
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    arrays = {f"{name}:0": np.full(2, float(n)) for n, name in enumerate(names)}
    arrays |= {"kernel:0": np.ones((2, 2)), "bias:0": np.zeros(2)}
    node = load(legacy(tmp_path / "m.h5", {"inner": arrays}, config)).node("bn")
    assert {key: float(value[0]) for key, value in node.constants.items()} == {
        "gamma": 0.0,
        "beta": 1.0,
        "mean": 2.0,
        "variance": 3.0,
    }


@pytest.mark.parametrize("model_frozen", [False, True])
def test_frozen_layers_of_a_nested_model_come_last(tmp_path: Path, model_frozen: bool) -> None:
    """Keras lists trained weights first; where the names do not tell, the order must."""
    inner = sequential(
        input_layer(2, name="inner_x"),
        dense(2, "a", trainable=False),
        dense(2, "b"),
        name="inner",
    )
    inner["config"]["trainable"] = not model_frozen
    config = functional([called(input_layer(2)), called(inner, "x")], ["x"], ["inner"])
    arrays = {
        f"n{n}/{kind}:0": np.full(shape, float(n))
        for n in (0, 1)
        for kind, shape in (("kernel", (2, 2)), ("bias", 2))
    }
    path = legacy(tmp_path / "m.h5", {"inner": arrays}, config, version="3.15.1")
    first = 0.0 if model_frozen else 1.0
    assert np.array_equal(load(path).node("a").constants["bias"], [first, first])
