"""Bad input: one clear message on the standard error, the documented exit code, nothing written."""

from __future__ import annotations

import numpy as np
import pytest

from isobit.cli.exits import Exit
from isobit.errors import MismatchError
from isobit.quantized import QuantizedModel


def refused(result, *words, code=Exit.BAD_INPUT):
    """The command failed as documented, and its message holds the words."""
    assert result.code == code, result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err


def test_missing_files(isobit, files):
    refused(isobit("info", files.folder / "none.onnx"), "none.onnx")
    refused(isobit("predict", files.quantized, files.folder / "none.npy"), "none.npy")
    refused(
        isobit("quantize", files.float, "-o", files.folder / "a.isobit", "--config", "none.json"), "none.json"
    )


def test_wrong_suffixes(isobit, files):
    refused(isobit("info", files.X), ".npy")
    (files.folder / "data.txt").write_text("1,2,3,4")
    refused(isobit("predict", files.quantized, files.folder / "data.txt"), "data.txt", ".npz")
    refused(isobit("quantize", files.float, "-o", "a.onnx", "--format", "fixed<16,6>"), ".isobit", code=3)
    refused(isobit("predict", files.quantized, files.X, "-o", "out.txt"), ".npy", code=3)


def test_formats_that_do_not_parse(isobit, files):
    target = files.folder / "a.isobit"
    refused(
        isobit("quantize", files.float, "-o", target, "--format", "fixd<16,6>"), "fixd<16,6>", "fixed<16,6>"
    )
    assert not target.exists()


def test_configurations(isobit, files):
    target, config = files.folder / "a.isobit", files.folder / "config.json"
    arguments = ("quantize", files.float, "-o", target, "--config", config)
    for text, word in (
        ('{"default": "fixed<16,6>", "fcc": "fixed<8,3>"}', "'fc'"),
        ('{"default": "fixed<16,6>", "default": "fixed<8,3>"}', "twice"),
        ('{"default": ', "JSON"),
        ("[1]", "object"),
    ):
        config.write_text(text)
        refused(isobit(*arguments), word)
    yaml = files.folder / "config.yml"
    yaml.write_text("default: fixed<16,6>")
    refused(isobit("quantize", files.float, "-o", target, "--config", yaml), ".json")
    assert not target.exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ([], "--format"),
        (["--width", "8"], "--calibrate"),
        (["--calibrate", "X.npy"], "--width"),
        (["--format", "fixed<16,6>", "--calibrate", "X.npy", "--width", "8"], "leave out"),
        (["--calibrate", "X.npy", "--width", "100"], "2 to 64"),
    ],
)
def test_formats_that_contradict(isobit, files, options, word, monkeypatch):
    monkeypatch.chdir(files.folder)
    refused(isobit("verify", files.float, *options), word)


def test_formats_for_a_quantized_model(isobit, files):
    refused(isobit("verify", files.quantized, "--format", "fixed<16,6>"), "quantized already")


def test_data_that_is_not_finite(isobit, files):
    X = np.load(files.X)
    X[7, 2] = np.nan
    np.save(files.folder / "nan.npy", X)
    for command in (("predict",), ("verify",), ("bench",)):
        refused(isobit(*command, files.quantized, files.folder / "nan.npy"), "sample 7, feature 2", "nan")
    refused(
        isobit("profile", files.quantized, files.folder / "nan.npy", "-o", files.folder / "p"),
        "sample 7, feature 2",
    )


def test_samples_are_counted_from_the_beginning_of_the_file(isobit, files):
    X = np.zeros((70_000, 4), np.float32)
    X[65_539, 1] = np.inf
    np.save(files.folder / "inf.npy", X)
    refused(isobit("predict", files.quantized, files.folder / "inf.npy"), "sample 3", "from sample 65536")


def test_data_of_a_wrong_shape(isobit, files):
    np.save(files.folder / "wide.npy", np.zeros((10, 5)))
    refused(isobit("predict", files.quantized, files.folder / "wide.npy"), "(10, 5)", "(n, 4)")
    np.save(files.folder / "scalar.npy", np.float32(1))
    refused(isobit("predict", files.quantized, files.folder / "scalar.npy"), "(n, 4)")


