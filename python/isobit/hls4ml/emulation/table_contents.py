"""The contents of hls4ml's tables: the arithmetic of its C++ in single and double precision.

hls4ml fills its tables with ``std::exp`` of floats and operations of mixed precision when a function is first
called.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.hls4ml.emulation.single_precision import expf, tanhf
from isobit.ir import FloatArray
from isobit.rounding import RawArray, to_raw

Singles = npt.NDArray[np.float32]

SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
HUGE = 2.0**200
"""Stands for infinity: beyond every type, and zero modulo 2^width."""


def _grid(size: int, reach: float) -> Singles:
    """Table positions over [-reach, reach)."""
    i = np.arange(size)
    return (2 * reach * (i - size / 2.0) / size).astype(np.float32)


def _below_zero(size: int) -> Singles:
    return (-8.0 * np.arange(size) / size).astype(np.float32)


def sigmoid(size: int) -> FloatArray:
    """``1.0 / (1 + exp(-x))``: float addition, double division, float result."""
    denominator = np.float32(1) + expf(-_grid(size, 8.0))
    return (1.0 / denominator.astype(np.float64)).astype(np.float32).astype(np.float64)


def tanh_table(size: int) -> FloatArray:
    """``tanh`` over [-4, 4)."""
    return tanhf(_grid(size, 4.0)).astype(np.float64)


def softplus(size: int) -> FloatArray:
    """``log(exp(x) + 1.)``: from the addition on in double, float result."""
    inner = expf(_grid(size, 8.0)).astype(np.float64) + 1.0
    return np.log(inner).astype(np.float32).astype(np.float64)


def softsign(size: int) -> FloatArray:
    """``x / (abs(x) + 1.)`` in double, float result."""
    x = _grid(size, 8.0).astype(np.float64)
    return (x / (np.abs(x) + 1.0)).astype(np.float32).astype(np.float64)


def elu(size: int) -> FloatArray:
    """``exp(x) - 1.`` in double, float result, for x from 0 down to -8."""
    return (expf(_below_zero(size)).astype(np.float64) - 1.0).astype(np.float32).astype(np.float64)


def selu(size: int) -> FloatArray:
    """``scale * (alpha * (exp(x) - 1.))`` in double, float result."""
    inner = expf(_below_zero(size)).astype(np.float64) - 1.0
    return (SELU_SCALE * (SELU_ALPHA * inner)).astype(np.float32).astype(np.float64)


def exp_of(x: FloatArray, scale: float, negative: bool) -> FloatArray:
    """The exponentials of softmax: ``exp(x * scale)``, or of the negative, in float."""
    product = x.astype(np.float32) * np.float32(scale)
    return _finite(expf(-product if negative else product))


def inverse_of(x: FloatArray) -> FloatArray:
    """``1 / x`` in float; infinite at 0."""
    with np.errstate(divide="ignore"):
        return _finite(np.float32(1) / x.astype(np.float32))


def legacy_exp(size: int) -> FloatArray:
    """``exp`` over [-8, 8)."""
    return expf(_grid(size, 8.0)).astype(np.float64)


def legacy_inverse(size: int) -> FloatArray:
    """``1.0 / x`` over [0, 64) in double; 0 at 0."""
    x = (64.0 * np.arange(size) / size).astype(np.float32).astype(np.float64)
    return np.divide(1.0, x, out=np.zeros(size), where=x > 0)


def _finite(values: Singles) -> FloatArray:
    return np.clip(values.astype(np.float64), -HUGE, HUGE)


def entries(values: FloatArray, fmt: Format) -> RawArray:
    """Table entries: values cast into the type of the table."""
    return to_raw(values, fmt)
