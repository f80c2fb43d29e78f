"""Random uses of convolution, pooling, reductions and normalisation, as ``cases`` draws the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from hypothesis import strategies as st

from frontends.onnx.build import node

Case = Any
"""Of :mod:`frontends.onnx.cases`, which collects the makers."""


def _windows(case: Case, rank: int, kernel: list[int], dilated: bool = True) -> dict[str, Any]:
    """Strides, dilations and padding of some kind."""
    mode = case.draw(st.sampled_from(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]))
    longest = min(2, *kernel) if mode.startswith("SAME") else 2  # onnxruntime refuses gaps between windows
    attrs = case.some(strides=[case.draw(st.integers(1, longest)) for _ in range(rank)])
    if mode == "NOTSET":
        attrs |= case.some(pads=[case.draw(st.integers(0, (kernel[i % rank]) // 2)) for i in range(2 * rank)])
    else:
        attrs["auto_pad"] = mode
    if dilated and mode in ("NOTSET", "VALID"):
        attrs |= case.some(dilations=[case.draw(st.integers(1, 2)) for _ in range(rank)])
    return attrs


def _image(case: Case, rank: int, channels: int) -> str:
    return case.data(channels, *(case.draw(st.integers(5, 7)) for _ in range(rank)))


def _kernel(case: Case, rank: int) -> list[int]:
    return [case.draw(st.integers(1, 3)) for _ in range(rank)]


def conv(case: Case) -> onnx.NodeProto:
    rank, groups = case.draw(st.integers(1, 3)), case.draw(st.integers(1, 2))
    inside, outside = groups * case.draw(st.integers(1, 2)), groups * case.draw(st.integers(1, 2))
    kernel = _kernel(case, rank)
    x, weight = _image(case, rank, inside), case.weights(outside, inside // groups, *kernel)
    bias = [case.weights(outside)] if case.draw(st.booleans()) else []
    attrs = _windows(case, rank, kernel) | case.some(kernel_shape=kernel)
    return node("Conv", [x, weight, *bias], ["y"], group=groups, **attrs)


def conv_transpose(case: Case) -> onnx.NodeProto:
    rank, groups = case.draw(st.integers(1, 2)), case.draw(st.integers(1, 2))
    inside, outside = groups * case.draw(st.integers(1, 2)), groups * case.draw(st.integers(1, 2))
    kernel = _kernel(case, rank)
    x, weight = _image(case, rank, inside), case.weights(inside, outside // groups, *kernel)
    bias = [case.weights(outside)] if case.draw(st.booleans()) else []
    strides = [case.draw(st.integers(1, 2)) for _ in range(rank)]
    attrs = case.some(
        dilations=[case.draw(st.integers(1, 2)) for _ in range(rank)],
        pads=[case.draw(st.integers(0, 1)) if kernel[i % rank] > 1 else 0 for i in range(2 * rank)],
        output_padding=[case.draw(st.integers(0, n - 1)) for n in strides],
    )
    return node("ConvTranspose", [x, weight, *bias], ["y"], group=groups, strides=strides, **attrs)


def max_pool(case: Case) -> onnx.NodeProto:
    rank = case.draw(st.integers(1, 3))
    kernel = _kernel(case, rank)
    attrs = _windows(case, rank, kernel, dilated=case.opset >= 10)
    return node("MaxPool", [_image(case, rank, 2)], ["y"], kernel_shape=kernel, **attrs)


def average_pool(case: Case) -> onnx.NodeProto:
    rank = case.draw(st.integers(1, 3))
    kernel = _kernel(case, rank)
    attrs = _windows(case, rank, kernel, dilated=False) | case.some(count_include_pad=1)
    return node("AveragePool", [_image(case, rank, 2)], ["y"], kernel_shape=kernel, **attrs)


def global_pool(case: Case, op: str) -> onnx.NodeProto:
    return node(op, [_image(case, case.draw(st.integers(1, 3)), 3)], ["y"])


def lp_pool(case: Case) -> onnx.NodeProto:
    rank = case.draw(st.integers(1, 3))
    kernel = _kernel(case, rank)
    attrs = _windows(case, rank, kernel, dilated=case.opset >= 18) | case.some(p=case.draw(st.integers(1, 4)))
    return node("LpPool", [_image(case, rank, 2)], ["y"], kernel_shape=kernel, **attrs)


def global_lp_pool(case: Case) -> onnx.NodeProto:
    attrs = case.some(p=case.draw(st.integers(1, 4)))
    return node("GlobalLpPool", [_image(case, case.draw(st.integers(1, 3)), 3)], ["y"], **attrs)


def layer_normalization(case: Case) -> onnx.NodeProto:
    shape = case.shape(2, 3)
    axis = case.axis(len(shape) + 1)
    inner = shape[(axis - 1 if axis > 0 else axis) :]
    constants = [case.weights(*inner)] + ([case.weights(*inner)] if case.draw(st.booleans()) else [])
    attrs = case.some(epsilon=case.number(2**-10, 2**-7))
    return node("LayerNormalization", [case.data(*shape), *constants], ["y"], axis=axis, **attrs)


def instance_normalization(case: Case) -> onnx.NodeProto:
    x, channels = _image(case, case.draw(st.integers(1, 2)), 3), 3
    return node("InstanceNormalization", [x, case.weights(channels), case.weights(channels)], ["y"])


def reduction(case: Case, op: str) -> onnx.NodeProto:
    shape = case.shape()
    axes = sorted(case.draw(st.sets(st.integers(1, len(shape)), min_size=1)))
    attrs = case.some(keepdims=case.draw(st.integers(0, 1)))
    if case.opset < (13 if op == "ReduceSum" else 18):
        return node(op, [case.data(*shape)], ["y"], axes=axes, **attrs)
    return node(op, [case.data(*shape), case.constant(axes)], ["y"], **attrs)


def einsum(case: Case) -> onnx.NodeProto:
    n, k, m = (case.draw(st.integers(1, 3)) for _ in range(3))
    equation = case.draw(st.sampled_from(["bnk,bkm->bnm", "...nk,...km->...nm", "bnk,bkm->bmn"]))
    return node("Einsum", [case.data(n, k), case.data(k, m)], ["y"], equation=equation)


def resize(case: Case) -> onnx.NodeProto:
    rank = case.draw(st.integers(1, 2))
    scales = [1.0, 1.0, *(float(case.draw(st.sampled_from([0.5, 2.0, 3.0]))) for _ in range(rank))]
    x = case.data(2, *(case.draw(st.sampled_from([4, 6])) for _ in range(rank)))
    modes = st.sampled_from(["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"])
    attrs = {"coordinate_transformation_mode": case.draw(modes)}
    if case.draw(st.booleans()):
        attrs["mode"] = "linear"
    else:
        roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
        attrs["nearest_mode"] = case.draw(st.sampled_from(roundings))
    return node("Resize", [x, "", case.constant(np.array(scales, np.float32))], ["y"], **attrs)


def pad(case: Case) -> onnx.NodeProto:
    shape = [n + 2 for n in case.shape()]
    pads = [0, *(case.draw(st.integers(0, 2)) for _ in shape)] * 2
    mode = case.draw(st.sampled_from(["constant", "reflect", "edge"]))
    if case.opset < 11:
        return node("Pad", [case.data(*shape)], ["y"], mode=mode, pads=pads)
    return node("Pad", [case.data(*shape), case.constant(pads)], ["y"], mode=mode)


REDUCTIONS = (
    *("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"),
    *("ReduceLogSumExp",),
)
MAKERS: dict[str, Callable[[Case], onnx.NodeProto]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "LpPool": lp_pool,
    "GlobalLpPool": global_lp_pool,
    "LayerNormalization": layer_normalization,
    "InstanceNormalization": instance_normalization,
    "Einsum": einsum,
    "Resize": resize,
    "Pad": pad,
    **{op: (lambda case, op=op: global_pool(case, op)) for op in ("GlobalMaxPool", "GlobalAveragePool")},
    **{op: (lambda case, op=op: reduction(case, op)) for op in REDUCTIONS},
}
OPSETS = (11, 17)
"""Few of them: definitions changed little, and the cases take longer than others."""
DEFINED_SINCE = {"LayerNormalization": 17, "Einsum": 12, "Resize": 13}
