"""Every layer with options drawn at random, saved by the installed Keras, against its own float64 outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontends.keras import drawn_attention, drawn_convolutions, drawn_operations, drawn_recurrent
from frontends.keras.drawing import Builder, Draw, listed
from isobit import load
from isobit.model import Model

CONFIGURATIONS = 100
# Relative to the largest output of a tensor. Both compute in float64, but where TensorFlow or Keras have
# float32 only: pooling in three dimensions, resizing, constants of attention (scales, 1e9 off the scores).
TOLERANCE = 1e-10
SINGLE = 1e-5
SINGLE_LAYERS = ("Resizing", "UpSampling2D", "MultiHeadAttention", "MultiHeadAttention-axes")
SINGLE_LAYERS += ("GroupQueryAttention", "Attention", "AdditiveAttention")


def tolerance(name: str) -> float:
    return SINGLE if single(name) or name in SINGLE_LAYERS else TOLERANCE


def single(name: str) -> bool:
    """Whether TensorFlow has no float64 kernels for the layer."""
    return name.endswith("Pooling3D")


BUILDERS: dict[str, Builder] = {
    **drawn_convolutions.BUILDERS,
    **drawn_recurrent.BUILDERS,
    **drawn_attention.BUILDERS,
    **drawn_operations.BUILDERS,
}

pytestmark = [
    pytest.mark.first,
    pytest.mark.slow,
    # Keras' own variables do not follow NumPy 2 yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis"),
    pytest.mark.filterwarnings("ignore:.*destroy the mask information"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]


@pytest.fixture
def keras(request: pytest.FixtureRequest) -> Iterator[Any]:
    pytest.importorskip("tensorflow", reason="needs TensorFlow (extra 'keras')", exc_type=ImportError)
    import keras

    before = keras.backend.floatx()
    keras.backend.set_floatx("float32" if single(request.getfixturevalue("name")) else "float64")
    yield keras
    keras.backend.set_floatx(before)


@pytest.fixture(params=BUILDERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def outputs_of(model: Any, data: Any) -> list[Any]:
    """What Keras computes; compiled with XLA where TensorFlow has no kernel (channels first) without."""
    import tensorflow as tf

    try:
        results = model(data, training=False)
    except (tf.errors.UnimplementedError, tf.errors.InvalidArgumentError):
        results = tf.function(lambda *inputs: model(list(inputs), training=False), jit_compile=True)(*data)
    return [np.asarray(result) for result in listed(results)]


def randomize(model: Any, rng: np.random.Generator) -> None:
    for weight in model.weights:
        low = 0.5 if "variance" in weight.path else -0.8
        weight.assign(rng.uniform(low, 1.0 + low, weight.shape))


def save(model: Any, folder: Path, kind: str) -> Path:
    if kind == "json":
        (folder / "m.json").write_text(model.to_json())
        model.save_weights(folder / "m.weights.h5")
    else:
        model.save(folder / f"m.{kind}")
    return folder / f"m.{kind}"


def load_model(path: Path) -> Model:
    return load(path, weights=path.with_name("m.weights.h5") if path.suffix == ".json" else None)


def test_layer(keras: Any, tmp_path: Path, name: str) -> None:
    for seed in range(CONFIGURATIONS):
        keras.backend.clear_session()
        draw = Draw(keras, np.random.default_rng([*name.encode(), seed]))
        outputs = listed(BUILDERS[name](draw))
        model = keras.Model(draw.inputs, outputs)
        randomize(model, draw.rng)
        expected = outputs_of(model, draw.data)
        path = save(model, tmp_path, ("keras", "h5", "json")[seed % 3])
        try:
            data = [np.asarray(x, np.float64) for x in draw.data]
            result = load_model(path).predict(data if len(data) > 1 else data[0])
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}: {_described(model)}") from error
        result = result if isinstance(result, list) else [result]
        assert len(result) == len(expected)
        for y, wanted in zip(result, expected, strict=True):
            assert y.shape == wanted.shape, f"{name}, seed {seed}: {_described(model)}"
            error = np.abs(y - wanted).max() / max(1.0, np.abs(wanted).max())
            assert error < tolerance(name), f"{name}, seed {seed}: error {error}, {_described(model)}"


def _described(model: Any) -> str:
    layers = json.loads(model.to_json())["config"]["layers"]
    return json.dumps(
        [
            (la["class_name"], la["config"], la["inbound_nodes"])
            for la in layers
            if la["class_name"] != "InputLayer"
        ]
    )
