"""How ONNX defines the operators that isobit reads: versions, numbers of inputs and outputs, attributes.

This restates ``onnx.defs`` up to opset 28, as data that costs no time to load; a test compares it with the
installed onnx, and ``tests/frontends/onnx/write_schemas.py`` writes it (new versions are to be read before
that, for their meaning may have changed). A file that uses a newer opset ends in an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from isobit.errors import FileFormatError

LATEST_OPSET = 28
"""The newest version of the standard operators that isobit knows."""

ANY = 2**31 - 1
"""Any number of inputs or outputs."""


class Schema(NamedTuple):
    """One definition of an operator.

    ``versions`` are the opsets that declared it (``since_version``); later ones may allow further element
    types. ``inputs`` and ``outputs`` are the least and the greatest number of them.
    """

    versions: tuple[int, ...]
    inputs: tuple[int, int]
    attributes: tuple[str, ...]
    outputs: tuple[int, int]


def schema_of(operator: str, opset: int) -> Schema:
    """The definition of an operator that an opset has.

    Raises
    ------
    FileFormatError
        When the opset is older than the operator.
    """
    known = [(version, schema) for schema in SCHEMAS[operator] for version in schema.versions]
    older = [entry for entry in known if entry[0] <= opset]
    if not older:
        raise FileFormatError(f"opset {opset} has no operator {operator}")
    return older[-1][1]


def _since(
    versions: tuple[int, ...],
    inputs: tuple[int, int],
    attributes: str = "",
    outputs: tuple[int, int] = (1, 1),
) -> Schema:
    return Schema(versions, inputs, tuple(attributes.split()), outputs)


SCHEMAS: Mapping[str, Sequence[Schema]] = {
    "Gemm": [
        _since((7, 9), (3, 3), "alpha beta transA transB"),
        _since((11, 13), (2, 3), "alpha beta transA transB"),
    ],
    "MatMul": [_since((1, 9, 13), (2, 2))],
    "Einsum": [_since((12, 28), (1, ANY), "equation")],
    "Attention": [
        _since(
            (23,),
            (3, 6),
            "is_causal kv_num_heads q_num_heads qk_matmul_output_mode scale softcap softmax_precision",
            outputs=(1, 4),
        ),
        _since(
            (24,),
            (3, 7),
            "is_causal kv_num_heads q_num_heads qk_matmul_output_mode scale softcap softmax_precision",
            outputs=(1, 4),
        ),
        _since(
            (25,),
            (3, 7),
            "is_causal kv_num_heads left_window_size q_num_heads qk_matmul_output_mode "
            "right_window_size scale softcap softmax_precision",
            outputs=(1, 4),
        ),
    ],
    "Add": [_since((7, 13, 14), (2, 2))],
    "Sub": [_since((7, 13, 14), (2, 2))],
    "Mul": [_since((7, 13, 14), (2, 2))],
    "Div": [_since((7, 13, 14), (2, 2))],
    "Neg": [_since((6, 13), (1, 1))],
    "Sum": [_since((6, 8, 13), (1, ANY))],
    "Mean": [_since((6, 8, 13), (1, ANY))],
    "Max": [_since((6, 8, 12, 13), (1, ANY))],
    "Min": [_since((6, 8, 12, 13), (1, ANY))],
    "Relu": [_since((6, 13, 14), (1, 1))],
    "LeakyRelu": [_since((6, 16), (1, 1), "alpha")],
    "PRelu": [_since((7, 9, 16), (2, 2))],
    "ThresholdedRelu": [_since((10, 22), (1, 1), "alpha")],
    "Elu": [_since((6, 22), (1, 1), "alpha")],
    "Selu": [_since((6, 22), (1, 1), "alpha gamma")],
    "Celu": [_since((12, 28), (1, 1), "alpha")],
    "Softplus": [_since((1, 22), (1, 1))],
    "Softsign": [_since((1, 22), (1, 1))],
    "Sigmoid": [_since((6, 13), (1, 1))],
    "Tanh": [_since((6, 13), (1, 1))],
    "HardSigmoid": [_since((6, 22), (1, 1), "alpha beta")],
    "HardSwish": [_since((14, 22), (1, 1))],
    "Swish": [_since((24,), (1, 1), "alpha")],
    "Mish": [_since((18, 22), (1, 1))],
    "Gelu": [_since((20,), (1, 1), "approximate")],
    "Exp": [_since((6, 13), (1, 1))],
    "Clip": [_since((6,), (1, 1), "max min"), _since((11, 12, 13), (1, 3))],
    "Shrink": [_since((9,), (1, 1), "bias lambd")],
    "Sqrt": [_since((6, 13), (1, 1))],
    "Reciprocal": [_since((6, 13), (1, 1))],
    "Pow": [_since((7, 12, 13, 15), (2, 2))],
    "Abs": [_since((6, 13), (1, 1))],
    "Sign": [_since((9, 13), (1, 1))],
    "Floor": [_since((6, 13), (1, 1))],
    "Ceil": [_since((6, 13), (1, 1))],
    "Round": [_since((11, 22), (1, 1))],
    "Log": [_since((6, 13), (1, 1))],
    "Sin": [_since((7, 22), (1, 1))],
    "Cos": [_since((7, 22), (1, 1))],
    "Tan": [_since((7, 22), (1, 1))],
    "Asin": [_since((7, 22), (1, 1))],
    "Acos": [_since((7, 22), (1, 1))],
    "Atan": [_since((7, 22), (1, 1))],
    "Sinh": [_since((9, 22), (1, 1))],
    "Cosh": [_since((9, 22), (1, 1))],
    "Asinh": [_since((9, 22), (1, 1))],
    "Acosh": [_since((9, 22), (1, 1))],
    "Atanh": [_since((9, 22), (1, 1))],
    "Erf": [_since((9, 13), (1, 1))],
    "Less": [_since((7, 9, 13), (2, 2))],
    "LessOrEqual": [_since((12, 16), (2, 2))],
    "Greater": [_since((7, 9, 13), (2, 2))],
    "GreaterOrEqual": [_since((12, 16), (2, 2))],
    "Equal": [_since((7, 11, 13, 19), (2, 2))],
    "And": [_since((7,), (2, 2))],
    "Or": [_since((7,), (2, 2))],
    "Xor": [_since((7,), (2, 2))],
    "Not": [_since((1,), (1, 1))],
    "Where": [_since((9, 16), (3, 3))],
    "IsNaN": [_since((9, 13, 20), (1, 1))],
    "IsInf": [_since((10, 20), (1, 1), "detect_negative detect_positive")],
    "ReduceSum": [
        _since((1, 11), (1, 1), "axes keepdims"),
        _since((13,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceMean": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceMax": [
        _since((1, 11, 12, 13), (1, 1), "axes keepdims"),
        _since((18, 20), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceMin": [
        _since((1, 11, 12, 13), (1, 1), "axes keepdims"),
        _since((18, 20), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceL1": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceL2": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceSumSquare": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceProd": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18,), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceLogSum": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18, 28), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "ReduceLogSumExp": [
        _since((1, 11, 13), (1, 1), "axes keepdims"),
        _since((18, 28), (1, 2), "keepdims noop_with_empty_axes"),
    ],
    "CumSum": [_since((11, 14), (2, 2), "exclusive reverse")],
    "BatchNormalization": [
        _since((7,), (5, 5), "epsilon momentum spatial", outputs=(1, 5)),
        _since((9,), (5, 5), "epsilon momentum", outputs=(1, 5)),
        _since((14, 15), (5, 5), "epsilon momentum training_mode", outputs=(1, 3)),
    ],
    "LayerNormalization": [_since((17,), (2, 3), "axis epsilon stash_type", outputs=(1, 3))],
    "RMSNormalization": [_since((23,), (2, 2), "axis epsilon stash_type")],
    "GroupNormalization": [
        _since((18,), (3, 3), "epsilon num_groups"),
        _since((21,), (3, 3), "epsilon num_groups stash_type"),
    ],
    "InstanceNormalization": [_since((6, 22), (3, 3), "epsilon")],
    "LpNormalization": [_since((1, 22), (1, 1), "axis p")],
    "MeanVarianceNormalization": [_since((9, 13), (1, 1), "axes")],
    "Softmax": [_since((1, 11, 13), (1, 1), "axis")],
    "LogSoftmax": [_since((1, 11, 13), (1, 1), "axis")],
    "Hardmax": [_since((1, 11, 13), (1, 1), "axis")],
    "ArgMax": [
        _since((1, 11), (1, 1), "axis keepdims"),
        _since((12, 13), (1, 1), "axis keepdims select_last_index"),
    ],
    "ArgMin": [
        _since((1, 11), (1, 1), "axis keepdims"),
        _since((12, 13), (1, 1), "axis keepdims select_last_index"),
    ],
    "Conv": [_since((1, 11, 22), (2, 3), "auto_pad dilations group kernel_shape pads strides")],
    "ConvTranspose": [
        _since(
            (1, 11, 22),
            (2, 3),
            "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
        )
    ],
    "MaxPool": [
        _since((1,), (1, 1), "auto_pad kernel_shape pads strides"),
        _since((8,), (1, 1), "auto_pad kernel_shape pads storage_order strides", outputs=(1, 2)),
        _since(
            (10, 11, 12, 22),
            (1, 1),
            "auto_pad ceil_mode dilations kernel_shape pads storage_order strides",
            outputs=(1, 2),
        ),
    ],
    "AveragePool": [
        _since((7,), (1, 1), "auto_pad count_include_pad kernel_shape pads strides"),
        _since((10, 11), (1, 1), "auto_pad ceil_mode count_include_pad kernel_shape pads strides"),
        _since((19, 22), (1, 1), "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides"),
    ],
    "GlobalMaxPool": [_since((1, 22), (1, 1))],
    "GlobalAveragePool": [_since((1, 22), (1, 1))],
    "LpPool": [
        _since((2, 11), (1, 1), "auto_pad kernel_shape p pads strides"),
        _since((18, 22), (1, 1), "auto_pad ceil_mode dilations kernel_shape p pads strides"),
    ],
    "GlobalLpPool": [_since((2, 22), (1, 1), "p")],
    "Pad": [
        _since((2,), (1, 1), "mode pads value"),
        _since((11, 13), (2, 3), "mode"),
        _since((18, 19, 21, 23, 24, 25), (2, 4), "mode"),
    ],
    "CenterCropPad": [_since((18,), (2, 2), "axes")],
    "Resize": [
        _since((10,), (2, 2), "mode"),
        _since(
            (11,),
            (3, 4),
            "coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
            "mode nearest_mode",
        ),
        _since(
            (13,),
            (1, 4),
            "coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
            "mode nearest_mode",
        ),
        _since(
            (18, 19),
            (1, 4),
            "antialias axes coordinate_transformation_mode cubic_coeff_a exclude_outside "
            "extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
        ),
    ],
    "Upsample": [_since((7,), (1, 1), "mode scales"), _since((9, 10), (2, 2), "mode")],
    "DepthToSpace": [_since((1,), (1, 1), "blocksize"), _since((11, 13, 28), (1, 1), "blocksize mode")],
    "SpaceToDepth": [_since((1, 13), (1, 1), "blocksize"), _since((28,), (1, 1), "blocksize mode")],
    "RNN": [
        _since(
            (7,),
            (3, 6),
            "activation_alpha activation_beta activations clip direction hidden_size",
            outputs=(0, 2),
        ),
        _since(
            (14, 22),
            (3, 6),
            "activation_alpha activation_beta activations clip direction hidden_size layout",
            outputs=(0, 2),
        ),
    ],
    "GRU": [
        _since(
            (7,),
            (3, 6),
            "activation_alpha activation_beta activations clip direction hidden_size linear_before_reset",
            outputs=(0, 2),
        ),
        _since(
            (14, 22),
            (3, 6),
            "activation_alpha activation_beta activations clip direction hidden_size layout "
            "linear_before_reset",
            outputs=(0, 2),
        ),
    ],
    "LSTM": [
        _since(
            (7,),
            (3, 8),
            "activation_alpha activation_beta activations clip direction hidden_size input_forget",
            outputs=(0, 3),
        ),
        _since(
            (14, 22),
            (3, 8),
            "activation_alpha activation_beta activations clip direction hidden_size input_forget layout",
            outputs=(0, 3),
        ),
    ],
    "Shape": [_since((1, 13), (1, 1)), _since((15, 19, 21, 23, 24, 25), (1, 1), "end start")],
    "Size": [_since((1, 13, 19, 21, 23, 24, 25), (1, 1))],
    "Reshape": [_since((5, 13), (2, 2)), _since((14, 19, 21, 23, 24, 25), (2, 2), "allowzero")],
    "Flatten": [_since((1, 9, 11, 13, 21, 23, 24, 25), (1, 1), "axis")],
    "Squeeze": [_since((1, 11), (1, 1), "axes"), _since((13, 21, 23, 24, 25), (1, 2))],
    "Unsqueeze": [_since((1, 11), (1, 1), "axes"), _since((13, 21, 23, 24, 25), (2, 2))],
    "Transpose": [_since((1, 13, 21, 23, 24, 25), (1, 1), "perm")],
    "Expand": [_since((8, 13), (2, 2))],
    "Tile": [_since((6, 13), (2, 2))],
    "Concat": [_since((4, 11, 13), (1, ANY), "axis")],
    "Slice": [_since((1,), (1, 1), "axes ends starts"), _since((10, 11, 13), (3, 5))],
    "Split": [
        _since((2, 11), (1, 1), "axis split", outputs=(1, ANY)),
        _since((13,), (1, 2), "axis", outputs=(1, ANY)),
        _since((18,), (1, 2), "axis num_outputs", outputs=(1, ANY)),
    ],
    "Gather": [_since((1, 11, 13), (2, 2), "axis")],
    "GatherElements": [_since((11, 13), (2, 2), "axis")],
    "GatherND": [_since((11,), (2, 2)), _since((12, 13), (2, 2), "batch_dims")],
    "ScatterElements": [_since((11, 13), (3, 3), "axis"), _since((16, 18), (3, 3), "axis reduction")],
    "ScatterND": [_since((11, 13), (3, 3)), _since((16, 18), (3, 3), "reduction")],
    "Compress": [_since((9, 11, 28), (2, 2), "axis")],
    "Trilu": [_since((14,), (1, 2), "upper")],
    "OneHot": [_since((9, 11, 28), (3, 3), "axis")],
    "TopK": [
        _since((1,), (1, 1), "axis k", outputs=(2, 2)),
        _since((10,), (2, 2), "axis", outputs=(2, 2)),
        _since((11, 24), (2, 2), "axis largest sorted", outputs=(2, 2)),
    ],
    "ReverseSequence": [_since((10, 28), (2, 2), "batch_axis time_axis")],
    "Identity": [_since((1, 13, 14, 16, 19, 21, 23, 24, 25), (1, 1))],
    "Dropout": [
        _since((7, 10), (1, 1), "ratio", outputs=(1, 2)),
        _since((12, 13, 22), (1, 3), "seed", outputs=(1, 2)),
    ],
    "Cast": [
        _since((6, 9, 13), (1, 1), "to"),
        _since((19, 21, 23), (1, 1), "saturate to"),
        _since((24, 25, 28), (1, 1), "round_mode saturate to"),
    ],
    "CastLike": [
        _since((15,), (2, 2)),
        _since((19, 21, 23), (2, 2), "saturate"),
        _since((24, 25), (2, 2), "round_mode saturate"),
    ],
    "Constant": [
        _since((1, 9), (0, 0), "value"),
        _since((11,), (0, 0), "sparse_value value"),
        _since(
            (12, 13, 19, 21, 23, 24, 25),
            (0, 0),
            "sparse_value value value_float value_floats value_int value_ints value_string value_strings",
        ),
    ],
    "ConstantOfShape": [_since((9, 20, 21, 23, 24, 25), (1, 1), "value")],
    "EyeLike": [_since((9, 22), (1, 1), "dtype k")],
    "Range": [_since((11,), (3, 3)), _since((27,), (3, 3), "stash_type")],
    "Mod": [_since((10, 13, 28), (2, 2), "fmod")],
}
"""By operator, oldest first; what only opsets below 7 had is left out."""
