"""Every command on good input: what it prints, what it writes, JSON alone on the standard output."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import isobit as package
from isobit.quantized import QuantizedModel


def test_info_of_a_float_model(isobit, files):
    result = isobit("info", files.float)
    assert result.code == 0
    assert "float model" in result.out
    assert "logits" in result.out
    facts = isobit("info", files.float, "--json").json
    assert [layer["operator"] for layer in facts["layers"]] == ["dense", "relu", "dense", "softmax"]
    assert facts["layers"][0]["parameters"] == 40


def test_info_of_a_quantized_model(isobit, files):
    facts = isobit("info", files.quantized, "--json").json
    model = package.load(files.quantized)
    assert facts["input_formats"] == {"x": str(model.formats["x"])}
    for layer in facts["layers"]:
        assert layer["formats"]["output"] == str(model.formats[layer["name"]])
        assert layer["lane"] == model.proof.layers[layer["name"]].lane
    assert set(facts["table_errors"]) == {"probabilities.exp_table", "probabilities.reciprocal_table"}
    text = isobit("info", files.quantized).out
    assert str(model.formats["fc"]) in text


def test_predict_writes_what_the_model_predicts(isobit, files):
    expected = package.load(files.quantized).predict(np.load(files.X))
    for name in ("out.npy", "out.npz", "out.csv"):
        target = files.folder / name
        assert isobit("predict", files.quantized, files.X, "-o", target).code == 0
        if name == "out.npy":
            found = np.load(target)
        elif name == "out.npz":
            found = np.load(target)["probabilities"]
        else:
            found = np.loadtxt(target, delimiter=",")
        np.testing.assert_array_equal(found, expected)
    assert not list(files.folder.glob(".*")), "no temporary file is left behind"


def test_predict_of_a_float_model(isobit, files):
    target = files.folder / "out.npy"
    assert isobit("predict", files.float, files.X, "-o", target).code == 0
    np.testing.assert_array_equal(np.load(target), package.load(files.float).predict(np.load(files.X)))


def test_predict_prints(isobit, files):
    expected = package.load(files.quantized).predict(np.load(files.X))
    shown = isobit("predict", files.quantized, files.X)
    assert "290 more samples" in shown.out
    piped = isobit("predict", files.quantized, files.X, "-o", "-")
    rows = [[float(cell) for cell in row] for row in csv.reader(io.StringIO(piped.out))]
    np.testing.assert_array_equal(np.array(rows), expected)
    content = isobit("predict", files.quantized, files.X, "--json").json
    np.testing.assert_array_equal(content["outputs"]["probabilities"], expected)


def test_predict_raw(isobit, files):
    model = package.load(files.quantized)
    raws = np.random.default_rng(0).integers(-100, 100, size=(20, 4))
    np.save(files.folder / "raw.npy", raws)
    found = isobit("predict", files.quantized, files.folder / "raw.npy", "--raw", "--json").json
    np.testing.assert_array_equal(found["outputs"]["probabilities"], model.predict_raw(raws))


@pytest.mark.parametrize("header", [False, True])
def test_predict_reads_csv(isobit, files, header):
    X = np.load(files.X)[:20]
    path = files.folder / "data.csv"
    np.savetxt(path, X, delimiter=",", header="a,b,c,d" if header else "", comments="", fmt="%.17g")
    found = isobit("predict", files.quantized, path, "--json").json
    np.testing.assert_array_equal(found["outputs"]["probabilities"], package.load(files.quantized).predict(X))


def test_predict_reads_npz(isobit, files):
    X = np.load(files.X)
    expected = package.load(files.quantized).predict(X)
    for number, arrays in enumerate(({"x": X}, {"X": X, "y": np.load(files.y)}, {"anything": X})):
        path = files.folder / f"data{number}.npz"
        np.savez(path, **arrays)
        found = isobit("predict", files.quantized, path, "--json").json
        np.testing.assert_array_equal(found["outputs"]["probabilities"], expected)


def test_predict_an_empty_batch(isobit, files):
    np.save(files.folder / "empty.npy", np.zeros((0, 4)))
    found = isobit("predict", files.quantized, files.folder / "empty.npy", "--json").json
    assert found == {"outputs": {"probabilities": []}}


def test_quantize_with_each_kind_of_formats(isobit, files):
    config = files.folder / "config.json"
    config.write_text(json.dumps({"default": "fixed<14,5,RND,SAT>", "fc": {"output": "fixed<10,5>"}}))
    choices = {
        "format": ["--format", "fixed<16,6>"],
        "config": ["--config", config],
        "calibration": ["--calibrate", files.X, "--width", "10"],
    }
    widths = {}
    for name, options in choices.items():
        target = files.folder / f"{name}.isobit"
        result = isobit("quantize", files.float, "-o", target, "--json", *options)
        assert result.code == 0, result.err
        model = package.load(target)
        assert isinstance(model, QuantizedModel)
        assert result.json["formats"] == model.config()
        widths[name] = model.formats["fc"].width
    assert widths == {"format": 16, "config": 10, "calibration": 10}


def test_quantize_warns_on_the_standard_error(isobit, files):
    target = files.folder / "narrow.isobit"
    result = isobit("quantize", files.float, "-o", target, "--format", "fixed<8,0>", "--json")
    assert result.code == 0
    assert "warning: layer 'fc'" in result.err
    assert json.loads(result.out)["output"] == str(target)


def test_verify(isobit, files):
    report = isobit("verify", files.quantized, files.X, "--json").json
    assert report["samples"] == 300
    assert report["mismatches"] == 0
    assert {"integers in float64", "replay of the data-flow graph"} <= set(report["paths"])
    assert all(count > 0 for count in report["paths"].values())
    assert isobit("verify", files.quantized, "--samples", "16", "--json").json["samples"] == 16
    text = isobit("verify", files.float, "--format", "fixed<16,6>", "--samples", "16").out
    assert "0 mismatches" in text


def test_bench(isobit, files):
    options = ["--batch", "1,32", "--threads", "1", "--seconds", "0.01"]
    result = isobit("bench", files.quantized, "--json", *options).json
    assert [(rate["batch"], rate["threads"]) for rate in result["rates"]] == [(1, 1), (32, 1)]
    assert all(rate["rate"] > 0 and rate["calls"] >= 3 for rate in result["rates"])
    assert "generic" in result["instruction_sets"]
    assert "samples/s" in isobit("bench", files.float, files.X, *options).out


def test_version_and_help(isobit):
    assert isobit("--version").out == f"isobit {package.__version__}\n"
    text = isobit("--help").out
    for command in ("info", "predict", "quantize", "verify", "profile", "bench", "demo"):
        assert command in text
        page = isobit(command, "--help")
        assert page.code == 0
        assert "--json" in page.out
    assert "Exit codes" in text
