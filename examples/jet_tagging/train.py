"""Trains the jet tagger with Keras and writes it as .keras and .onnx, with the jets it was tested on.

    python train.py jets_train.npz jets_test.npz --output tagger/

The two files of jets come from `simulate.py`, run with different seeds. Needs the extras `keras` and `peers`
(onnxruntime checks the .onnx file against the .keras file).
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import onnxruntime
import tensorflow
from jet_file import JetFile, read_jets
from metrics import accuracy, auc
from numpy.typing import NDArray
from onnx_file import write_onnx

NAME = "jet_tagger"
HIDDEN_UNITS = (64, 32, 32)
_VALIDATION_FRACTION = 0.1
_BATCH, _LEARNING_RATE, _PATIENCE = 1024, 3e-3, 15
_L1, _L2 = 1e-6, 1e-5  # small weights and activations need fewer integer bits
_ONNX_TOLERANCE = 1e-5  # on probabilities: float32 sums in another order


def build(jets: JetFile) -> keras.Sequential:
    """Make the untrained tagger: features in their physical units in, class probabilities out.

    Its first layer standardises each feature with the mean and variance of `jets`. Activations are layers of
    their own, so that layers have the same names here and in the .onnx file.
    """
    # In float64: summing 10^5 float32 values loses digits that the small features need.
    mean, variance = (
        statistic(jets.X, axis=0, dtype=np.float64).astype(np.float32) for statistic in (np.mean, np.var)
    )
    regularizer = keras.regularizers.L1L2(_L1, _L2)
    layers: list[Any] = [
        keras.Input((len(jets.features),), name="features"),
        keras.layers.Normalization(axis=-1, mean=mean, variance=variance, name="standardise"),
    ]
    for number, units in enumerate(HIDDEN_UNITS, start=1):
        layers.append(keras.layers.Dense(units, kernel_regularizer=regularizer, name=f"dense_{number}"))
        layers.append(keras.layers.ReLU(name=f"relu_{number}"))
    layers.append(keras.layers.Dense(len(jets.classes), kernel_regularizer=regularizer, name="logits"))
    layers.append(keras.layers.Softmax(axis=-1, name="probabilities"))
    return keras.Sequential(layers, name=NAME)


def split(jets: JetFile, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the indices of the jets to fit to, and of those that decide when to stop."""
    order = np.random.default_rng(seed).permutation(len(jets))
    held_back = int(_VALIDATION_FRACTION * len(jets))
    return order[held_back:], order[:held_back]


def fit(jets: JetFile, seed: int, epochs: int) -> keras.Sequential:
    """Train with Adam and a cosine schedule, and keep the weights of the best validation loss."""
    keras.utils.set_random_seed(seed)
    tensorflow.config.experimental.enable_op_determinism()
    training, validation = split(jets, seed)
    subset = JetFile(jets.X[training], jets.y[training], jets.classes, jets.features, jets.seed)
    model = build(subset)
    steps = epochs * -(-len(training) // _BATCH)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        subset.X,
        subset.y,
        batch_size=_BATCH,
        epochs=epochs,
        validation_data=(jets.X[validation], jets.y[validation]),
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=_PATIENCE, restore_best_weights=True)],
        verbose=2,
    )
    # A copy that was never compiled: the file needs no optimiser state.
    trained = keras.Sequential.from_config(model.get_config())
    trained.set_weights(model.get_weights())
    return trained


def write_models(model: keras.Sequential, folder: Path, jets: JetFile) -> None:
    """Write both model files and check that ONNX Runtime and Keras compute the same from them.

    Raises
    ------
    ValueError : they disagree by more than 1e-5 in a probability.
    """
    keras_file, onnx_file = folder / f"{NAME}.keras", folder / f"{NAME}.onnx"
    temporary = folder / f"{NAME}.part.keras"
    model.save(temporary)
    temporary.replace(keras_file)
    metadata = {"classes": " ".join(jets.classes), "features": " ".join(jets.features)}
    write_onnx(list(model.layers), onnx_file, metadata)
    runtime = onnxruntime.InferenceSession(onnx_file, providers=["CPUExecutionProvider"])
    (probabilities,) = runtime.run(None, {"features": jets.X})
    expected = keras.models.load_model(keras_file).predict(jets.X, batch_size=_BATCH, verbose=0)
    difference = float(np.abs(probabilities - expected).max())
    if difference > _ONNX_TOLERANCE:
        raise ValueError(f"{onnx_file} and {keras_file} differ by {difference} in a probability")
    click.echo(f"{onnx_file} agrees with {keras_file} within {difference:.1e}")


def provenance(
    model: keras.Sequential, train: JetFile, test: JetFile, seed: int, epochs: int
) -> dict[str, Any]:
    """Record how the tagger was made and what it reaches on the test jets."""
    scores = model.predict(test.X, batch_size=_BATCH, verbose=0)
    return {
        "network": [test.X.shape[1], *HIDDEN_UNITS, len(test.classes)],
        "features": list(test.features),
        "classes": list(test.classes),
        "accuracy": round(accuracy(scores, test.y), 5),
        "auc": {name: round(area, 5) for name, area in zip(test.classes, auc(scores, test.y), strict=True)},
        "jets": {
            "train": {**_simulation(train), "validation_fraction": _VALIDATION_FRACTION},
            "test": _simulation(test),
        },
        "training": {"command": f"train.py --seed {seed} --epochs {epochs}", "seed": seed, "epochs": epochs},
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("keras", "numpy", "onnx", "onnxruntime")},
            "tensorflow": tensorflow.__version__,
        },
    }


def _simulation(jets: JetFile) -> dict[str, Any]:
    """Record how many jets a file holds, and the command that made them if the file tells its seed."""
    made = {"jets": len(jets), "seed": jets.seed}
    if jets.seed is None:
        return made
    return {**made, "command": f"simulate.py --per-class {len(jets) // len(jets.classes)} --seed {jets.seed}"}


def write_test_jets(jets: JetFile, path: Path) -> None:
    """Write the test jets without the arrays that the tagger does not need."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        np.savez_compressed(
            file,
            X=jets.X,
            y=jets.y.astype(np.int8),
            classes=np.array(jets.classes),
            features=np.array(jets.features),
        )
    temporary.replace(path)


@click.command(help=__doc__.split("\n\n")[0])
@click.argument("train_jets", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("test_jets", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Initial weights, split and order of the jets."
)
@click.option("--epochs", type=click.IntRange(1), default=120, show_default=True)
def main(train_jets: Path, test_jets: Path, output: Path, seed: int, epochs: int) -> None:
    train, test = read_jets(train_jets), read_jets(test_jets)
    if (train.classes, train.features) != (test.classes, test.features):
        raise click.ClickException(f"{train_jets} and {test_jets} differ in their classes or features")
    if train.seed is not None and train.seed == test.seed:
        raise click.ClickException(f"{train_jets} and {test_jets} hold the same jets: seed {train.seed}")
    model = fit(train, seed, epochs)
    output.mkdir(parents=True, exist_ok=True)
    write_models(model, output, test)
    write_test_jets(test, output / "jets_test.npz")
    record = json.dumps(provenance(model, train, test, seed, epochs), indent=2)
    (output / f"{NAME}.json").write_text(record + "\n")
    click.echo(record)


if __name__ == "__main__":
    main()
