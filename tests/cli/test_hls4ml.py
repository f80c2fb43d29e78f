"""``--profile hls4ml`` of the commands that quantize."""

from __future__ import annotations

import json

import numpy as np
import pytest

import isobit as package
from frontends.keras.build import dense, hdf5, input_layer, kernel, sequential
from isobit.cli.exits import Exit

CONFIG = {"Model": {"Precision": {"default": "ap_fixed<12,4>"}, "ReuseFactor": 1}}


@pytest.fixture
def model(tmp_path):
    """Architecture, weights and configuration."""
    files = (tmp_path / "m.json", tmp_path / "m.h5", tmp_path / "config.json")
    files[0].write_text(json.dumps(sequential(input_layer(3), dense(2))))
    files[1].write_bytes(hdf5({"layers/dense": kernel(3, 2)}))
    files[2].write_text(json.dumps(CONFIG))
    return files


def test_quantize(isobit, model, tmp_path):
    architecture, weights, config = model
    target = tmp_path / "q.isobit"
    options = ("--weights", weights, "--config", config, "--profile", "hls4ml", "-o", target)
    result = isobit("quantize", architecture, *options)
    assert result.code == Exit.OK, result.err
    X = np.random.default_rng(0).normal(size=(20, 3))
    expected = package.load(architecture, weights).quantize(CONFIG, profile="hls4ml")
    np.testing.assert_array_equal(package.load(target).predict(X), expected.predict(X))


def test_one_format(isobit, model, tmp_path):
    options = ("--weights", model[1], "--format", "ap_fixed<10,4>", "--profile", "hls4ml")
    result = isobit("quantize", model[0], *options, "-o", tmp_path / "q.isobit", "--json")
    assert result.code == Exit.OK, result.err


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--profile", "hls4ml"), "config_from_keras_model"),
        (("--profile", "hls4ml", "--format", "fixed<8,3>", "--calibrate", "X.npy"), "leave out --calibrate"),
        (("--profile", "hls4ml", "--format", "fixed<8,3>", "--config", "config.json"), "leave out --config"),
        (("--profile", "vivado"), "vivado"),
    ],
)
def test_mistakes(isobit, model, tmp_path, options, word):
    target = tmp_path / "q.isobit"
    result = isobit("quantize", model[0], "--weights", model[1], *options, "-o", target)
    assert result.code == Exit.BAD_INPUT
    assert word in result.err
    assert not target.exists()
