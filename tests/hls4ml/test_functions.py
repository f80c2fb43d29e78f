"""Single calls in random types give the bits of hls4ml's own functions, compiled from its templates."""

from __future__ import annotations

import numpy as np
import pytest

from hls4ml_functions import (
    Draw,
    activation,
    concatenate,
    convolution,
    dense,
    dot,
    einsum,
    embedding,
    merge,
    narrow_dense,
    normalize,
    padding,
    pooling,
    recurrent,
    resize,
    softmax,
    thresholds,
    transpose,
)
from hls4ml_program import Program
from isobit.hls4ml import Firmware, Variable, emulate

pytestmark = pytest.mark.slow

SAMPLES = 24


CASES = {
    "dense_latency": lambda draw: dense(draw, "latency"),
    "dense_resource": lambda draw: dense(draw, "resource"),
    "dense_resource_long": lambda draw: dense(draw, "long"),
    **{
        name: (lambda draw, name=name: convolution(draw, name))
        for name in (
            "conv_1d_cl", "conv_2d_cl", "pointwise_conv_1d_cl", "pointwise_conv_2d_cl",
            "depthwise_conv_1d_cl", "depthwise_conv_2d_cl",
        )
    },
    **{
        name: (lambda draw, name=name: pooling(draw, name))
        for name in ("pooling1d_cl", "pooling2d_cl", "global_pooling1d_cl", "global_pooling2d_cl")
    },
    **{
        name: (lambda draw, name=name: activation(draw, name))
        for name in (
            "linear", "relu", "relu1", "relu6", "leaky_relu", "prelu", "thresholded_relu", "elu", "selu",
            "sigmoid", "tanh", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "binary_tanh",
            "ternary_tanh",
        )
    },
    **{
        f"softmax_{name}": (lambda draw, name=name: softmax(draw, name))
        for name in ("stable", "latency", "legacy", "argmax")
    },
    "lstm": lambda draw: recurrent(draw, "lstm"),
    "gru": lambda draw: recurrent(draw, "gru"),
    **{
        name: (lambda draw, name=name: merge(draw, name))
        for name in ("add", "subtract", "multiply", "average", "maximum", "minimum")
    },
    "dot1d": lambda draw: dot(draw, "dot1d"),
    "normalize": lambda draw: normalize(draw, "normalize"),
    **{
        name: (lambda draw, name=name: thresholds(draw, name))
        for name in ("normalize_binary_tanh", "normalize_ternary_tanh")
    },
    **{
        name: (lambda draw, name=name: narrow_dense(draw, name))
        for name in ("both_binary", "data_binary", "weight_binary")
    },
    "transpose": lambda draw: transpose(draw, "transpose"),
    "einsum": lambda draw: einsum(draw, "einsum"),
    **{
        name: (lambda draw, name=name: padding(draw, name))
        for name in ("zeropad1d_cl", "zeropad2d_cl", "cropping1d_cl", "cropping2d_cl")
    },
    "resize_nearest": lambda draw: resize(draw, "resize_nearest"),
    "embedding": lambda draw: embedding(draw, "embedding"),
    **{
        name: (lambda draw, name=name: concatenate(draw, name))
        for name in ("concatenate1d", "concatenate2d", "concatenate3d")
    },
}  # fmt: skip
REPEATS = 6


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """By case: the calls with variables, inputs and hls4ml's results. One program runs all of them."""
    program, drawn = Program(), []
    for name, make in CASES.items():
        for repeat in range(REPEATS):
            draw = Draw(1000 * len(drawn) + repeat)
            call, shapes, result, *more = make(draw)
            inputs = (more[0] if more else None) or [draw.type((6, 14), (2, 5)) for _ in shapes]
            variables = {
                variable: Variable(variable, shape, fmt)
                for variable, shape, fmt in zip(call.inputs, shapes, inputs, strict=True)
            }
            output = more[1] if len(more) > 1 else draw.type((6, 18), (2, 7))
            variables["y"] = Variable("y", result, output)
            samples = [draw.raws(fmt, (SAMPLES, *shape)) for shape, fmt in zip(shapes, inputs, strict=True)]
            program.add(call, variables, samples)
            drawn.append((name, call, variables, samples))
    found = program.run(tmp_path_factory.mktemp("functions"))
    by_case = {}
    for (name, *parts), result in zip(drawn, found, strict=True):
        by_case.setdefault(name, []).append((*parts, result))
    return by_case


@pytest.mark.parametrize("name", CASES)
def test_function(results, name):
    for call, variables, samples, expected in results[name]:
        firmware = Firmware("test", "1.3.0", "Vitis", "io_parallel", call.inputs, ("y",), variables, (call,))
        model = emulate(firmware)
        found = model.predict_raw(samples if len(samples) > 1 else samples[0])
        np.testing.assert_array_equal(found, expected, err_msg=f"{call} {variables}")
