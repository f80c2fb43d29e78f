"""Write ``data/layers-<version>.zip``: layers of Keras 2 with random weights and Keras' own outputs.

PYTHONPATH=tests python tests/frontends/keras/make_keras2_layers.py     # needs tf_keras
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


def models(keras: Any) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Name, inputs and outputs."""
    la = keras.layers
    x, image, indices = keras.Input((5, 4)), keras.Input((8, 7, 3)), keras.Input((6,))
    h, c = keras.Input((3,)), keras.Input((3,))
    embedded = la.Embedding(9, 4, mask_zero=True)(indices)
    recurrent = [
        la.LSTM(3)(x),
        la.GRU(3, return_sequences=True)(x),
        la.GRU(3, reset_after=False)(x),
        la.SimpleRNN(2, go_backwards=True)(x),
        *la.Bidirectional(la.LSTM(3, return_state=True, return_sequences=True))(x),
        la.TimeDistributed(la.Dense(3))(x),
        la.LSTM(2, recurrent_activation="hard_sigmoid")(x),
        la.RNN([la.LSTMCell(3), la.GRUCell(2)])(x),
    ]
    yield "recurrent", [x], recurrent
    yield "states", [x, h, c], [la.LSTM(3)(x, initial_state=[h, c])]
    masked = [
        la.LSTM(3)(embedded),
        la.Bidirectional(la.GRU(2, return_sequences=True))(embedded),
        la.GlobalAveragePooling1D()(embedded),
        la.LSTM(2)(la.Dense(3)(la.Dropout(0.1)(embedded))),
        la.LSTM(2)(la.Add()([embedded, la.Dense(4)(embedded)])),
    ]
    yield "masked", [indices], masked
    images = [
        la.Conv2D(4, 3, padding="same", strides=2, activation="relu")(image),
        la.DepthwiseConv2D(3, depth_multiplier=2)(image),
        la.SeparableConv2D(4, 3)(image),
        la.Conv2DTranspose(3, 3, strides=2, padding="same")(image),
        la.AveragePooling2D(3, padding="same")(image),
        la.ZeroPadding2D(((1, 0), (2, 1)))(image),
        la.UpSampling2D(2, interpolation="bilinear")(image),
        la.LayerNormalization()(image),
    ]
    yield "images", [image], images
    sequences = [
        la.Conv1D(4, 3, padding="causal", dilation_rate=2)(x),
        la.Conv1DTranspose(2, 3, strides=2)(x),
        la.GroupNormalization(2)(x),
        la.MultiHeadAttention(2, 3)(x, x),
        la.Attention()([x, x]),
        la.AdditiveAttention()([x, x]),
        la.Dot(axes=(2, 2))([x, x]),
    ]
    yield "sequences", [x], sequences


def main() -> None:
    import tf_keras as keras

    rng, packed = np.random.default_rng(0), io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as temporary,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        folder = Path(temporary)
        for name, inputs, outputs in models(keras):
            model = keras.Model(inputs, outputs)
            for weight in model.weights:
                weight.assign(rng.uniform(-0.4, 0.4, weight.shape))
            data = [rng.normal(size=(4, *t.shape[1:])).astype("float32") for t in inputs]
            if name == "masked":
                data = [np.maximum(rng.integers(-3, 9, (4, 6)), 0).astype("float32")]
                data[0][:, 0] = 3
            results = model(data if len(data) > 1 else data[0], training=False)
            results = results if isinstance(results, (list, tuple)) else [results]
            arrays = {f"x{n}": array for n, array in enumerate(data)}
            np.savez(
                folder / f"{name}.npz", **arrays, **{f"y{n}": np.asarray(y) for n, y in enumerate(results)}
            )
            model.save(folder / f"{name}.h5", save_format="h5")
            model.save(folder / f"{name}.keras", save_format="keras")
        for path in sorted(folder.iterdir()):
            target.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    (Path(__file__).parent / "data" / f"layers-{keras.__version__}.zip").write_bytes(packed.getvalue())


if __name__ == "__main__":
    main()
