"""Functions in the place of layers: explicit tables of those that isobit reads, by Keras version.

Keras 3 writes an operation per function (``{"class_name": "Add", "module": "keras.src.ops.numpy"}``), with
its options in ``config``. Keras 2 writes ``TFOpLambda`` and ``SlicingOpLambda`` layers that name a TensorFlow
function, with its options among the arguments of the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isobit.errors import closest
from isobit.frontends.keras.layers.activations import HARD_SIGMOID
from isobit.frontends.keras.layers.advanced import WEIGHTLESS_ACTIVATIONS
from isobit.frontends.keras.layers.base import Call, Handler
from isobit.frontends.keras.operations.comparisons import cast, comparison, constant_like, logical, where
from isobit.frontends.keras.operations.indexing import (
    flip,
    move_axis,
    one_hot,
    pad,
    repeat,
    split,
    stack,
    swap_axes,
    take,
    tile,
    unstack,
)
from isobit.frontends.keras.operations.movement import (
    concatenate,
    expand_dims,
    get_item,
    reshape,
    squeeze,
    transpose,
)
from isobit.frontends.keras.operations.products import einsum, matmul
from isobit.frontends.keras.operations.reductions import (
    cumulative_sum,
    extreme_index,
    norm,
    normalize,
    of_booleans,
    reduction,
    spread,
    top_k,
)
from isobit.frontends.keras.operations.rules import (
    Arguments,
    Rule,
    binary,
    clip,
    gelu,
    negative,
    power,
    rounded,
    softmax,
    unary,
    with_axis,
    with_number,
)
from isobit.frontends.keras.options import INPUT_DTYPES

TENSORFLOW_CLASSES = ("TFOpLambda", "SlicingOpLambda")

_BINARY = ("x1", "x2")
_UNARY = ("x",)

# Class of Keras 3 -> names of the positional arguments, rule.
KERAS3: dict[str, tuple[tuple[str, ...], Rule]] = {
    "Abs": (_UNARY, unary("abs")),
    "Absolute": (_UNARY, unary("abs")),
    "Add": (_BINARY, binary("add")),
    "All": (_UNARY, of_booleans("reduce_min")),
    "Amax": (_UNARY, reduction("reduce_max", keeps_booleans=True)),
    "Amin": (_UNARY, reduction("reduce_min", keeps_booleans=True)),
    "Any": (_UNARY, of_booleans("reduce_max")),
    "Arccos": (_UNARY, unary("acos")),
    "Arccosh": (_UNARY, unary("acosh")),
    "Arcsin": (_UNARY, unary("asin")),
    "Arcsinh": (_UNARY, unary("asinh")),
    "Arctan": (_UNARY, unary("atan")),
    "Arctanh": (_UNARY, unary("atanh")),
    "Argmax": (_UNARY, extreme_index("argmax")),
    "Argmin": (_UNARY, extreme_index("argmin")),
    "Cast": (("x", "dtype"), cast),
    "Ceil": (_UNARY, unary("ceil")),
    "Celu": (_UNARY, with_number("celu", "alpha", "alpha", 1.0)),
    "Clip": (("x", "low", "high"), clip),
    "Concatenate": (_UNARY, concatenate),
    "Cos": (_UNARY, unary("cos")),
    "Cosh": (_UNARY, unary("cosh")),
    "Cumsum": (_UNARY, cumulative_sum),
    "Divide": (_BINARY, binary("divide")),
    "Einsum": (_BINARY, einsum),
    "Elu": (_UNARY, with_number("elu", "alpha", "alpha", 1.0)),
    "Equal": (_BINARY, comparison("equal")),
    "Erf": (_UNARY, unary("erf")),
    "Exp": (_UNARY, unary("exp")),
    "ExpandDims": (_UNARY, expand_dims),
    "Flip": (_UNARY, flip),
    "Floor": (_UNARY, unary("floor")),
    "Gelu": (_UNARY, gelu),
    "GetItem": (("x", "key"), get_item),
    "Greater": (_BINARY, comparison("greater")),
    "GreaterEqual": (_BINARY, comparison("greater_equal")),
    "HardSigmoid": (_UNARY, unary("hard_sigmoid", **HARD_SIGMOID[3])),
    "HardSilu": (_UNARY, unary("hard_swish")),
    "HardTanh": (_UNARY, unary("clip", low=-1.0, high=1.0)),
    "LeakyRelu": (_UNARY, with_number("leaky_relu", "alpha", "negative_slope", 0.2)),
    "Less": (_BINARY, comparison("less")),
    "LessEqual": (_BINARY, comparison("less_equal")),
    "Log": (_UNARY, unary("log")),
    "Log1p": (_UNARY, unary("log1p")),
    "LogicalAnd": (_BINARY, logical("logical_and", *_BINARY)),
    "LogicalNot": (_UNARY, logical("logical_not", *_UNARY)),
    "LogicalOr": (_BINARY, logical("logical_or", *_BINARY)),
    "LogicalXor": (_BINARY, logical("logical_xor", *_BINARY)),
    "LogSigmoid": (_UNARY, unary("logsigmoid")),
    "LogSoftmax": (_UNARY, with_axis("log_softmax")),
    "Logsumexp": (_UNARY, reduction("reduce_log_sum_exp")),
    "Matmul": (_BINARY, matmul),
    "Max": (_UNARY, reduction("reduce_max", keeps_booleans=True)),
    "Maximum": (_BINARY, binary("maximum")),
    "Mean": (_UNARY, reduction("reduce_mean")),
    "Min": (_UNARY, reduction("reduce_min", keeps_booleans=True)),
    "Minimum": (_BINARY, binary("minimum")),
    "Mish": (_UNARY, unary("mish")),
    "Moveaxis": (_UNARY, move_axis),
    "Multiply": (_BINARY, binary("multiply")),
    "Negative": (_UNARY, negative),
    "Norm": (_UNARY, norm),
    "Normalize": (_UNARY, normalize),
    "NotEqual": (_BINARY, comparison("not_equal")),
    "OneHot": (_UNARY, one_hot),
    "Pad": (("x", "constant_values"), pad),
    "Power": (_BINARY, power),
    "Prod": (_UNARY, reduction("reduce_prod")),
    "Reciprocal": (_UNARY, unary("reciprocal")),
    "Relu": (_UNARY, unary("relu")),
    "Relu6": (_UNARY, unary("clip", low=0.0, high=6.0)),
    "Repeat": (_UNARY, repeat),
    "Reshape": (_UNARY, reshape),
    "Round": (_UNARY, rounded),
    "Rsqrt": (_UNARY, unary("rsqrt")),
    "Selu": (_UNARY, unary("selu")),
    "Sigmoid": (_UNARY, unary("sigmoid")),
    "Sign": (_UNARY, unary("sign")),
    "Silu": (_UNARY, unary("silu")),
    "Sin": (_UNARY, unary("sin")),
    "Sinh": (_UNARY, unary("sinh")),
    "Softmax": (_UNARY, softmax),
    "Softplus": (_UNARY, unary("softplus")),
    "Softsign": (_UNARY, unary("softsign")),
    "Split": (_UNARY, split),
    "Sqrt": (_UNARY, unary("sqrt")),
    "Square": (_UNARY, unary("square")),
    "Squeeze": (_UNARY, squeeze),
    "Stack": (_UNARY, stack),
    "Std": (_UNARY, spread(root=True)),
    "Subtract": (_BINARY, binary("subtract")),
    "Sum": (_UNARY, reduction("reduce_sum")),
    "Swapaxes": (_UNARY, swap_axes),
    "Take": (("x", "indices"), take),
    "Tan": (_UNARY, unary("tan")),
    "Tanh": (_UNARY, unary("tanh")),
    "Tile": (_UNARY, tile),
    "TopK": (_UNARY, top_k),
    "Transpose": (_UNARY, transpose),
    "TrueDivide": (_BINARY, binary("divide")),
    "Unstack": (_UNARY, unstack),
    "Var": (_UNARY, spread(root=False)),
    "ZerosLike": (_UNARY, constant_like(0.0)),
    "OnesLike": (_UNARY, constant_like(1.0)),
    "Where": (("condition", *_BINARY), where),
}

# TensorFlow function -> name of the first argument, rule.
TENSORFLOW: dict[str, tuple[str, Rule]] = {
    "__operators__.add": ("x1", binary("add")),
    "__operators__.getitem": ("x", get_item),
    "abs": ("x", unary("abs")),
    "cast": ("x", cast),
    "clip_by_value": ("x", clip),
    "compat.v1.nn.softmax": ("x", softmax),
    "compat.v1.squeeze": ("x", squeeze),
    "compat.v1.transpose": ("x", transpose),
    "concat": ("x", concatenate),
    "expand_dims": ("x", expand_dims),
    "linalg.matmul": ("x1", matmul),
    "math.abs": ("x", unary("abs")),
    "math.add": ("x1", binary("add")),
    "math.argmax": ("x", extreme_index("argmax")),
    "math.ceil": ("x", unary("ceil")),
    "math.cos": ("x", unary("cos")),
    "math.divide": ("x1", binary("divide")),
    "math.equal": ("x1", comparison("equal")),
    "math.erf": ("x", unary("erf")),
    "math.exp": ("x", unary("exp")),
    "math.floor": ("x", unary("floor")),
    "math.greater": ("x1", comparison("greater")),
    "math.greater_equal": ("x1", comparison("greater_equal")),
    "math.less": ("x1", comparison("less")),
    "math.less_equal": ("x1", comparison("less_equal")),
    "math.log": ("x", unary("log")),
    "math.log1p": ("x", unary("log1p")),
    "math.logical_and": ("x1", logical("logical_and", *_BINARY)),
    "math.logical_not": ("x", logical("logical_not", *_UNARY)),
    "math.logical_or": ("x1", logical("logical_or", *_BINARY)),
    "math.maximum": ("x1", binary("maximum")),
    "math.minimum": ("x1", binary("minimum")),
    "math.multiply": ("x1", binary("multiply")),
    "math.negative": ("x", negative),
    "math.not_equal": ("x1", comparison("not_equal")),
    "math.pow": ("x1", power),
    "math.reciprocal": ("x", unary("reciprocal")),
    "math.reduce_all": ("x", of_booleans("reduce_min")),
    "math.reduce_any": ("x", of_booleans("reduce_max")),
    "math.reduce_max": ("x", reduction("reduce_max", keeps_booleans=True)),
    "math.reduce_mean": ("x", reduction("reduce_mean")),
    "math.reduce_min": ("x", reduction("reduce_min", keeps_booleans=True)),
    "math.reduce_sum": ("x", reduction("reduce_sum")),
    "math.rsqrt": ("x", unary("rsqrt")),
    "math.sigmoid": ("x", unary("sigmoid")),
    "math.sign": ("x", unary("sign")),
    "math.sin": ("x", unary("sin")),
    "math.softplus": ("x", unary("softplus")),
    "math.sqrt": ("x", unary("sqrt")),
    "math.square": ("x", unary("square")),
    "math.subtract": ("x1", binary("subtract")),
    "math.tanh": ("x", unary("tanh")),
    "math.truediv": ("x1", binary("divide")),
    "nn.elu": ("x", unary("elu")),
    "nn.gelu": ("x", gelu),
    "nn.leaky_relu": ("x", with_number("leaky_relu", "alpha", "alpha", 0.2)),
    "nn.log_softmax": ("x", with_axis("log_softmax")),
    "nn.relu": ("x", unary("relu")),
    "nn.relu6": ("x", unary("clip", low=0.0, high=6.0)),
    "nn.selu": ("x", unary("selu")),
    "nn.silu": ("x", unary("silu")),
    "nn.softmax": ("x", softmax),
    "nn.softsign": ("x", unary("softsign")),
    "repeat": ("x", repeat),
    "reshape": ("x", reshape),
    "reverse": ("x", flip),
    "squeeze": ("x", squeeze),
    "stack": ("x", stack),
    "tile": ("x", tile),
    "transpose": ("x", transpose),
}

# Other names of the same arguments.
_SYNONYMS = {
    "b": "x2",
    "input_tensor": "x",
    "multiples": "repeats",
    "clip_value_max": "high",
    "clip_value_min": "low",
    "newshape": "shape",
    "perm": "axes",
    "slice_spec": "key",
    "x_max": "high",
    "x_min": "low",
    "y": "x2",
}


class Keras3Operation(Handler):
    """An operation of Keras 3."""

    dtypes = INPUT_DTYPES

    def convert(self, call: Call) -> Any:
        """The nodes of the function."""
        class_name = call.options.class_name
        if class_name == "ReLU":
            # keras.activations.relu, which has the options of the layer.
            return WEIGHTLESS_ACTIVATIONS[class_name].convert(call)
        if class_name not in KERAS3:
            raise call.refuse(f"the operation is not supported.{closest(class_name, KERAS3)}")
        names, rule = KERAS3[class_name]
        if len(call.args) > len(names):
            raise call.refuse(f"it is called with {len(call.args)} arguments; supported: {', '.join(names)}")
        values = dict(zip(names, call.args, strict=False))
        return _apply(call, rule, {**self._options(call), **values, **call.kwargs})

    def _options(self, call: Call) -> dict[str, Any]:
        """The options of a function, among them the type of the result, which is none of the layers'."""
        dtype = call.options.raw("dtype")
        options = call.options.rest()
        return options if dtype is None else {**options, "dtype": dtype}


class TensorFlowFunction(Handler):
    """A ``TFOpLambda`` or ``SlicingOpLambda`` layer of Keras 2."""

    def convert(self, call: Call) -> Any:
        """The nodes of the function."""
        function = call.options.raw("function")
        if not isinstance(function, str) or function not in TENSORFLOW:
            raise call.refuse(
                f"the function {function!r} is not supported.{closest(str(function), TENSORFLOW)}"
            )
        name, rule = TENSORFLOW[function]
        kwargs: Mapping[str, Any] = {key: value for key, value in call.kwargs.items() if key != "name"}
        return _apply(call, rule, {name: call.args[0] if call.args else None, **kwargs})


def _apply(call: Call, rule: Rule, values: Mapping[str, Any]) -> Any:
    arguments = Arguments(call, {_SYNONYMS.get(name, name): value for name, value in values.items()})
    result = rule(arguments)
    arguments.finish()
    return result
