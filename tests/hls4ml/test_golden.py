"""Firmware records of the golden cases give hls4ml's bits: all outputs, and what was traced of layers."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from hls4ml_cases import GoldenCase, TriggerCase
from isobit.hls4ml import emulate

NAMES = """
    act_elu act_elu_auto act_hard_sigmoid act_leakyrelu_layer act_relu act_relu6_wide act_selu
    act_sigmoid_12_4rnd act_sigmoid_tab512 act_softplus_12_4rnd act_softsign act_tanh_12_4rnd
    act_thresholded_relu avgpool1d avgpool2d_auto bilstm bn_conv bn_fused conv1d_auto
    conv1d_pointwise conv1d_same_s2 conv2d_8bit_sat conv2d_io_stream conv2d_pointwise conv2d_same
    conv2d_valid conv2d_vivado deepsets dense_da_small depthwise1d einsum_dense_full globalavg1d
    globalmax1d gru_12_4rnd gru_seq hgq2_mlp keras_binarydense keras_bnn keras_ternary_small
    legacy_conv2d_dilated legacy_separable1d legacy_thresholded_relu lstm_auto lstm_last maxpool1d
    maxpool2d_same merge_add_auto merge_average_auto merge_concatenate_auto merge_maximum
    merge_multiply merge_subtract mlp_auto_name_in8 mlp_auto_softmax_in12
    mlp_fixed10_5_rndzero_satsym mlp_fixed12_4 mlp_fixed16_6 mlp_fixed8_3_rndconv_sat mlp_io_stream
    mlp_mixed_types mlp_resource_rf4 mlp_vivado multi_output onnx_three_layer_keras qkeras_auto_po2
    qkeras_conv qkeras_example_3layer qkeras_mlp_6bit qkeras_ternary qonnx_bnn_fc_1layer
    qonnx_jettagging_qkeras qonnx_mlp_w5a6 qonnx_tfc_1w1a qonnx_tfc_2w2a resnet_auto_softmax_in12
    resnet_small_8bit softmax_argmax softmax_latency softmax_legacy softmax_stable upsample1d
    zeropad1d
"""
CASES = NAMES.split()


def golden_case(shared, name):
    folder = shared / "golden" / "hls4ml" / name
    if not folder.is_dir():
        pytest.skip(f"the case {name} is not there")
    return GoldenCase(folder)


def batch(inputs, count=None):
    chosen = [array[:count] for array in inputs]
    return chosen if len(chosen) > 1 else chosen[0]


def test_all_cases_are_listed(shared):
    folder = shared / "golden" / "hls4ml"
    assert {path.name for path in folder.iterdir() if path.is_dir()} <= set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_case(shared, name):
    case = golden_case(shared, name)
    model = emulate(case.firmware())
    results = model.predict(batch(case.inputs))
    results = results if isinstance(results, list) else [results]
    for result, expected in zip(results, case.outputs, strict=True):
        np.testing.assert_array_equal(result.reshape(expected.shape), expected)
    traced = model.trace(batch(case.inputs, 16))
    assert case.trace
    for layer, expected in case.trace.items():
        found = traced[layer][: len(expected)].reshape(expected.shape)
        np.testing.assert_array_equal(found, expected, err_msg=layer)


PATHS = ("mlp_mixed_types", "conv2d_8bit_sat", "lstm_auto", "softmax_legacy", "qonnx_bnn_fc_1layer")


@pytest.mark.parametrize("name", PATHS)
def test_paths_and_files(shared, name, tmp_path):
    """All paths agree on such models, and they survive a file."""
    case = golden_case(shared, name)
    model = emulate(case.firmware())
    model.verify(batch(case.inputs, 32))
    model.save(tmp_path / "model.isobit")
    loaded = isobit.load(tmp_path / "model.isobit")
    np.testing.assert_array_equal(loaded.predict(batch(case.inputs)), model.predict(batch(case.inputs)))


@pytest.mark.parametrize(("name", "inputs"), [("AXOL1TL_v4", "scaled_input"), ("CICADA_v2", None)])
def test_trigger_network(shared, name, inputs):
    """Two networks of the CMS level-1 trigger: 4,096 events, every bit."""
    case = TriggerCase(shared / "golden" / "trigger", name)
    model = emulate(case.firmware())
    raws = case.inputs if inputs is None else case.outputs[inputs]
    shape = next(iter(model.inputs.values()))
    found = model.predict_raw(raws.astype(np.int64).reshape(len(raws), *shape))
    assert len(found) == 4096
    np.testing.assert_array_equal(found, case.outputs["result"])
