"""Files that others made: they load or are refused by name. Used in place, never copied."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from frontends.reference import evaluate
from isobit.errors import UnsupportedError
from isobit.frontends.keras import load
from isobit.ir import Graph

DENSE_CASES = (
    *("act_elu", "act_elu_auto", "act_hard_sigmoid", "act_leakyrelu_layer", "act_relu", "act_relu6_wide"),
    *("act_selu", "act_sigmoid_12_4rnd", "act_sigmoid_tab512", "act_softplus_12_4rnd", "act_softsign"),
    *("act_tanh_12_4rnd", "act_thresholded_relu", "bn_fused", "dense_da_small", "legacy_thresholded_relu"),
    *("merge_add_auto", "merge_average_auto", "merge_concatenate_auto", "merge_maximum", "merge_multiply"),
    *("merge_subtract", "mlp_auto_name_in8", "mlp_auto_softmax_in12", "mlp_fixed10_5_rndzero_satsym"),
    *("mlp_fixed12_4", "mlp_fixed16_6", "mlp_fixed8_3_rndconv_sat", "mlp_io_stream", "mlp_mixed_types"),
    *("mlp_resource_rf4", "mlp_vivado", "multi_output", "softmax_argmax", "softmax_latency"),
    *("softmax_legacy", "softmax_stable"),
)
OTHER_CASES = (
    *(
        "avgpool1d",
        "avgpool2d_auto",
        "bilstm",
        "bn_conv",
        "conv1d_auto",
        "conv1d_pointwise",
        "conv1d_same_s2",
    ),
    *("conv2d_8bit_sat", "conv2d_io_stream", "conv2d_pointwise", "conv2d_same", "conv2d_valid"),
    *("conv2d_vivado", "deepsets", "depthwise1d", "einsum_dense_full", "globalavg1d", "globalmax1d"),
    *("gru_12_4rnd", "gru_seq", "legacy_conv2d_dilated", "legacy_separable1d", "lstm_auto", "lstm_last"),
    *("maxpool1d", "maxpool2d_same", "resnet_auto_softmax_in12", "resnet_small_8bit", "upsample1d"),
    "zeropad1d",
)
CASES = DENSE_CASES + OTHER_CASES
# The tagger of hls4ml's examples and its relatives: operators of the graph.
TAGGER = ["dense", "relu"] * 3 + ["dense", "softmax"]
PAIRS = {
    "KERAS_1layer": ["dense", "relu", "dense", "sigmoid"],
    "KERAS_3layer": TAGGER,
    "KERAS_3layer_batch_norm": ["dense", "batch_norm", "relu"] * 3 + ["dense", "batch_norm", "softmax"],
    "KERAS_conv1d_small": ["conv", "relu"] * 3 + ["reshape", "dense", "relu", "dense", "softmax"],
    "KERAS_conv2d_model": ["conv", "relu", "dropout", "reshape", "dense", "softmax"],
}
REFUSED_PAIRS = {
    "KERAS_3layer_binary_smaller": "'BinaryDense'",
    "KERAS_3layer_binarydense_relu_max": "'BinaryDense'",
    "KERAS_3layer_ternary_small": "'TernaryDense'",
    "garnet_1layer": "'GarNet'",
    "garnet_3layer": "'GarNetStack'",
}
# Published networks: how many nodes of some operators they have.
NETWORKS = {
    "mlperf-tiny/image_classification/trained_models/pretrainedResnet.h5": {"conv": 9, "add": 3},
    "mlperf-tiny/streaming_wakeword/trained_models/str_ww_ref_model.h5": {"conv": 8},
    "mlperf-tiny/visual_wake_words/trained_models/vww_96.h5": {"conv": 27, "average_pool": 1},
    "SparkDLTrigger/Inclusive_classifier/InclusiveClassifier.h5": {"gru": 1, "not_equal": 1},
    "SparkDLTrigger/Inclusive_classifier/myGRUmodel.keras": {"gru": 1},
}


def pair(shared: Path, name: str, weights: str | None = None) -> Graph:
    folder = shared / "models" / "example-models" / "keras"
    return load(folder / f"{name}.json", folder / f"{weights or name}_weights.h5")


@pytest.mark.parametrize("name", PAIRS)
def test_architecture_and_weights_load(shared: Path, name: str) -> None:
    assert [node.op for node in pair(shared, name)] == PAIRS[name]


@pytest.mark.parametrize("name", REFUSED_PAIRS)
def test_other_architectures_are_refused(shared: Path, name: str) -> None:
    with pytest.raises(UnsupportedError, match=REFUSED_PAIRS[name]):
        pair(shared, name)


@pytest.mark.parametrize("pruned", ["70pruned", "95pruned"])
def test_pruned_weights_are_mostly_zero(shared: Path, pruned: str) -> None:
    graph = pair(shared, "KERAS_3layer", f"KERAS_3layer_{pruned}_retrained")
    weights = np.concatenate([n.constants["weight"].ravel() for n in graph if n.op == "dense"])
    # The pruning left at least the share that its name states, within a few weights.
    assert np.mean(weights == 0) > int(pruned[:2]) / 100 - 0.01


def test_anomaly_detection_autoencoder(shared: Path) -> None:
    folder = shared / "models" / "mlperf-tiny" / "anomaly_detection" / "trained_models"
    graph = load(folder / "ad01.h5")
    assert [node.op for node in graph] == ["dense", "batch_norm", "relu"] * 9 + ["dense"]
    assert list(graph.inputs.values()) == [(640,)]
    x = np.random.default_rng(1).normal(size=(4, 640))
    (y,) = evaluate(graph, dict.fromkeys(graph.inputs, x)).values()
    assert np.all(np.isfinite(y))


@pytest.mark.parametrize("path", NETWORKS)
def test_published_network_loads(shared: Path, path: str) -> None:
    ops = Counter(node.op for node in load(shared / "models" / path))
    assert {op: ops[op] for op in NETWORKS[path]} == NETWORKS[path]


@pytest.mark.parametrize("case", CASES)
def test_case_of_hls4ml_loads(shared: Path, case: str) -> None:
    """The layers that hls4ml saw are there, and shapes agree with its inputs and outputs."""
    folder = shared / "golden" / "hls4ml" / case
    described = json.loads((folder / "case.json").read_text())
    graph = load(folder / "model.keras")
    assert list(graph.inputs.values()) == [tuple(entry["shape"]) for entry in described["inputs"]]
    shapes = [graph.shapes[tensor] for tensor in graph.outputs.values()]
    if case != "legacy_conv2d_dilated":  # hls4ml left out the dilation
        assert shapes == [tuple(entry["shape"]) for entry in described["outputs"]]
    names = {entry.split(":")[0] for entry in described["keras_layers"]}
    assert names <= {*graph.inputs, *(node.name for node in graph)}


def test_every_other_case_of_hls4ml_is_refused(shared: Path) -> None:
    folders = sorted((shared / "golden" / "hls4ml").iterdir())
    others = [folder for folder in folders if folder.name not in CASES and (folder / "model.keras").exists()]
    assert len(others) == 6
    for folder in others:
        with pytest.raises(UnsupportedError, match=r"layer '.*not part of Keras"):
            load(folder / "model.keras")


@pytest.mark.parametrize("case", ["keras_binarydense", "keras_bnn", "keras_ternary_small", "qkeras_mlp_6bit"])
def test_quantized_architectures_are_refused(shared: Path, case: str) -> None:
    folder = shared / "golden" / "hls4ml" / case
    with pytest.raises(UnsupportedError, match=r"'(Binary|Ternary|Q)Dense'"):
        load(folder / "model.json", folder / "model.weights.h5")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_case_agrees_with_keras(shared: Path, case: str) -> None:
    pytest.importorskip("tensorflow", reason="needs TensorFlow (extra 'keras')", exc_type=ImportError)
    import keras

    path = shared / "golden" / "hls4ml" / case / "model.keras"
    if case.startswith("legacy_"):
        pytest.skip("Keras 3 does not read files of Keras 2")
    graph, model = load(path), keras.models.load_model(path, compile=False)
    rng = np.random.default_rng(2)
    inputs = [rng.normal(size=(32, *shape)).astype(np.float32) for shape in graph.inputs.values()]
    expected = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    expected = expected if isinstance(expected, list | tuple) else [expected]
    results = evaluate(graph, dict(zip(graph.inputs, inputs, strict=True)))
    for result, wanted in zip(results.values(), map(np.asarray, expected), strict=True):
        # Keras computes in float32: 1e-5 of the largest output.
        np.testing.assert_allclose(result, wanted, rtol=0, atol=1e-5 * max(1.0, float(np.abs(wanted).max())))