def test_damaged_data(isobit, files):
    whole = files.X.read_bytes()
    for name, content in (
        ("cut.npy", whole[:200]),
        ("text.npy", b"1,2,3,4\n"),
        ("empty.npz", b""),
        ("cut.npz", b"PK\x03\x04 and no more"),
        ("ragged.csv", b"1,2,3,4\n1,2,3\n"),
        ("words.csv", b"a,b,c,d\n1,2,three,4\n"),
        ("nothing.csv", b"\n"),
    ):
        path = files.folder / name
        path.write_bytes(content)
        refused(isobit("predict", files.quantized, path), name)
    np.save(files.folder / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    refused(isobit("predict", files.quantized, files.folder / "objects.npy"), "objects.npy")


def test_a_header_that_claims_too_much(isobit, files):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999, 4), }"
    padded = header + b" " * (117 - len(header)) + b"\n"
    path = files.folder / "huge.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded)
    refused(isobit("predict", files.quantized, path), "huge.npy")


def test_labels(isobit, files):
    target = files.folder / "page"
    for labels, word in (
        (np.zeros(7, int), "(300,)"),
        (np.full(300, 3), "0 to 2"),
        (np.full(300, 0.5), "whole"),
        (np.zeros(300, int), "class 1"),
        (np.ones((300, 3)), "one-hot"),
        (np.array(["q"] * 300), "labels"),
    ):
        np.save(files.folder / "labels.npy", labels)
        result = isobit(
            "profile", files.quantized, files.X, "--labels", files.folder / "labels.npy", "-o", target
        )
        refused(result, word)
    names = ["--labels", files.y, "--classes", "a,b"]
    refused(isobit("profile", files.quantized, files.X, "-o", target, *names), "2 class names")
    refused(isobit("profile", files.quantized, files.X, "-o", target, "--classes", "a,b,c"), "labels")
    scores = ["--labels", files.y, "--scores", "probability"]
    refused(isobit("profile", files.quantized, files.X, "-o", target, *scores), "'probabilities'")
    assert not target.exists()


def test_a_folder_that_is_no_profile(isobit, files):
    kept = files.folder / "precious"
    kept.mkdir()
    (kept / "thesis.tex").write_text("years of work")
    refused(isobit("profile", files.quantized, files.X, "-o", kept), "thesis.tex", code=3)
    refused(isobit("profile", files.quantized, files.X, "-o", files.X), "file", code=3)
    assert (kept / "thesis.tex").read_text() == "years of work"


def test_targets_that_cannot_be_written(isobit, files):
    missing = files.folder / "no" / "folder"
    for arguments in (
        ("predict", files.quantized, files.X, "-o", missing / "out.npy"),
        ("quantize", files.float, "--format", "fixed<16,6>", "-o", missing / "out.isobit"),
    ):
        result = isobit(*arguments)
        assert result.code == Exit.NOT_WRITTEN
        assert "out." in result.err


def test_a_folder_that_cannot_be_made(isobit, files):
    refused(isobit("profile", files.quantized, files.X, "-o", files.X / "page"), "page", code=3)
    assert len(np.load(files.X)) == 300


def test_an_existing_output_survives(isobit, files, monkeypatch):
    target = files.folder / "out.npy"
    target.write_bytes(b"precious")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    refused(isobit("predict", files.quantized, files.X, "-o", target), "No space left", code=3)
    assert target.read_bytes() == b"precious"
    assert sorted(path.name for path in files.folder.iterdir()) == [
        "X.npy", "float.isobit", "out.npy", "quantized.isobit", "y.npy",
    ]  # fmt: skip


def test_wrong_usage(isobit, files):
    for arguments in (
        ("nonsense",),
        ("predict", files.quantized),
        ("info", files.float, "--wat"),
        ("bench", files.float, "--batch", "1,x"),
        ("bench", files.float, "--batch", "0"),
    ):
        result = isobit(*arguments)
        assert result.code == Exit.BAD_INPUT
        assert "Usage" in result.err
    refused(isobit("predict", files.float, files.X, "--raw"), "--raw")
    refused(isobit("predict", files.float, files.X, "-o", "-", "--json"), "-o -")


def test_a_mismatch_has_its_own_code(isobit, files, monkeypatch):
    def differs(self, *arguments, **options):
        raise MismatchError("path 'x' differs at layer 'fc'")

    monkeypatch.setattr(QuantizedModel, "verify", differs)
    refused(isobit("verify", files.quantized), "differs at layer 'fc'", code=Exit.MISMATCH)


def test_a_fault_of_isobit_is_not_hidden(isobit, files, monkeypatch):
    def broken(self, *arguments, **options):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(QuantizedModel, "verify", broken)
    result = isobit("verify", files.quantized)
    assert result.code == Exit.BROKEN
    assert "ZeroDivisionError" in result.err


def test_interruption(isobit, files, monkeypatch):
    def interrupted(self, *arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(QuantizedModel, "verify", interrupted)
    refused(isobit("verify", files.quantized), "interrupted", code=Exit.INTERRUPTED)
