"""Networks that nobody on this project made; they are read where they lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

import isobit
from frontends.onnx.build import compare, run_onnxruntime
from isobit.errors import UnsupportedError
from isobit.frontends.onnx import load

DENSE = {
    "dense_big_keras": ["dense", "relu", "identity"] * 4 + ["dense", "relu", "dense", "softmax"],
    "three_layer_keras": ["dense", "relu"] * 3 + ["dense", "softmax"],
    "three_layer_pytorch": ["dense", "relu"] * 3 + ["dense", "softmax"],
    "two_layer_keras": ["dense", "relu", "dense", "sigmoid"],
    "two_layer_pytorch": ["dense", "relu", "dense", "sigmoid"],
}
CONVOLUTIONAL = {
    "conv1d_small_keras": ["conv", "relu"] * 3 + ["reshape", "dense", "relu", "dense", "softmax"],
    "conv2d_small_keras": ["conv", "relu", "identity", "reshape", "dense", "softmax"],
    "conv2d_small_mp_keras": [
        *("conv", "selu", "batch_norm", "conv", "selu", "max_pool"),
        *("reshape", "dense", "selu", "dense", "softmax"),
    ],
}
"""Layers that compute; what turns the axes between them is up to the passes."""
REFUSED = {
    "bnn_model_fc_1layer": "operator BipolarQuant.*'onnx.brevitas'",
    "branched_model_ch_last": "operator Quant",
    "separable_conv_model_ch_last": "operator Quant",
    "tiny_unet_ch_last": "operator Quant",
    # It normalises over the batch after a transposition; onnxruntime stops at the first sample, too.
    "three_layer_bn_keras": r"operator BatchNormalization.*batch axis at position 1",
    "three_layer_bn_pytorch": "opset 6",
}


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    """The ONNX files of the example models."""
    return shared / "models" / "example-models" / "onnx"


@pytest.mark.parametrize("name", {**DENSE, **CONVOLUTIONAL})
def test_networks_compute_what_onnxruntime_does(name: str, folder: Path, tmp_path: Path) -> None:
    graph = load(folder / f"{name}.onnx")
    if name in DENSE:
        assert [node.op for node in graph] == DENSE[name]
    else:
        assert [node.op for node in graph if node.op != "transpose"] == CONVOLUTIONAL[name]
    made = onnx.load(folder / f"{name}.onnx")
    count = 1  # convolutional ones fix the batch inside, too
    if name in DENSE:
        count = 100
        made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"  # some fix it to 789444
        made.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    (key, shape), *_ = graph.inputs.items()
    data = {key: np.random.default_rng(0).normal(size=(count, *shape)).astype(np.float32)}
    compare(graph, data, run_onnxruntime(made, data))


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_no_transposition_is_left(name: str, folder: Path) -> None:
    assert "transpose" not in [node.op for node in isobit.load(folder / f"{name}.onnx").layers]


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused_by_name(name: str, folder: Path) -> None:
    with pytest.raises(UnsupportedError, match=f"{name}.onnx.*{REFUSED[name]}"):
        load(folder / f"{name}.onnx")


def test_every_file_is_tested(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.onnx")} == {*DENSE, *CONVOLUTIONAL, *REFUSED}


def test_opset_6_reads_after_conversion(folder: Path, tmp_path: Path) -> None:
    """The way that the error message shows: batch normalisation between Unsqueeze and Squeeze."""
    from onnx import version_converter

    made = version_converter.convert_version(onnx.load(folder / "three_layer_bn_pytorch.onnx"), 9)
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    made.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(made, tmp_path / "converted.onnx")
    graph = load(tmp_path / "converted.onnx")
    (key, shape), *_ = graph.inputs.items()
    data = {key: np.random.default_rng(0).normal(size=(50, *shape)).astype(np.float32)}
    compare(graph, data, run_onnxruntime(made, data))
