"""The networks that are measured. A new one is a few lines here.

Every contestant gets the same ONNX file. Networks without trained weights have random ones of a size that
keeps the values of all layers near one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

TAGGER = (16, 64, 32, 32, 5)
_OPSET, _IR_VERSION = 17, 8


@dataclass(frozen=True)
class Network:
    """A model file and data for it.

    Parameters
    ----------
    name : str
    path : Path
        ONNX.
    samples : callable
        ``samples(n)``: n inputs, float32, of shape (n, inputs).
    """

    name: str
    path: Path
    samples: Callable[[int], FloatArray]


def jet_tagger() -> Network:
    """The tagger of the package: physical features, standardised by its first layer; simulated jets."""
    data = Path(str(files("isobit").joinpath("data")))

    def jets(n: int) -> FloatArray:
        with np.load(data / "jets_test.npz") as file:
            X = file["X"]
        return np.ascontiguousarray(np.resize(X, (n, X.shape[1])))

    return Network("packaged jet tagger", data / "jet_tagger.onnx", jets)


def mlp(folder: Path, sizes: Sequence[int] = TAGGER, seed: int = 1) -> Network:
    """Dense layers with ReLU between them and softmax at the end; normally distributed inputs."""
    name = "MLP " + "-".join(map(str, sizes))
    path = folder / f"{name.replace(' ', '_').lower()}.onnx"
    rng = np.random.default_rng(seed)
    _write_mlp(path, sizes, rng)

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(seed).normal(size=(n, sizes[0])).astype(np.float32)

    return Network(name, path, normal)


def _write_mlp(path: Path, sizes: Sequence[int], rng: np.random.Generator) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []
    value = "x"
    for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        values = rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out)), rng.normal(scale=0.1, size=n_out)
        names = [f"w{number}", f"b{number}"]
        for name, array in zip(names, values, strict=True):
            constants.append(numpy_helper.from_array(array.astype(np.float32), name))
        nodes.append(helper.make_node("Gemm", [value, *names], [f"fc{number}"], f"fc{number}"))
        last = number == len(sizes) - 1
        value, activation = (f"softmax{number}", "Softmax") if last else (f"relu{number}", "Relu")
        attributes = {"axis": -1} if last else {}
        nodes.append(helper.make_node(activation, [f"fc{number}"], [value], value, **attributes))
    graph = helper.make_graph(
        nodes,
        "mlp",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", sizes[0]])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", sizes[-1]])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
