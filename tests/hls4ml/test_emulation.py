"""What the emulation chooses, and what it refuses; no golden vectors are needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from isobit.errors import UnsupportedError
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml import Call, Firmware, Variable, Weight, emulate

DEFAULT = Format(16, 10)
SAT = Format(16, 10, True, Rounding.TRN, Overflow.SAT)


def dense(
    accumulator=DEFAULT, weights=(1, -2, 3, 5, 7, -11), source=DEFAULT, result=DEFAULT, scale=100, **config
):
    """Three inputs, two outputs; weights and biases of the default type."""
    weight = Weight(DEFAULT, np.array(weights) * scale)
    config = {"n_in": 3, "n_out": 2, "strategy": "latency", "reuse_factor": 1, **config}
    types = {"accum_t": accumulator, "weight_t": DEFAULT, "bias_t": DEFAULT}
    call = Call(
        "fc",
        "dense",
        ("x",),
        ("y",),
        config,
        types,
        {"weights": weight, "biases": Weight(DEFAULT, np.array([5, -5]))},
    )
    return firmware(call, Variable("x", (3,), source), Variable("y", (2,), result))


def firmware(call, *variables, **more):
    named = {variable.name: variable for variable in variables}
    inputs = tuple(name for name in named if name not in call.outputs)
    parts = {"backend": "Vitis", "io_type": "io_parallel", **more}
    return Firmware("test", "1.3.0", parts["backend"], parts["io_type"], inputs, call.outputs, named, (call,))


def activation(function, source=DEFAULT, types=None, **config):
    config = {"n_in": 4, "table_size": 1024, **config}
    call = Call("act", function, ("x",), ("y",), config, types or {"table_t": Format(18, 10)})
    return firmware(call, Variable("x", (4,), source), Variable("y", (4,), DEFAULT))


def op(made):
    return [node.op for node in emulate(made).layers]


@pytest.mark.parametrize(
    ("made", "chosen"),
    [
        (dense(), "rounded_dense"),
        (dense(Format(40, 20)), "dense"),
        (dense(scale=1024), "dense"),  # integers drop nothing
        (dense(SAT), "ascending_dense"),
        (dense(Format(40, 20, True, Rounding.RND, Overflow.SAT)), "dense"),  # cannot overflow
        (dense(Format(40, 10, True, Rounding.RND, Overflow.SAT)), "rounded_dense"),
    ],
)
def test_the_sum_that_is_chosen(made, chosen):
    assert op(made) == [chosen]


def test_an_accumulator_that_the_result_implies_is_dropped():
    model = emulate(dense(Format(40, 20)))
    assert model.precision.layers["fc"].formats["accumulator"] is None
    narrow = Format(24, 20)
    kept = emulate(dense(narrow, result=Format(40, 20)))
    assert kept.precision.layers["fc"].formats["accumulator"] == narrow


def test_sums_by_hand():
    """-1.5 LSB of each product: cut one by one, or together."""
    x = np.array([[3, 0, 0], [-3, -3, 0], [100, 200, 300]])
    weight, bias = np.array([[1, -2], [3, 5], [7, -11]]) * 100, np.array([5, -5])
    each = ((x[:, :, None] * weight[None]) >> 10).sum(axis=1) + bias
    together = ((x @ weight) + (bias << 10)) >> 10
    np.testing.assert_array_equal(emulate(dense()).predict_raw(x), each)
    np.testing.assert_array_equal(emulate(dense(Format(40, 20))).predict_raw(x), together)
    assert not np.array_equal(each, together)


def test_the_order_of_a_saturating_accumulator():
    """2 + 2 - 3 in a type that ends at 3.75."""
    tight = Format(5, 2, True, Rounding.TRN, Overflow.SAT)
    x = np.array([[2, 2, -3, 0]]) << 10
    ones = Weight(DEFAULT, np.array([1024] * 4))
    results = {}
    for reuse in (1, 2):
        config = {"n_in": 4, "n_out": 1, "strategy": "resource", "reuse_factor": reuse}
        weights = {"weights": ones, "biases": Weight(DEFAULT, np.array([0]))}
        call = Call("fc", "dense", ("x",), ("y",), config, {"accum_t": tight}, weights)
        made = firmware(call, Variable("x", (4,), DEFAULT), Variable("y", (1,), DEFAULT))
        results[reuse] = emulate(made).predict_raw(x).item() / 1024
    assert results == {1: 0.75, 2: 1.0}  # (2 + 2) - 3 + 0, and 2 - 3 + (2 + 0)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: activation("no_such_function"), "not reproduced"),
        (lambda: replace(dense(), backend="Quartus"), "Quartus"),
        (lambda: dense(product="both_binary"), "one bit"),
        (lambda: dense(product="weight_floating"), "weight_floating"),
        (lambda: dense(strategy="latency", n_out=3), "elements"),
        (lambda: dense(strategy="unknown"), "unknown"),
        (lambda: dense(source=Format(65, 10)), "64"),
        (lambda: activation("sigmoid", table_size=1000), "power of two"),
        (lambda: activation("sigmoid", Format(40, 4)), "int"),
        (lambda: activation("softmax", implementation="stable"), "inp_norm_t"),
        (lambda: activation("softmax", implementation="other"), "other"),
    ],
)  # fmt: skip
def test_refused(made, words):
    with pytest.raises(UnsupportedError, match=words):
        emulate(made())


def test_what_is_missing_is_named():
    call = Call("fc", "dense", ("x",), ("y",), {"n_in": 3}, {"accum_t": DEFAULT})
    with pytest.raises(UnsupportedError, match=r"layer 'fc' \(nnet::dense\): the record lacks 'n_out'"):
        emulate(firmware(call, Variable("x", (3,), DEFAULT), Variable("y", (2,), DEFAULT)))
