"""Models drawn at random, saved by the installed Keras in every format, against its own outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontends.keras.fixture_models import activation_functions
from frontends.keras.test_fixtures import compare, load_any

SEEDS = range(60)

pytestmark = [
    pytest.mark.slow,
    # Keras' own variables do not follow NumPy 2 yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:You are using a softmax over axis"),
]


@pytest.fixture(scope="module")
def keras() -> Any:
    pytest.importorskip("tensorflow", reason="needs TensorFlow (extra 'keras')", exc_type=ImportError)
    import keras

    return keras


class Draw:
    """Random layers on random tensors."""

    def __init__(self, keras: Any, seed: int) -> None:
        self.keras = keras
        self.rng = np.random.default_rng(seed)
        self.names = activation_functions(keras)

    def one_of(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def activation(self) -> Any:
        layers = self.keras.layers
        slope, top = self.rng.uniform(0, 0.5), self.rng.uniform(0.5, 3)
        return self.one_of(
            *self.names, None, layers.LeakyReLU(slope), layers.ReLU(max_value=top), layers.ELU(slope)
        )

    def layer(self, rank: int) -> Any:
        """A layer that takes one tensor with this many axes, besides the batch."""
        layers, rng = self.keras.layers, self.rng
        axis = int(rng.integers(1, rank + 1))
        axis = self.one_of(axis, axis - rank - 1)
        return self.one_of(
            layers.Dense(int(rng.integers(1, 7)), self.activation(), use_bias=bool(rng.integers(2))),
            layers.Dense(int(rng.integers(1, 7)), trainable=False),
            layers.Activation(self.one_of(*self.names)),
            layers.BatchNormalization(
                axis=axis,
                epsilon=rng.uniform(1e-5, 1e-2),
                center=bool(rng.integers(2)),
                scale=bool(rng.integers(2)),
            ),
            layers.PReLU(shared_axes=self.one_of(None, [axis % (rank + 1)])),
            layers.ReLU(max_value=self.one_of(None, 2.0), threshold=self.one_of(0.0, 0.5)),
            layers.ReLU(max_value=self.one_of(None, 2.0), negative_slope=self.one_of(0.0, 0.25)),
            layers.Softmax(axis=axis),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Permute(tuple(int(n) + 1 for n in rng.permutation(rank))),
            layers.Reshape((-1,)),
            layers.Rescaling(rng.uniform(0.5, 2), offset=rng.uniform(-1, 1)),
            layers.Normalization(axis=axis, mean=rng.uniform(-1, 1), variance=rng.uniform(0.5, 2)),
        )

    def merge(self, tensors: list[Any]) -> Any:
        """A tensor that joins some of these."""
        layers = self.keras.layers
        first = self.one_of(*tensors)
        same = [tensor for tensor in tensors if tensor.shape == first.shape]
        chosen = [first, *[self.one_of(*same) for _ in range(self.rng.integers(1, 3))]]
        if self.rng.random() < 0.3:
            return self.one_of(
                chosen[0] + chosen[1], 2.5 - chosen[0], chosen[0] * 0.5 - chosen[1], -chosen[0]
            )
        kinds = (
            layers.Add,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
            layers.Minimum,
            layers.Concatenate,
        )
        return self.one_of(*kinds)()(chosen)

    def model(self, depth: int = 0) -> Any:
        """A functional model of one to three inputs, with shared layers and nested models."""
        inputs = [
            self.keras.Input(tuple(int(n) for n in self.rng.integers(1, 5, self.rng.integers(1, 4))))
            for _ in range(self.rng.integers(1, 3 + (depth == 0)))
        ]
        tensors = list(inputs)
        for _ in range(self.rng.integers(3, 8)):
            source, kind = self.one_of(*tensors), self.rng.random()
            if kind < 0.25:
                tensors.append(self.merge(tensors))
            elif kind < 0.4 and depth < 2:
                tensors += self.nested(tensors, depth)
            else:
                layer = self.layer(len(source.shape) - 1)
                tensors.append(layer(source))
                twins = [tensor for tensor in tensors[:-1] if tensor.shape == source.shape]
                if self.rng.random() < 0.3:
                    tensors.append(layer(self.one_of(*twins)))
        last = {id(t): t for t in [tensors[-1], self.one_of(*tensors[len(inputs) :])]}
        return self.keras.Model(inputs, list(last.values()))

    def nested(self, tensors: list[Any], depth: int) -> list[Any]:
        """The results of a model in the place of a layer, called once or twice."""
        source = self.one_of(*tensors)
        if self.rng.random() < 0.5:
            inner = self.keras.Sequential([self.keras.Input(source.shape[1:])])
            for _ in range(self.rng.integers(1, 4)):
                inner.add(self.layer(len(inner.output_shape) - 1 if inner.layers else len(source.shape) - 1))
        else:
            inner = self.model(depth + 1)
        adapted = [
            self.keras.layers.Reshape(wanted.shape[1:])(
                self.keras.layers.Dense(int(np.prod(wanted.shape[1:])))(flat)
            )
            for wanted in inner.inputs
            for flat in [self.keras.layers.Flatten()(source)]
        ]
        inner.trainable = bool(self.rng.random() < 0.8)
        results = inner(adapted if len(adapted) > 1 else adapted[0])
        results = results if isinstance(results, list) else [results]
        if self.rng.random() < 0.4:
            again = inner(adapted if len(adapted) > 1 else adapted[0])
            results += again if isinstance(again, list) else [again]
        return results


def randomize(model: Any, rng: np.random.Generator) -> None:
    for weight in model.weights:
        if "float" in str(weight.dtype):
            low = 0.5 if "variance" in weight.path else -0.8
            weight.assign(rng.uniform(low, 0.8 + low, weight.shape).astype(np.float32))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_model(keras: Any, tmp_path: Path, seed: int) -> None:
    keras.backend.clear_session()
    draw = Draw(keras, seed)
    model = draw.model()
    randomize(model, draw.rng)
    inputs = [draw.rng.normal(size=(8, *tensor.shape[1:])).astype(np.float32) for tensor in model.inputs]
    outputs = model(inputs, training=False)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    arrays = {f"x{number}": x for number, x in enumerate(inputs)}
    arrays |= {f"y{number}": np.asarray(y) for number, y in enumerate(outputs)}
    model.save(tmp_path / "m.keras")
    model.save(tmp_path / "m.h5")
    (tmp_path / "m.json").write_text(model.to_json())
    model.save_weights(tmp_path / "m.weights.h5")
    for name in ("m.keras", "m.h5", "m.json"):
        compare(load_any(tmp_path / name), arrays)
