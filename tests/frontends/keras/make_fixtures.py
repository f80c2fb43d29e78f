"""Write the fixtures of the Keras front end; run by hand, once per version of Keras.

    PYTHONPATH=tests python tests/frontends/keras/make_fixtures.py keras      # Keras 3 with TensorFlow
    PYTHONPATH=tests python tests/frontends/keras/make_fixtures.py tf_keras   # Keras 2
    PYTHONPATH=tests python tests/frontends/keras/make_fixtures.py tensorflow.keras

Each run writes ``data/keras-<version>.zip``: every model of ``fixture_models.py`` with random weights, in all
formats of that version, with inputs and Keras' own float32 outputs (``<model>.npz``).
"""

from __future__ import annotations

import importlib
import io
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from frontends.keras.fixture_models import MODELS, major

SAMPLES = 24
# Values at which activations have their corners.
CORNERS = (0.0, 0.5, -0.5, 1.0, -1.0, 1.25, 3.0, -3.0, 6.0, 2.5, -2.5, 0.25)


def randomize(model: Any, seed: int) -> None:
    """Random weights of sensible size; variances positive, counts kept."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        name = weight.name.split("/")[-1].split(":")[0]
        value = np.asarray(weight)
        if value.dtype.kind != "f":
            continue
        drawn = rng.uniform(0.3, 3.0, value.shape) if "variance" in name else rng.normal(0, 0.7, value.shape)
        weight.assign(drawn.astype(value.dtype))
    refresh = [layer for layer in model.layers if hasattr(layer, "finalize_state")]
    for layer in refresh:
        layer.finalize_state()


def draw_inputs(model: Any, seed: int) -> list[Any]:
    """Normal numbers, and rows made of corners."""
    rng = np.random.default_rng(seed)
    inputs = []
    for tensor in model.inputs:
        x = rng.normal(0, 1.5, (SAMPLES, *tensor.shape[1:]))
        x[: SAMPLES // 3] = rng.choice(CORNERS, x[: SAMPLES // 3].shape)
        inputs.append(x.astype(np.float32))
    return inputs


def save_all(keras: Any, model: Any, name: str, folder: Path) -> None:
    if major(keras) == 2:
        model.save(folder / f"{name}.h5", save_format="h5")
        model.save(
            folder / f"{name}.keras", save_format="keras" if keras.__version__ > "2.12.9" else "keras_v3"
        )
        (folder / f"{name}.json").write_text(model.to_json())
        model.save_weights(folder / f"{name}_weights.h5", save_format="h5")
    else:
        if keras.__version__ >= "3.1" or name not in (
            "nested",
            "called_twice",
        ):  # Keras 3.0 fails to save nested models as HDF5
            model.save(folder / f"{name}.h5")
        model.save(folder / f"{name}.keras")
        (folder / f"{name}.json").write_text(model.to_json())
        model.save_weights(folder / f"{name}.weights.h5")


def main() -> None:
    keras = importlib.import_module(sys.argv[1])
    target = Path(__file__).parent / "data" / f"keras-{keras.__version__}.zip"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, build in MODELS.items():
            keras.backend.clear_session()
            model = build(keras)
            seed = zlib.crc32(name.encode())
            if name != "sequential":
                randomize(model, seed)
            inputs = draw_inputs(model, seed)
            outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            save_all(keras, model, name, folder)
            arrays = {f"x{number}": x for number, x in enumerate(inputs)}
            arrays |= {f"y{number}": np.asarray(y) for number, y in enumerate(outputs)}
            np.savez_compressed(folder / f"{name}.npz", **arrays)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(folder.iterdir()):
                archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
        target.write_bytes(packed.getvalue())
    print(f"{target.name}: {len(packed.getvalue())} bytes")


if __name__ == "__main__":
    main()
