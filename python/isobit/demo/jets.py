"""The simulated jets and the trained networks in ``isobit/data``; ``examples/jet_tagging`` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt

from isobit.model import Model

CALIBRATION = 3000
"""Jets that choose formats; the others measure what comes out."""


@dataclass(frozen=True)
class Jets:
    """Jets that the network was not trained on.

    Attributes
    ----------
    calibration : float32 array of shape (3000, 16)
        Features in GeV, counts and pure numbers.
    X, y
        Features and classes of the others.
    classes, features : tuple of str
    """

    calibration: npt.NDArray[np.float32]
    X: npt.NDArray[np.float32]
    y: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    features: tuple[str, ...]


def load_jets(limit: int | None = None) -> Jets:
    """The packaged jets; ``limit`` cuts those that are measured with."""
    with (
        as_file(files("isobit") / "data" / "jets_test.npz") as path,
        np.load(path, allow_pickle=False) as file,
    ):
        X, y = file["X"], file["y"].astype(np.int64)
        classes = tuple(str(name) for name in file["classes"])
        features = tuple(str(name) for name in file["features"])
    end = None if limit is None else CALIBRATION + limit
    return Jets(X[:CALIBRATION], X[CALIBRATION:end], y[CALIBRATION:end], classes, features)


def load_tagger(suffix: str) -> Model:
    """The packaged network from its ``.onnx`` or ``.keras`` file."""
    from isobit.loading import load

    with as_file(files("isobit") / "data" / f"jet_tagger{suffix}") as path:
        model = load(path)
    if not isinstance(model, Model):
        raise TypeError(f"the packaged jet_tagger{suffix} is not a float model")
    return model
