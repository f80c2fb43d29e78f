"""Attributes and inputs that isobit does not compute: errors that name the node and the attribute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from frontends.onnx.build import model, node, read
from isobit.errors import FileFormatError, IsobitError, UnsupportedError

IMAGE = ["n", 2, 6, 6]
W = {"w": np.ones((4, 2, 3, 3), "f4"), "b": np.ones(4, "f4")}
CHANNELS = {"g": np.ones(2, "f4")}


def scales(*values: float) -> dict[str, Any]:
    return {"s": np.array(values, "f4")}


REFUSED: dict[str, tuple[onnx.NodeProto, dict[str, Any], str]] = {
    "auto_pad": (node("Conv", ["x", "w"], ["y"], auto_pad="SAME"), W, "auto_pad is 'SAME'"),
    "both paddings": (
        node("Conv", ["x", "w"], ["y"], auto_pad="VALID", pads=[1, 1, 1, 1]),
        W,
        "both attributes pads",
    ),
    "negative pads": (node("Conv", ["x", "w"], ["y"], pads=[-1, 0, 0, 0]), W, "attribute pads"),
    "strides": (node("Conv", ["x", "w"], ["y"], strides=[1]), W, "attribute strides"),
    "no stride": (node("Conv", ["x", "w"], ["y"], strides=[0, 1]), W, "attribute strides"),
    "dilations": (node("Conv", ["x", "w"], ["y"], dilations=[1, 0]), W, "attribute dilations"),
    "kernel shape": (node("Conv", ["x", "w"], ["y"], kernel_shape=[2, 2]), W, "kernel_shape"),
    "group": (
        node("Conv", ["x", "w"], ["y"], group=3),
        W,
        "attribute group is 3, .* the 2 channels of 'x' and the first axis",
    ),
    "channels": (node("Conv", ["x", "w"], ["y"], group=2), W, "does not fit 'x'"),
    "bias": (node("Conv", ["x", "w", "b"], ["y"]), {**W, "b": np.ones(3, "f4")}, "the bias has shape"),
    "weights of data": (node("Conv", ["x", "x"], ["y"]), {}, "input 1 .* computed from the data"),
    "output shape": (
        node("ConvTranspose", ["x", "v"], ["y"], output_shape=[99, 99]),
        {"v": np.ones((2, 3, 3, 3), "f4")},
        r"output shape \(99, 99\)",
    ),
    "indices of maxima": (
        node("MaxPool", ["x"], ["z", "y"], kernel_shape=[2, 2]),
        {},
        "output 1 of MaxPool",
    ),
    "no kernel": (node("MaxPool", ["x"], ["y"]), {}, "kernel_shape is missing"),
    "pad mode": (node("Pad", ["x", "p"], ["y"], mode="mirror"), {"p": [0] * 8}, "mode is 'mirror'"),
    "padded batch": (node("Pad", ["x", "p"], ["y"]), {"p": [1] + [0] * 7}, "batch axis"),
    "reflection": (
        node("Pad", ["x", "p"], ["y"], mode="reflect"),
        {"p": [0, 0, 6, 0, 0, 0, 0, 0]},
        "reflecting 6",
    ),
    "resize mode": (node("Resize", ["x", "", "s"], ["y"], mode="area"), scales(1, 1, 2, 2), "mode is 'area'"),
    "coordinates": (
        node("Resize", ["x", "", "s"], ["y"], coordinate_transformation_mode="tf_crop_and_resize"),
        scales(1, 1, 2, 2),
        "coordinate_transformation_mode",
    ),
    "rounding": (
        node("Resize", ["x", "", "s"], ["y"], nearest_mode="round"),
        scales(1, 1, 2, 2),
        "nearest_mode is 'round'",
    ),
    "resized batch": (node("Resize", ["x", "", "s"], ["y"]), scales(2, 1, 1, 1), "batch axis"),
    "old operator": (node("Upsample", ["x", "s"], ["y"]), scales(1, 1, 2, 2), "Resize took its place"),
    "block size": (node("DepthToSpace", ["x"], ["y"], blocksize=2), {}, "no blocks of 2 x 2"),
    "block mode": (
        node("DepthToSpace", ["x"], ["y"], blocksize=1, mode="RCD"),
        {},
        "mode 'RCD'",
    ),
    "groups": (node("InstanceNormalization", ["x", "g", "g"], ["y"], epsilon=-1.0), CHANNELS, "epsilon"),
    "norm": (node("LpNormalization", ["x"], ["y"], p=3), {}, "attribute p is 3"),
    "normalised batch": (
        node("LayerNormalization", ["x", "g"], ["y"], axis=0),
        CHANNELS,
        "batch axis",
    ),
    "reduced batch": (node("ReduceMean", ["x"], ["y"]), {}, "reduce the batch axis"),
    "summed batch": (node("ReduceMax", ["x"], ["y"], axes=[0]), {}, "batch axis"),
    "cumulated batch": (node("CumSum", ["x", "a"], ["y"]), {"a": 0}, "batch axis"),
    "tiled batch": (node("Tile", ["x", "r"], ["y"]), {"r": [2, 1, 1, 1]}, "repeats the batch"),
    "scatter": (
        node("ScatterND", ["x", "i", "u"], ["y"], reduction="add"),
        {"i": [[0]], "u": np.ones((1, 2, 6, 6), "f4")},
        "indices count the batch axis",
    ),
    "einsum of three": (node("Einsum", ["x", "x", "x"], ["y"], equation="abcd,abcd,abcd->abcd"), {}, "two"),
    "einsum over batch": (node("Einsum", ["x"], ["y"], equation="abcd->bcd"), {}, "batch axis"),
    "top of batch": (node("TopK", ["x", "k"], ["y", "i"], axis=0), {"k": [1]}, "batch axis"),
    "cast": (node("Cast", ["x"], ["y"], to=onnx.TensorProto.UINT8), {}, "attribute to is UINT8"),
    "remainder": (node("Mod", ["x", "m"], ["y"], fmod=1), {"m": 2.0}, "constants only"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    used, constants, match = REFUSED[name]
    made = model([used], {"x": IMAGE}, constants=constants)
    with pytest.raises(IsobitError, match=match) as caught:
        read(made, tmp_path)
    if not isinstance(caught.value, UnsupportedError | FileFormatError):
        assert name == "groups"  # the layer itself says what is wrong
    if name != "indices of maxima":  # refused where the model shows it
        assert f"operator {used.op_type}" in str(caught.value)
