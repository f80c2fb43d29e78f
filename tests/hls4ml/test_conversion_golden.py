"""Golden cases from the model and the configuration alone: the records that hls4ml wrote, and its bits."""

from __future__ import annotations

import json

import numpy as np
import pytest

import isobit
from hls4ml_cases import GoldenCase
from isobit import UnsupportedError
from isobit.hls4ml.conversion import convert

WITHOUT_FRONT_END = ("qkeras_", "qonnx_", "hgq2_", "keras_")
"""Quantization-aware training: not read by isobit, or not as trained models."""

REFUSED = {
    "act_hard_sigmoid": "slope of Keras 2",
    "legacy_conv2d_dilated": "dilation_rate",
}
"""What hls4ml computes otherwise than Keras, with a word of the reason."""

# fmt: off
CASES = (
    "act_elu", "act_elu_auto", "act_leakyrelu_layer", "act_relu", "act_relu6_wide", "act_selu",
    "act_sigmoid_12_4rnd", "act_sigmoid_tab512", "act_softplus_12_4rnd", "act_softsign",
    "act_tanh_12_4rnd", "act_thresholded_relu", "avgpool1d", "avgpool2d_auto", "bilstm", "bn_conv",
    "bn_fused", "conv1d_auto", "conv1d_pointwise", "conv1d_same_s2", "conv2d_8bit_sat",
    "conv2d_io_stream", "conv2d_pointwise", "conv2d_same", "conv2d_valid", "conv2d_vivado", "deepsets",
    "dense_da_small", "depthwise1d", "einsum_dense_full", "globalavg1d", "globalmax1d", "gru_12_4rnd",
    "gru_seq", "legacy_separable1d", "legacy_thresholded_relu", "lstm_auto", "lstm_last", "maxpool1d",
    "maxpool2d_same", "merge_add_auto", "merge_average_auto", "merge_concatenate_auto", "merge_maximum",
    "merge_multiply", "merge_subtract", "mlp_auto_name_in8", "mlp_auto_softmax_in12",
    "mlp_fixed10_5_rndzero_satsym", "mlp_fixed12_4", "mlp_fixed16_6", "mlp_fixed8_3_rndconv_sat",
    "mlp_io_stream", "mlp_mixed_types", "mlp_resource_rf4", "mlp_vivado", "multi_output",
    "onnx_three_layer_keras", "resnet_auto_softmax_in12", "resnet_small_8bit", "softmax_argmax",
    "softmax_latency", "softmax_legacy", "softmax_stable", "upsample1d", "zeropad1d",
)
# fmt: on


def folder_of(shared, name):
    folder = shared / "golden" / "hls4ml" / name
    if not folder.is_dir():
        pytest.skip(f"the case {name} is not there")
    return folder


def model_file(folder):
    return next(path for path in map(folder.joinpath, ("model.keras", "model.onnx")) if path.exists())


def configuration(folder):
    return json.loads((folder / "config.json").read_text())


def values(weight):
    return np.ldexp(np.ravel(weight.raw).astype(float), -weight.format.frac)


def test_all_cases_are_listed(shared):
    names = {path.name for path in (shared / "golden" / "hls4ml").iterdir() if path.is_dir()}
    assert {name for name in names if not name.startswith(WITHOUT_FRONT_END)} <= {*CASES, *REFUSED}


@pytest.mark.parametrize("name", CASES)
def test_records(shared, name):
    """Names, functions, every type and every raw of every weight, as hls4ml resolved and printed them."""
    folder = folder_of(shared, name)
    made = convert(model_file(folder), None, configuration(folder))
    case = GoldenCase(folder)
    given = case.firmware()
    calls = {call.name: call for call in given.calls if call.function != "reshape"}
    assert [call.name for call in made.calls] == list(calls)
    assert made.inputs == given.inputs
    for call in made.calls:
        expected = calls[call.name]
        assert call.function == expected.function
        assert call.types == call.types | {
            k: expected.types[k] for k in call.types.keys() & expected.types.keys()
        }
        members = call.config.keys() & expected.config.keys()
        assert {k: call.config[k] for k in members} == {k: expected.config[k] for k in members}
        assert call.weights.keys() == expected.weights.keys()
        for parameter, weight in call.weights.items():
            found, wanted = values(weight), values(expected.weights[parameter])
            np.testing.assert_array_equal(found, wanted, err_msg=f"{call.name} {parameter}")
    for layer in case.layers:
        call = next((call for call in made.calls if call.name == layer["name"]), None)
        if call is not None:
            result = made.variables[call.outputs[0]]
            assert result.format == isobit.Format.parse(layer["types"]["result_t"])


@pytest.mark.parametrize("name", CASES)
def test_bits(shared, name):
    """No differing bit in any sample."""
    folder = folder_of(shared, name)
    model = isobit.load(model_file(folder)).quantize(configuration(folder), profile="hls4ml")
    case = GoldenCase(folder)
    results = model.predict(case.inputs if len(case.inputs) > 1 else case.inputs[0])
    results = results if isinstance(results, list) else [results]
    for result, expected in zip(results, case.outputs, strict=True):
        np.testing.assert_array_equal(result.reshape(expected.shape), expected)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(shared, name):
    folder = folder_of(shared, name)
    model = isobit.load(model_file(folder))
    with pytest.raises(UnsupportedError, match=REFUSED[name]):
        model.quantize(configuration(folder), profile="hls4ml")
