"""Small networks as both exporters of PyTorch write them, with every activation that isobit has."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from frontends.onnx.build import compare, read, run_onnxruntime
from isobit.errors import UnsupportedError

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn

LAYERS: dict[str, Callable[[], Any]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.1),
    "prelu": nn.PReLU,
    "prelu_per_channel": lambda: nn.PReLU(4),
    "elu": lambda: nn.ELU(0.7),
    "selu": nn.SELU,
    "celu": lambda: nn.CELU(0.5),
    "softplus": nn.Softplus,
    "softplus_beta": lambda: nn.Softplus(2.0),
    "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "hard_tanh": nn.Hardtanh,
    "hard_sigmoid": nn.Hardsigmoid,
    "hard_swish": nn.Hardswish,
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softmax": lambda: nn.Softmax(-1),
    "log_softmax": lambda: nn.LogSoftmax(1),
    "log_sigmoid": nn.LogSigmoid,
    "hard_shrink": lambda: nn.Hardshrink(0.3),
    "dropout": nn.Dropout,
    "batch_norm": lambda: nn.BatchNorm1d(4),
}


class Wired(nn.Module):  # type: ignore[misc]
    """What functional code does: columns, a residual sum, two heads, a view, a scaled input."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2)
        self.register_buffer("mean", torch.tensor([0.5, -0.5, 1.0]))

    def forward(self, x: Any) -> Any:
        x = (x - self.mean) / 2.0
        h = torch.relu(self.first(x))
        h = h + torch.tanh(self.second(h))
        columns = torch.cat([h[:, 1:3], x[:, 0].unsqueeze(1), x[:, -1:]], dim=1)
        columns = torch.index_select(columns, 1, torch.tensor([2, 0, 1, 3]))
        pairs = columns.view(columns.size(0), 2, -1).transpose(1, 2).reshape(x.shape[0], -1)
        return torch.maximum(pairs, h), torch.softmax(self.third(pairs), dim=1).clamp(max=0.9)


def exported(module: Any, path: Path, opset: int, dynamo: bool) -> onnx.ModelProto:
    """The module as an ONNX file with an open batch."""
    for name, value in module.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2.0)
        elif name.endswith("running_mean"):
            value.normal_()
    example = torch.randn(2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporters deprecate each other
        if dynamo:
            shapes = {"x": {0: torch.export.Dim("batch")}} if isinstance(module, Wired) else ({0: "batch"},)
            program = torch.onnx.export(
                module, (example,), dynamo=True, opset_version=opset, dynamic_shapes=shapes, verbose=False
            )
            program.save(path)
        else:
            names = {"input_names": ["x"], "dynamic_axes": {"x": {0: "batch"}}}
            torch.onnx.export(module, (example,), path, dynamo=False, opset_version=opset, **names)
    return onnx.load(path)


EXPORTERS = [(9, False), (17, False), (20, False), (18, True), (20, True)]


@pytest.mark.parametrize(("opset", "dynamo"), EXPORTERS)
@pytest.mark.parametrize("name", LAYERS)
def test_like_onnxruntime(name: str, opset: int, dynamo: bool, tmp_path: Path) -> None:
    if name == "celu" and opset < 12:
        pytest.skip("opset 9 has no Celu")
    _check(nn.Sequential(nn.Linear(3, 4), LAYERS[name](), nn.Linear(4, 2)), opset, dynamo, tmp_path)


@pytest.mark.parametrize(("opset", "dynamo"), EXPORTERS)
def test_wired_by_hand(opset: int, dynamo: bool, tmp_path: Path) -> None:
    _check(Wired(), opset, dynamo, tmp_path)


class Determinant(nn.Module):  # type: ignore[misc]
    """An operator that isobit does not have."""

    def forward(self, x: Any) -> Any:
        return torch.linalg.det(x.unsqueeze(1) * x.unsqueeze(2))


def test_others_are_refused(tmp_path: Path) -> None:
    made = exported(Determinant().eval(), tmp_path / "torch.onnx", 17, dynamo=False)
    with pytest.raises(UnsupportedError, match=r"operator Det\): the operator is not supported"):
        read(made, tmp_path)


def _check(module: Any, opset: int, dynamo: bool, folder: Path) -> None:
    if dynamo and importlib.util.find_spec("onnxscript") is None:
        pytest.skip("the new exporter of PyTorch needs onnxscript")
    torch.manual_seed(0)
    made = exported(module.eval(), folder / "torch.onnx", opset, dynamo)
    _compare(read(made, folder), made)


def _compare(graph: Any, made: onnx.ModelProto) -> None:
    (key, shape), *_ = graph.inputs.items()
    data = {key: np.random.default_rng(0).normal(size=(20, *shape)).astype(np.float32) * 3}
    compare(graph, data, run_onnxruntime(made, data))
