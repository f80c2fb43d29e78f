"""Every ONNX operator that isobit reads, and what reads it.

Handlers know all versions of their operators up to the newest opset that ``schemas`` states; a file of a
newer opset is refused, for operators may mean something else there.
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
    attention,
    blocks,
    broadcasting,
    classifiers,
    contraction,
    convolution,
    dense,
    elementwise,
    indexing,
    neutral,
    normalization,
    padding,
    pooling,
    qonnx,
    recurrent,
    reductions,
    resizing,
    scattering,
    selection,
    shaping,
    statistics,
    trees,
)
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Array, Value

Convert = Callable[[Layer], Value | tuple[Value, ...]]


class Operator(NamedTuple):
    """How one operator is read.

    Parameters
    ----------
    convert : callable, optional
        Makes layers, for inputs that depend on the data.
    fold : callable, optional
        Computes the result, when all inputs are constants.
    moves : bool
        Whether ``fold`` only moves entries.
    repeats : bool
        Whether ``convert`` also takes constants in which the size of the batch is open, to repeat something.
    instead : str
        Where ``convert`` is missing: what is supported instead.
    """

    convert: Convert | None = None
    fold: Fold | None = None
    moves: bool = False
    repeats: bool = False
    instead: str = "supported on constants only"


def _function(op: str, numpy: Callable[..., Array]) -> Operator:
    """A function of one tensor of floating-point numbers."""
    return Operator(elementwise.function(op), folding.elementwise(numpy))


def _comparison(op: str, numpy: Callable[..., Array], accept: str = "fi") -> Operator:
    """A comparison of two tensors, or a logical combination of them."""
    return Operator(elementwise.comparison(op, accept), folding.logic(numpy))


OPERATORS: dict[str, Operator] = {
    # matrix products
    "Gemm": Operator(dense.gemm),
    "MatMul": Operator(dense.matmul),
    "Einsum": Operator(contraction.einsum),
    "Attention": Operator(attention.attention),
    # arithmetic
    "Add": Operator(arithmetic.add, folding.elementwise(np.add)),
    "Sub": Operator(arithmetic.subtract, folding.elementwise(np.subtract)),
    "Mul": Operator(arithmetic.multiply, folding.elementwise(np.multiply)),
    "Div": Operator(arithmetic.divide, folding.divide),
    "Neg": Operator(arithmetic.negate, folding.elementwise(np.negative)),
    "Sum": Operator(arithmetic.total),
    "Mean": Operator(arithmetic.mean),
    "Max": Operator(arithmetic.maximum, folding.most(np.maximum)),
    "Min": Operator(arithmetic.minimum, folding.most(np.minimum)),
    # activations
    "Relu": Operator(activations.plain("relu")),
    "LeakyRelu": Operator(activations.leaky_relu),
    "PRelu": Operator(activations.prelu),
    "ThresholdedRelu": Operator(activations.thresholded_relu),
    "Elu": Operator(activations.elu),
    "Selu": Operator(activations.selu),
    "Celu": Operator(activations.celu),
    "Softplus": Operator(activations.plain("softplus")),
    "Softsign": Operator(activations.plain("softsign")),
    "Sigmoid": Operator(activations.plain("sigmoid")),
    "Tanh": Operator(activations.plain("tanh")),
    "HardSigmoid": Operator(activations.hard_sigmoid),
    "HardSwish": Operator(activations.hard_swish),
    "Swish": Operator(activations.swish),
    "Mish": Operator(activations.mish),
    "Gelu": Operator(activations.gelu),
    "Exp": Operator(activations.plain("exp"), folding.elementwise(np.exp)),
    "Clip": Operator(activations.clip),
    "Shrink": Operator(elementwise.shrink),
    # elementary functions
    "Sqrt": _function("sqrt", np.sqrt),
    "Reciprocal": _function("reciprocal", lambda x: 1 / x),
    "Pow": Operator(elementwise.power, folding.elementwise(np.power)),
    "Abs": Operator(elementwise.function("abs", "fi"), folding.elementwise(np.abs)),
    "Sign": Operator(elementwise.function("sign", "fi"), folding.elementwise(np.sign)),
    "Floor": _function("floor", np.floor),
    "Ceil": _function("ceil", np.ceil),
    "Round": _function("round", np.round),
    "Log": _function("log", np.log),
    "Sin": _function("sin", np.sin),
    "Cos": _function("cos", np.cos),
    "Tan": _function("tan", np.tan),
    "Asin": _function("asin", np.arcsin),
    "Acos": _function("acos", np.arccos),
    "Atan": _function("atan", np.arctan),
    "Sinh": _function("sinh", np.sinh),
    "Cosh": _function("cosh", np.cosh),
    "Asinh": _function("asinh", np.arcsinh),
    "Acosh": _function("acosh", np.arccosh),
    "Atanh": _function("atanh", np.arctanh),
    "Erf": Operator(elementwise.function("erf")),
    # comparisons and logic
    "Less": _comparison("less", np.less),
    "LessOrEqual": _comparison("less_equal", np.less_equal),
    "Greater": _comparison("greater", np.greater),
    "GreaterOrEqual": _comparison("greater_equal", np.greater_equal),
    "Equal": Operator(elementwise.comparison("equal", "fib"), folding.logic(np.equal)),
    "And": _comparison("logical_and", np.logical_and, "b"),
    "Or": _comparison("logical_or", np.logical_or, "b"),
    "Xor": _comparison("logical_xor", np.logical_xor, "b"),
    "Not": Operator(elementwise.logical_not, folding.logic(np.logical_not)),
    "Where": Operator(elementwise.where, folding.where),
    "IsNaN": Operator(elementwise.is_never, folding.logic(np.isnan)),
    "IsInf": Operator(elementwise.is_never),
    # reductions
    "ReduceSum": Operator(reductions.reduction("reduce_sum"), folding.reduced(np.sum)),
    "ReduceMean": Operator(reductions.reduction("reduce_mean", "f"), folding.reduced(np.mean)),
    "ReduceMax": Operator(reductions.reduction("reduce_max", "fib"), folding.reduced(np.max)),
    "ReduceMin": Operator(reductions.reduction("reduce_min", "fib"), folding.reduced(np.min)),
    "ReduceL1": Operator(reductions.reduction("reduce_sum_abs")),
    "ReduceL2": Operator(reductions.reduction("reduce_l2", "f")),
    "ReduceSumSquare": Operator(reductions.reduction("reduce_sum_square")),
    "ReduceProd": Operator(reductions.reduction("reduce_prod"), folding.reduced(np.prod)),
    "ReduceLogSum": Operator(reductions.reduction("reduce_log_sum", "f")),
    "ReduceLogSumExp": Operator(reductions.reduction("reduce_log_sum_exp", "f")),
    "CumSum": Operator(reductions.cumulated_sum),
    # normalisation and classifiers
    "BatchNormalization": Operator(normalization.batch_normalization),
    "LayerNormalization": Operator(statistics.layer_normalization),
    "RMSNormalization": Operator(statistics.rms_normalization),
    "GroupNormalization": Operator(statistics.group_normalization),
    "InstanceNormalization": Operator(statistics.instance_normalization),
    "LpNormalization": Operator(statistics.lp_normalization),
    "MeanVarianceNormalization": Operator(statistics.mean_variance_normalization),
    "Softmax": Operator(classifiers.softmax("softmax")),
    "LogSoftmax": Operator(classifiers.softmax("log_softmax")),
    "Hardmax": Operator(classifiers.hardmax),
    "ArgMax": Operator(classifiers.arg_extreme("argmax")),
    "ArgMin": Operator(classifiers.arg_extreme("argmin")),
    # convolution and pooling
    "Conv": Operator(convolution.conv),
    "ConvTranspose": Operator(convolution.conv_transpose),
    "MaxPool": Operator(pooling.max_pool),
    "AveragePool": Operator(pooling.average_pool),
    "GlobalMaxPool": Operator(pooling.global_pool("reduce_max")),
    "GlobalAveragePool": Operator(pooling.global_pool("reduce_mean")),
    "LpPool": Operator(pooling.lp_pool),
    "GlobalLpPool": Operator(pooling.global_lp_pool),
    "Pad": Operator(padding.pad, folding.pad),
    "CenterCropPad": Operator(padding.center_crop_pad),
    "Resize": Operator(resizing.resize),
    "Upsample": Operator(resizing.upsample),
    "DepthToSpace": Operator(blocks.depth_to_space),
    "SpaceToDepth": Operator(blocks.space_to_depth),
    # recurrent layers
    "RNN": Operator(recurrent.recurrent("simple_rnn")),
    "GRU": Operator(recurrent.recurrent("gru")),
    "LSTM": Operator(recurrent.recurrent("lstm")),
    # shapes
    "Shape": Operator(shaping.shape_of, folding.shape_of),
    "Size": Operator(shaping.size_of, folding.size_of),
    "Reshape": Operator(shaping.reshape, folding.reshape, moves=True),
    "Flatten": Operator(shaping.flatten),
    "Squeeze": Operator(shaping.squeeze, folding.squeeze, moves=True),
    "Unsqueeze": Operator(shaping.unsqueeze, folding.unsqueeze, moves=True),
    "Transpose": Operator(shaping.transpose, folding.transpose, moves=True),
    "Expand": Operator(broadcasting.expand, folding.expand, repeats=True),
    "Tile": Operator(broadcasting.tile, folding.tile),
    # parts
    "Concat": Operator(selection.concat, folding.concat, moves=True),
    "Slice": Operator(selection.slice_tensor, folding.slice_array, moves=True),
    "Split": Operator(selection.split),
    "Gather": Operator(indexing.gather, folding.gather, moves=True),
    "GatherElements": Operator(indexing.gather_elements),
    "GatherND": Operator(indexing.gather_nd),
    "ScatterElements": Operator(scattering.scatter_elements),
    "ScatterND": Operator(scattering.scatter_nd),
    "Compress": Operator(indexing.compress),
    "Trilu": Operator(indexing.trilu),
    "OneHot": Operator(indexing.one_hot),
    "TopK": Operator(indexing.top_k),
    "ReverseSequence": Operator(indexing.reverse_sequence),
    # no effect
    "Identity": Operator(neutral.identity, folding.identity, moves=True),
    "Dropout": Operator(neutral.dropout),
    "Cast": Operator(neutral.cast, folding.cast, moves=True),
    "CastLike": Operator(neutral.cast_like, folding.cast_like),
    # constants
    "Constant": Operator(fold=lambda layer, xs: folding.constant(layer)),
    "ConstantOfShape": Operator(broadcasting.constant_of_shape, folding.constant_of_shape, repeats=True),
    "EyeLike": Operator(broadcasting.eye_like),
    "Range": Operator(fold=folding.count),
    "Mod": Operator(fold=folding.modulo),
}

OTHER_OPERATORS: dict[str, dict[str, Operator]] = {
    "ai.onnx.ml": {
        "TreeEnsembleClassifier": Operator(trees.classifier),
        "TreeEnsembleRegressor": Operator(trees.regressor),
        "TreeEnsemble": Operator(trees.ensemble_of_nodes),
        "ZipMap": Operator(trees.zip_map),
    },
    "qonnx.custom_op.general": {
        "MultiThreshold": Operator(qonnx.multi_threshold),
        "BipolarQuant": Operator(qonnx.bipolar_quant, qonnx.fold_bipolar_quant),
    },
}
"""The operators of other operator sets that isobit reads; attributes that are not known are refused."""
