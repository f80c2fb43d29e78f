"""What hls4ml converts wrongly or not at all ends in an error with the layer and the reason."""

from __future__ import annotations

import json

import numpy as np
import pytest

import isobit
from frontends.keras.build import called, dense, functional, hdf5, input_layer, kernel, layer, sequential
from isobit import ConfigError, UnsupportedError
from isobit.errors import FileFormatError, MissingFileError
from isobit.frontends.keras.topology import read_model
from isobit.hls4ml.conversion.converter import convert_declared
from isobit.hls4ml.conversion.sources.keras import declare_model

MODEL = {"Model": {"Precision": {"default": "fixed<16,6>"}, "ReuseFactor": 1}}


def converted(architecture, weights=None, keras=3, config=MODEL):
    return convert_declared(declare_model(read_model(architecture, "m"), weights or {}, keras), config)


def convolution(**options):
    options = {"filters": 2, "kernel_size": [3], "strides": [1], "padding": "valid", **options}
    return layer("Conv1D", "c", **{"activation": "linear", "use_bias": False, **options})


def window(spec, shape=(8, 4)):
    channels = 4 // (spec["config"].get("groups") or 1)
    weights = {("c",): {"kernel": np.ones((3, channels, 2), np.float32)}}
    return sequential(input_layer(*shape), spec), weights


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (convolution(dilation_rate=[2]), r"'c' \(Conv1D\): dilation_rate = \[2\]: hls4ml ignores"),
        (convolution(groups=2), "groups = 2: hls4ml ignores"),
        (convolution(data_format="channels_first"), "data_format"),
        (convolution(activation="gelu"), r"'c' \(gelu\).*does not compile"),
        (convolution(activation="silu"), "does not compile"),
        (convolution(activation="hard_sigmoid"), "slope of Keras 2"),
        (convolution(activation="softmax"), "all elements of the shape"),
    ],
)
def test_convolutions(spec, message):
    with pytest.raises(UnsupportedError, match=message):
        converted(*window(spec))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (layer("ReLU", max_value=6.0), "max_value = 6.0: hls4ml does not compute an upper bound"),
        (layer("ReLU", negative_slope=0.1, threshold=0.2), "not both"),
        (layer("LeakyReLU", negative_slope=0.0), "stops at a slope of 0"),
        (layer("SimpleRNN", units=2), "writes no C"),
        (layer("GRU", units=2, reset_after=False), "reset_after = False: the C.* reads outside"),
        (layer("LSTM", units=2, go_backwards=True), "go_backwards"),
        (layer("LSTM", units=2, stateful=True), "stateful"),
        (layer("SeparableConv1D"), "does not convert it from Keras 3"),
        (layer("DepthwiseConv1D", depth_multiplier=2), "depth_multiplier = 2"),
        (layer("BatchNormalization", axis=1), "ignores axis"),
        (layer("PReLU", shared_axes=[1]), "slope for each element"),
        (layer("LayerNormalization"), "does not convert it, or isobit does not emulate it"),
        (layer("UpSampling1D", size=2, interpolation="bilinear"), "nearest pixels only"),
        (layer("Bidirectional", merge_mode="sum"), "only concatenates"),
        (layer("Activation", activation="exponential"), "does not compile"),
        (layer("Permute", "input", dims=[2, 1]), "name 'input'"),
    ],
)
def test_layers(spec, message):
    with pytest.raises(UnsupportedError, match=message):
        converted(sequential(input_layer(6, 4), spec))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (layer("ReLU", negative_slope=0.1), "ignores negative_slope"),
        (layer("Softmax", axis=-1), "does not take the axis"),
        (layer("EinsumDense", equation="abc,cd->abd"), "from Keras 2"),
    ],
)
def test_layers_of_keras_2(spec, message):
    with pytest.raises(UnsupportedError, match=message):
        converted(sequential(input_layer(6, 4), spec), keras=2)


def test_three_tensors_are_not_merged():
    specs = [input_layer(3, name="x"), called(layer("Add", "sum"), "x", "x", "x")]
    specs[0] |= {"name": "x", "inbound_nodes": []}
    architecture = functional(specs, ["x"], ["sum"])
    with pytest.raises(UnsupportedError, match="merges two tensors, not 3"):
        converted(architecture)


def test_nested_models():
    inner = sequential(input_layer(3, name="y"), dense(2), name="inner")
    with pytest.raises(UnsupportedError, match="models in models"):
        converted(sequential(input_layer(3), inner))


def test_repeated_names_get_numbers_and_letters_of_input_are_taken():
    specs = [input_layer(4, name="x") | {"name": "x", "inbound_nodes": []}]
    twice = called(dense(4, "n"), "x")
    twice["inbound_nodes"] += called(dense(4, "n"), "n")["inbound_nodes"]
    specs.append(twice)
    architecture = functional(specs, ["x"], ["n"])
    architecture["config"]["output_layers"] = [["n", 1, 0]]
    weights = {("n",): dict(zip(("kernel", "bias"), kernel(4, 4), strict=True))}
    made = converted(architecture, weights)
    assert [call.name for call in made.calls] == ["n_0", "n_1"]


@pytest.fixture
def saved(tmp_path):
    """A model of one dense layer as architecture and weights."""
    architecture, weights = tmp_path / "m.json", tmp_path / "m.h5"
    architecture.write_text(json.dumps(sequential(input_layer(3), dense(2))))
    weights.write_bytes(hdf5({"layers/dense": kernel(3, 2)}))
    return architecture, weights


def test_the_file_is_read_once_more(saved):
    model = isobit.load(*saved)
    made = model.quantize("ap_fixed<12,4>", profile="hls4ml")
    np.testing.assert_array_equal(made.predict(np.ones((1, 3))), [[3.0, 3.0]])
    saved[1].write_bytes(saved[1].read_bytes() + b" ")
    with pytest.raises(FileFormatError, match="has changed since it was loaded"):
        model.quantize("ap_fixed<12,4>", profile="hls4ml")
    saved[0].unlink()
    with pytest.raises(MissingFileError, match="not there any more"):
        model.quantize("ap_fixed<12,4>", profile="hls4ml")


def test_models_without_a_file(saved, tmp_path):
    model = isobit.load(*saved)
    with pytest.raises(UnsupportedError, match="load it from"):
        isobit.Model(model.graph).quantize("ap_fixed<12,4>", profile="hls4ml")
    model.save(tmp_path / "m.isobit")
    with pytest.raises(UnsupportedError, match="load it from"):
        isobit.load(tmp_path / "m.isobit").quantize("ap_fixed<12,4>", profile="hls4ml")


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        ("fixed<12,4>", {"profile": "vivado"}, "no profile 'vivado'"),
        (None, {"profile": "hls4ml"}, "config_from_keras_model"),
        ("fixed<12,4>", {"profile": "hls4ml", "width": 8}, "leave calibration out"),
    ],
)
def test_requests_that_make_no_sense(saved, config, options, message):
    with pytest.raises(ConfigError, match=message):
        isobit.load(*saved).quantize(config, **options)
