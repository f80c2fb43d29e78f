"""Layers of Keras 2, in both formats, against its float32 outputs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from isobit import load

ARCHIVE = Path(__file__).parent / "data" / "layers-2.21.0.zip"


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize("name", ["recurrent", "states", "masked", "images", "sequences"])
def test_keras2_layers(tmp_path: Path, name: str, suffix: str) -> None:
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extract(name + suffix, tmp_path)
        archive.extract(f"{name}.npz", tmp_path)
    model = load(tmp_path / (name + suffix))
    with np.load(tmp_path / f"{name}.npz") as arrays:
        data = [arrays[key] for key in arrays if key.startswith("x")]
        expected = [arrays[key] for key in arrays if key.startswith("y")]
    results = model.predict(data if len(data) > 1 else data[0])
    results = results if isinstance(results, list) else [results]
    assert len(results) == len(expected)
    for result, wanted in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, wanted, rtol=0, atol=1e-5 * max(1.0, float(np.abs(wanted).max())))
