"""Every ONNX operator that isobit reads, and what reads it.

An operator is known in certain versions: the opsets in which its definition changed. A version that is
not listed here (of a newer onnx) is refused, for its meaning may have changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from isobit.frontends.onnx import folding
from isobit.frontends.onnx.folding import Fold
from isobit.frontends.onnx.handlers import (
    activations,
    arithmetic,
    classifiers,
    dense,
    neutral,
    normalization,
    selection,
    shaping,
)
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Array, Value

Convert = Callable[[Layer], Value | tuple[Value, ...]]


class Operator(NamedTuple):
    """How one operator is read.

    Parameters
    ----------
    versions : tuple of int
        Opsets in which it was defined anew, as ``onnx.defs`` counts (``since_version``).
    convert : callable, optional
        Makes layers, for inputs that depend on the data.
    fold : callable, optional
        Computes the result, when all inputs are constants.
    moves : bool
        Whether ``fold`` only moves entries.
    instead : str
        Where ``convert`` is missing: what is supported instead.
    """

    versions: tuple[int, ...]
    convert: Convert | None = None
    fold: Fold | None = None
    moves: bool = False
    instead: str = "supported on constants only"


def _elementwise(versions: tuple[int, ...], function: Callable[..., Array]) -> Operator:
    return Operator(versions, fold=folding.elementwise(function))


_SHAPING = (21, 23, 24, 25)
_GELU = "supported only within GELU as exporters write it, x/2 * (1 + erf(x / sqrt(2))) or its form with tanh"
_WHERE = "supported only within Softplus and Threshold as PyTorch writes them"

OPERATORS: dict[str, Operator] = {
    # matrix products
    "Gemm": Operator((7, 9, 11, 13), dense.gemm),
    "MatMul": Operator((1, 9, 13), dense.matmul),
    # arithmetic
    "Add": Operator((7, 13, 14), arithmetic.add, folding.elementwise(np.add)),
    "Sub": Operator((7, 13, 14), arithmetic.subtract, folding.elementwise(np.subtract)),
    "Mul": Operator((7, 13, 14), arithmetic.multiply, folding.elementwise(np.multiply)),
    "Div": Operator((7, 13, 14), arithmetic.divide, folding.divide),
    "Neg": Operator((6, 13), arithmetic.negate, folding.elementwise(np.negative)),
    "Sum": Operator((6, 8, 13), arithmetic.total),
    "Mean": Operator((6, 8, 13), arithmetic.mean),
    "Max": Operator((6, 8, 12, 13), arithmetic.maximum),
    "Min": Operator((6, 8, 12, 13), arithmetic.minimum),
    # activations
    "Relu": Operator((6, 13, 14), activations.plain("relu")),
    "LeakyRelu": Operator((6, 16), activations.leaky_relu),
    "PRelu": Operator((7, 9, 16), activations.prelu),
    "ThresholdedRelu": Operator((10, 22), activations.thresholded_relu),
    "Elu": Operator((6, 22), activations.elu),
    "Selu": Operator((6, 22), activations.selu),
    "Celu": Operator((12, 28), activations.celu),
    "Softplus": Operator((1, 22), activations.plain("softplus")),
    "Softsign": Operator((1, 22), activations.plain("softsign")),
    "Sigmoid": Operator((6, 13), activations.plain("sigmoid")),
    "Tanh": Operator((6, 13), activations.plain("tanh")),
    "HardSigmoid": Operator((6, 22), activations.hard_sigmoid),
    "HardSwish": Operator((14, 22), activations.hard_swish),
    "Swish": Operator((24,), activations.swish),
    "Mish": Operator((18, 22), activations.mish),
    "Gelu": Operator((20,), activations.gelu),
    "Exp": Operator((6, 13), activations.plain("exp"), folding.elementwise(np.exp)),
    "Clip": Operator((6, 11, 12, 13), activations.clip),
    # normalisation and classifiers
    "BatchNormalization": Operator((7, 9, 14, 15), normalization.batch_normalization),
    "Softmax": Operator((1, 11, 13), classifiers.softmax("softmax")),
    "LogSoftmax": Operator((1, 11, 13), classifiers.softmax("log_softmax")),
    "ArgMax": Operator((1, 11, 12, 13), classifiers.argmax),
    # shapes
    "Shape": Operator((1, 13, 15, 19, *_SHAPING), shaping.shape_of, folding.shape_of),
    "Reshape": Operator((5, 13, 14, 19, *_SHAPING), shaping.reshape, folding.reshape, moves=True),
    "Flatten": Operator((1, 9, 11, 13, *_SHAPING), shaping.flatten),
    "Squeeze": Operator((1, 11, 13, *_SHAPING), shaping.squeeze, folding.squeeze, moves=True),
    "Unsqueeze": Operator((1, 11, 13, *_SHAPING), shaping.unsqueeze, folding.unsqueeze, moves=True),
    "Transpose": Operator((1, 13, *_SHAPING), shaping.transpose, folding.transpose, moves=True),
    # parts
    "Concat": Operator((4, 11, 13), selection.concat, folding.concat, moves=True),
    "Slice": Operator((1, 10, 11, 13), selection.slice_tensor, folding.slice_array, moves=True),
    "Split": Operator((2, 11, 13, 18), selection.split),
    "Gather": Operator((1, 11, 13), selection.gather, folding.gather, moves=True),
    # no effect
    "Identity": Operator((1, 13, 14, 16, 19, *_SHAPING), neutral.identity, folding.identity, moves=True),
    "Dropout": Operator((7, 10, 12, 13, 22), neutral.dropout),
    "Cast": Operator((6, 9, 13, 19, *_SHAPING, 28), neutral.cast, folding.cast, moves=True),
    # on constants only
    "Constant": Operator((1, 9, 11, 12, 13, 19, *_SHAPING), fold=lambda layer, xs: folding.constant(layer)),
    "ConstantOfShape": Operator((9, 20, *_SHAPING), fold=folding.constant_of_shape),
    "Expand": Operator((8, 13), fold=folding.expand),
    "ReduceProd": Operator((1, 11, 13, 18), fold=folding.product),
    "Sqrt": _elementwise((6, 13), np.sqrt),
    "Reciprocal": _elementwise((6, 13), lambda x: 1 / x),
    "Pow": Operator((7, 12, 13, 15), fold=folding.elementwise(np.power), instead=_GELU),
    "Abs": Operator((6, 13), fold=folding.elementwise(np.abs), instead="supported only within Softsign"),
    # within patterns only
    "Erf": Operator((9, 13), instead=_GELU),
    "Where": Operator((9, 16), instead=_WHERE),
    "Greater": Operator((7, 9, 13), instead=_WHERE),
    "LessOrEqual": Operator((12, 16), instead=_WHERE),
}
