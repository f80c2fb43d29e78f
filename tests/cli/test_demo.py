"""The demonstration, with few jets: what it says is what the models do."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from isobit.cli import demo_checks
from isobit.demo.formats import INPUT, quantize_tagger
from isobit.demo.jets import CALIBRATION, load_jets, load_tagger
from isobit.errors import MismatchError


@pytest.fixture(scope="module")
def jets():
    return load_jets(2000)


@pytest.fixture(scope="module")
def tagger():
    return load_tagger(".onnx")


def test_demo(isobit, tmp_path, jets, tagger):
    folder = tmp_path / "demo"
    result = isobit("demo", "--jets", "2000", "-o", folder, "--json")
    assert result.code == 0, result.err
    found = result.json
    assert found["samples"] == 2000
    assert found["float"]["accuracy"] == np.mean(tagger.predict(jets.X).argmax(axis=1) == jets.y)
    for width in (16, 8):
        model = quantize_tagger(tagger, jets, width)
        accuracy = np.mean(model.predict(jets.X).argmax(axis=1) == jets.y)
        assert found["quantized"][f"{width} bits"]["accuracy"] == accuracy
        report = found["verification"][f"{width} bits"]
        assert report["mismatches"] == 0
        assert report["samples"] == 2000
        assert {"replay of the data-flow graph", "integers in float64"} <= set(report["paths"])
    assert found["float_differences"]["keras_file"] <= demo_checks.FILES_TOLERANCE
    assert all(rate["rate"] > 0 for rates in found["jets_per_second"].values() for rate in rates)
    if find_spec("matplotlib") is None:
        assert found["page"].startswith("skipped")
    else:
        assert found["page"] == str(folder / "index.html")
        assert {"index.html", "roc.png", "ranges-model2.png"} <= {path.name for path in folder.iterdir()}


def test_demo_in_words(isobit, tmp_path, monkeypatch):
    monkeypatch.setattr("isobit.cli.demo.find_spec", lambda name: None)  # the page has its own tests
    result = isobit("demo", "--jets", "500", "-o", tmp_path / "demo")
    assert result.code == 0, result.err
    for words in ("16 → 64 → 32 → 32 → 5", "16 bits", "8 bits", ": 0 mismatches", "AUC W", "1 thread", INPUT):
        assert words in result.out


def test_calibration_and_measurement_share_no_jet(jets):
    everything = load_jets()
    assert len(everything.calibration) == CALIBRATION
    assert len(jets.X) == len(jets.y) == 2000
    np.testing.assert_array_equal(jets.X, everything.X[:2000])
    both = np.concatenate([everything.calibration, everything.X])
    assert len(np.unique(both, axis=0)) == len(both)


def test_the_widths_are_what_the_demo_says(jets, tagger):
    for width in (16, 8):
        model = quantize_tagger(tagger, jets, width)
        entry = next(iter(model.inputs))
        first = model.graph.consumers(entry)[0].name
        assert str(model.formats[entry]) == INPUT
        for name, tensor in model.tensors.items():
            wide = name == entry or (tensor.layer == first and tensor.role in ("weight", "bias"))
            if tensor.role != "accumulator":
                assert tensor.format.width == (24 if wide else width), name


def test_without_onnxruntime_and_matplotlib(isobit, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_checks, "find_spec", lambda name: None)
    monkeypatch.setattr("isobit.cli.demo.find_spec", lambda name: None)
    result = isobit("demo", "--jets", "200", "-o", tmp_path / "demo")
    assert result.code == 0, result.err
    assert "ONNX Runtime: skipped, onnxruntime is not installed" in result.out
    assert "skipped: Matplotlib is not installed" in result.out
    assert not (tmp_path / "demo").exists()


def test_differing_files_are_a_mismatch(tagger, jets):
    class Other:
        def predict(self, X):
            return tagger.predict(X) + 1e-3

    with pytest.raises(MismatchError, match=r"0\.001"):
        demo_checks.compare_files(tagger, Other(), jets.X)
