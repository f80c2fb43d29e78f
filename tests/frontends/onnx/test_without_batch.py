"""Models whose tensors have no batch axis, read with ``batch=False``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import isobit
from frontends.onnx.build import model, node
from isobit.errors import InputError, UnsupportedError


def loaded(folder: Path, nodes: list[Any], inputs: dict[str, list[int]], **more: Any) -> isobit.Model:
    path = folder / "model.onnx"
    path.write_bytes(model(nodes, inputs, **more).SerializeToString())
    return isobit.load(path, batch=False)


def test_axis_0_is_data(tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Softmax", ["x"], ["y"], axis=0)], {"x": [3, 2]})
    assert dict(net.inputs) == {"x": (3, 2)}
    x = np.random.default_rng(0).normal(size=(5, 3, 2))
    e = np.exp(x)
    np.testing.assert_allclose(net.predict(x), e / e.sum(axis=1, keepdims=True), rtol=1e-12)


def test_scalars(tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Add", ["x", "z"], ["y"])], {"x": [], "z": [2]})
    y = net.predict([np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]])])
    assert y.tolist() == [[4.0, 5.0], [7.0, 8.0]]


def test_shapes_are_constants(tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Shape", ["x"], ["y"])], {"x": [3, 2]})
    assert net.predict(np.zeros((2, 3, 2))).tolist() == [[3, 2], [3, 2]]


def test_reshape_takes_all_axes(tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Reshape", ["x", "s"], ["y"])], {"x": [2, 6]}, constants={"s": [0, -1, 2]})
    assert net.outputs["y"] == (2, 3, 2)


def test_constants_may_enlarge(tmp_path: Path) -> None:
    grid = np.arange(6, dtype=np.float32).reshape(2, 1, 3)
    net = loaded(tmp_path, [node("Mul", ["x", "c"], ["y"])], {"x": [4, 1]}, constants={"c": grid})
    x = np.arange(8.0).reshape(2, 4, 1)
    np.testing.assert_array_equal(net.predict(x), x[:, np.newaxis] * grid)


@pytest.mark.parametrize("element", [onnx.TensorProto.INT64, onnx.TensorProto.UINT8])
def test_integers(element: int, tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Add", ["x", "z"], ["y"])], {"x": [3], "z": [3]}, element=element)
    x = np.array([[1, 2, 3]])
    assert net.predict([x, x]).tolist() == [[2, 4, 6]]


def test_integers_are_refused_where_onnx_would_cut(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"operator Div\).*integers"):
        loaded(
            tmp_path, [node("Div", ["x", "z"], ["y"])], {"x": [3], "z": [3]}, element=onnx.TensorProto.INT32
        )


def test_images_of_one_sample(tmp_path: Path) -> None:
    weight = np.random.default_rng(0).normal(size=(3, 2, 3, 3)).astype(np.float32)
    nodes = [node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])]
    without = loaded(tmp_path, nodes, {"x": [2, 2, 5, 5]}, constants={"w": weight})
    path = tmp_path / "batch.onnx"
    path.write_bytes(model(nodes, {"x": ["n", 2, 5, 5]}, constants={"w": weight}).SerializeToString())
    x = np.random.default_rng(1).normal(size=(2, 2, 5, 5))
    np.testing.assert_array_equal(without.predict(x[np.newaxis])[0], isobit.load(path).predict(x))


def test_one_sample_without_n_is_refused(tmp_path: Path) -> None:
    net = loaded(tmp_path, [node("Relu", ["x"], ["y"])], {"x": [3]})
    with pytest.raises(InputError, match="batch of one"):
        net.predict(np.zeros(3))


@pytest.mark.parametrize("dims", [["n", 3], [0, 3], [None]])
def test_open_and_empty_axes_are_refused(dims: list[Any], tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="none may be open or empty"):
        loaded(tmp_path, [node("Relu", ["x"], ["y"])], {"x": dims})


def test_other_files_have_a_batch_axis(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"")
    with pytest.raises(UnsupportedError, match=r"batch=False is for ONNX files"):
        isobit.load(path, batch=False)
