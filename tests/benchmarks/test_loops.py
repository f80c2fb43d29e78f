"""Calls in a row without Python between them compute what one call does."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from isobit import _core
from isobit.benchmarking.networks import mlp


@pytest.fixture
def quantized(tmp_path):
    return mlp(tmp_path, (4, 6, 3)).quantized("fixed<16,6>")


def test_the_engine_writes_its_outputs(quantized):
    X = np.random.default_rng(0).standard_normal((5, 4), dtype=np.float32)
    y = np.zeros((5, 3), dtype=np.float32)
    (tensor,) = quantized.graph.outputs.values()
    _core.repeat_run(quantized.engine.program, [X], [quantized.engine.ids[tensor]], [y], 3)
    np.testing.assert_array_equal(y, quantized.predict(X))


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (np.zeros((5, 4), np.float32), np.zeros((4, 3), np.float32)),
        (np.zeros((5, 3), np.float32), np.zeros((5, 3), np.float32)),
        (np.zeros((5, 4), np.int32), np.zeros((5, 3), np.float32)),
        (np.zeros((4, 5), np.float32).T, np.zeros((5, 3), np.float32)),
    ],
    ids=["rows", "columns", "type", "order"],
)
def test_arrays_that_do_not_fit_are_refused(quantized, X, y):
    (tensor,) = quantized.graph.outputs.values()
    with pytest.raises(ValueError, match="array"):
        _core.repeat_run(quantized.engine.program, [X], [quantized.engine.ids[tensor]], [y], 1)


def test_a_c_function_gets_its_arguments():
    source, target = np.arange(10, dtype=np.uint8), np.zeros(10, dtype=np.uint8)
    copy = ctypes.cast(ctypes.CDLL(None).memcpy, ctypes.c_void_p).value
    _core.repeat_call(copy, [target.ctypes.data, source.ctypes.data, 7], 2)
    np.testing.assert_array_equal(target, [0, 1, 2, 3, 4, 5, 6, 0, 0, 0])
    for address, arguments in ((0, []), (copy, [0] * 9)):
        with pytest.raises(ValueError, match="at most eight"):
            _core.repeat_call(address, arguments, 1)
