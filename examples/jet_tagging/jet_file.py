"""Reads the files of jets that `simulate.py` writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class JetFile:
    """`X`: (jets, features) float32; `y`: (jets,) int8, an index into `classes`."""

    X: NDArray[np.float32]
    y: NDArray[np.int8]
    classes: tuple[str, ...]
    features: tuple[str, ...]
    seed: int | None

    def __len__(self) -> int:
        return len(self.y)


def read_jets(path: Path) -> JetFile:
    """Read a file of jets; `seed` is the simulation's, None where the file does not record it.

    Raises
    ------
    ValueError : an array is missing, or shapes, labels or values do not fit together.
    """
    with np.load(path, allow_pickle=False) as stored:
        missing = {"X", "y", "classes", "features"} - set(stored.files)
        if missing:
            raise ValueError(f"{path}: not a file of jets, no array named {', '.join(sorted(missing))}")
        jets = JetFile(
            X=stored["X"].astype(np.float32),
            y=stored["y"],
            classes=tuple(str(name) for name in stored["classes"]),
            features=tuple(str(name) for name in stored["features"]),
            seed=int(stored["seed"]) if "seed" in stored.files else None,
        )
    if jets.X.shape != (len(jets), len(jets.features)):
        raise ValueError(
            f"{path}: X is {jets.X.shape}, but y and features ask for {(len(jets), len(jets.features))}"
        )
    if not np.isfinite(jets.X).all():
        raise ValueError(f"{path}: X holds NaN or infinity")
    if set(np.unique(jets.y)) != set(range(len(jets.classes))):
        raise ValueError(f"{path}: y must hold every label from 0 to {len(jets.classes) - 1} and no other")
    return jets
