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
from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.operations.movement import (
    concatenate,
    expand_dims,
    get_item,
    reshape,
    squeeze,
    transpose,
)
from isobit.frontends.keras.operations.rules import (
    Arguments,
    Rule,
    binary,
    clip,
    gelu,
    negative,
    unary,
    with_axis,
    with_number,
)

TENSORFLOW_CLASSES = ("TFOpLambda", "SlicingOpLambda")

_BINARY = ("x1", "x2")
_UNARY = ("x",)

# Class of Keras 3 -> names of the positional arguments, rule.
KERAS3: dict[str, tuple[tuple[str, ...], Rule]] = {
    "Add": (_BINARY, binary("add")),
    "Clip": (("x", "low", "high"), clip),
    "Concatenate": (_UNARY, concatenate),
    "Divide": (_BINARY, binary("divide")),
    "Elu": (_UNARY, with_number("elu", "alpha", "alpha", 1.0)),
    "Exp": (_UNARY, unary("exp")),
    "ExpandDims": (_UNARY, expand_dims),
    "Gelu": (_UNARY, gelu),
    "GetItem": (("x", "key"), get_item),
    "HardSigmoid": (_UNARY, unary("hard_sigmoid", **HARD_SIGMOID[3])),
    "HardTanh": (_UNARY, unary("clip", low=-1.0, high=1.0)),
    "LeakyRelu": (_UNARY, with_number("leaky_relu", "alpha", "negative_slope", 0.2)),
    "LogSoftmax": (_UNARY, with_axis("log_softmax")),
    "Maximum": (_BINARY, binary("maximum")),
    "Minimum": (_BINARY, binary("minimum")),
    "Multiply": (_BINARY, binary("multiply")),
    "Negative": (_UNARY, negative),
    "Relu": (_UNARY, unary("relu")),
    "Relu6": (_UNARY, unary("clip", low=0.0, high=6.0)),
    "Reshape": (_UNARY, reshape),
    "Selu": (_UNARY, unary("selu")),
    "Sigmoid": (_UNARY, unary("sigmoid")),
    "Silu": (_UNARY, unary("silu")),
    "Softmax": (_UNARY, with_axis("softmax")),
    "Softplus": (_UNARY, unary("softplus")),
    "Softsign": (_UNARY, unary("softsign")),
    "Squeeze": (_UNARY, squeeze),
    "Subtract": (_BINARY, binary("subtract")),
    "Tanh": (_UNARY, unary("tanh")),
    "Transpose": (_UNARY, transpose),
    "TrueDivide": (_BINARY, binary("divide")),
}

# TensorFlow function -> name of the first argument, rule.
TENSORFLOW: dict[str, tuple[str, Rule]] = {
    "__operators__.add": ("x1", binary("add")),
    "__operators__.getitem": ("x", get_item),
    "clip_by_value": ("x", clip),
    "compat.v1.nn.softmax": ("x", with_axis("softmax")),
    "compat.v1.transpose": ("x", transpose),
    "compat.v1.squeeze": ("x", squeeze),
    "concat": ("x", concatenate),
    "expand_dims": ("x", expand_dims),
    "math.add": ("x1", binary("add")),
    "math.divide": ("x1", binary("divide")),
    "math.exp": ("x", unary("exp")),
    "math.maximum": ("x1", binary("maximum")),
    "math.minimum": ("x1", binary("minimum")),
    "math.multiply": ("x1", binary("multiply")),
    "math.negative": ("x", negative),
    "math.sigmoid": ("x", unary("sigmoid")),
    "math.softplus": ("x", unary("softplus")),
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
    "nn.softmax": ("x", with_axis("softmax")),
    "nn.softsign": ("x", unary("softsign")),
    "reshape": ("x", reshape),
    "squeeze": ("x", squeeze),
    "transpose": ("x", transpose),
}

# Other names of the same arguments.
_SYNONYMS = {
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

    def convert(self, call: Call) -> Tensor:
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
        return _apply(call, rule, {**call.options.rest(), **values, **call.kwargs})


class TensorFlowFunction(Handler):
    """A ``TFOpLambda`` or ``SlicingOpLambda`` layer of Keras 2."""

    def convert(self, call: Call) -> Tensor:
        """The nodes of the function."""
        function = call.options.raw("function")
        if not isinstance(function, str) or function not in TENSORFLOW:
            raise call.refuse(
                f"the function {function!r} is not supported.{closest(str(function), TENSORFLOW)}"
            )
        name, rule = TENSORFLOW[function]
        kwargs: Mapping[str, Any] = {key: value for key, value in call.kwargs.items() if key != "name"}
        return _apply(call, rule, {name: call.args[0] if call.args else None, **kwargs})


def _apply(call: Call, rule: Rule, values: Mapping[str, Any]) -> Tensor:
    arguments = Arguments(call, {_SYNONYMS.get(name, name): value for name, value in values.items()})
    result = rule(arguments)
    arguments.finish()
    return result
