"""``isobit.load``: by suffix, after a look at the contents; and what ``import isobit`` costs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import isobit
from isobit import FileFormatError, MissingFileError, UnsupportedError
from isobit.passes import UNFOLDED
from isobit.sniffing import looks_like
from small_models import tagger

HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(100)


@pytest.fixture
def isobit_file(tmp_path):
    tagger().save(tmp_path / "m.isobit")
    return tmp_path / "m.isobit"


def test_a_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"no file .*none\.onnx") as caught:
        isobit.load(tmp_path / "none.onnx")
    assert isinstance(caught.value, FileNotFoundError)
    assert isinstance(caught.value, isobit.IsobitError)
    with pytest.raises(FileFormatError, match="a folder and no hls4ml project"):
        isobit.load(tmp_path)


@pytest.mark.parametrize("name", ["m.pb", "m", "m.tflite", "m.pkl", "m.onnx.gz"])
def test_unknown_suffixes(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnsupportedError, match=r"it reads \.onnx, \.keras"):
        isobit.load(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("m.onnx", HDF5, "looks like an HDF5 file"),
        ("m.onnx", b"{}", "looks like JSON"),
        ("m.onnx", b"", "looks like an empty file"),
        ("m.onnx", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("m.onnx", b"\x80\x04\x95", "looks like a Python pickle"),
        ("m.onnx", b"\x1c\0\0\0TFL3", "looks like a TensorFlow Lite file"),
        ("m.h5", b"<!DOCTYPE html>", "looks like XML or HTML"),
        ("m.h5", b"\x08\x07", "looks like data of unknown kind"),
        ("m.keras", b"{}", "looks like JSON"),
        ("m.isobit", HDF5, "looks like an HDF5 file"),
        ("m.json", HDF5, "looks like an HDF5 file"),
        ("M.ONNX", HDF5, "looks like an HDF5 file"),
    ],
)
def test_files_that_are_not_what_they_are_called(tmp_path, name, content, text):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileFormatError, match=text) as caught:
        isobit.load(tmp_path / name)
    assert name in str(caught.value)


def test_zip_archives_are_told_apart(isobit_file):
    assert looks_like(isobit_file) == "an isobit file"
    for suffix in (".onnx", ".h5", ".keras"):
        other = isobit_file.with_suffix(suffix)
        other.write_bytes(isobit_file.read_bytes())
        with pytest.raises(FileFormatError, match="looks like an isobit file"):
            isobit.load(other)
    torch = isobit_file.with_name("torch.isobit")
    with zipfile.ZipFile(torch, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(FileFormatError, match="looks like a PyTorch file"):
        isobit.load(torch)


def test_options_that_do_not_apply(isobit_file):
    with pytest.raises(UnsupportedError, match=r"weights go with a \.json"):
        isobit.load(isobit_file, weights=isobit_file)
    with pytest.raises(UnsupportedError, match="passes do not apply"):
        isobit.load(isobit_file, passes=UNFOLDED)


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_heavy_modules_are_not_imported():
    heavy = "onnx h5py matplotlib tensorflow torch hls4ml onnxruntime keras rich mpmath click"
    code = f"import isobit, sys; print([m for m in '{heavy}'.split() if m in sys.modules])"
    assert run_python(code).strip() == "[]"


def test_tables_of_common_formats_need_no_high_precision():
    code = """
import sys, small_models
model = small_models.tagger()
model.quantize("fixed<16,6>").predict([[0.0] * 16])
model.quantize("fixed<8,3>").predict([[0.0] * 16])
print("mpmath" in sys.modules)
"""
    import small_models

    folder = str(Path(small_models.__file__).parent)
    assert run_python(f"import sys; sys.path.insert(0, {folder!r})\n{code}").strip() == "False"


def test_the_public_names():
    for name in isobit.__all__:
        assert getattr(isobit, name) is not None
    assert set(isobit.__all__) <= set(dir(isobit))
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        isobit.laod  # noqa: B018
    errors = [getattr(isobit, name) for name in isobit.__all__ if name.endswith("Error")]
    assert len(errors) > 10
    assert all(issubclass(error, isobit.IsobitError) for error in errors)


def test_the_shipped_tagger_is_the_same_from_both_files():
    folder = Path(isobit.__file__).parent / "data"
    models = [isobit.load(folder / f"jet_tagger{suffix}") for suffix in (".onnx", ".keras")]
    X = np.random.default_rng(0).normal(size=(100, 16)) * 100
    # both are float32 weights of one training; exporters may spell the standardisation differently
    np.testing.assert_allclose(models[0].predict(X), models[1].predict(X), rtol=1e-4, atol=1e-6)
    unfolded = isobit.load(folder / "jet_tagger.onnx", passes=UNFOLDED)
    np.testing.assert_allclose(unfolded.predict(X), models[0].predict(X), rtol=1e-9, atol=1e-12)
