"""Activation functions by name (the ``activation`` option), as nodes of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isobit.errors import UnsupportedError
from isobit.frontends.keras.layers.advanced import WEIGHTLESS_ACTIVATIONS
from isobit.frontends.keras.layers.base import Call, Handler, Tensor
from isobit.frontends.keras.options import Options, shorten
from isobit.frontends.keras.origin import check_origin

# Keras name -> operator and attributes. The defaults are those of keras.activations, which differ from
# keras.ops for gelu (exact here, tanh form there).
_BY_NAME: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("linear", {}),
    "relu": ("relu", {}),
    "relu6": ("clip", {"low": 0.0, "high": 6.0}),
    "leaky_relu": ("leaky_relu", {"alpha": 0.2}),
    "elu": ("elu", {"alpha": 1.0}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {"approximate": "none"}),
    "silu": ("silu", {}),
    "swish": ("silu", {}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
    "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}),
    "hard_tanh": ("clip", {"low": -1.0, "high": 1.0}),
    "exponential": ("exp", {}),
    "celu": ("celu", {"alpha": 1.0}),
    "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}),
    "log_sigmoid": ("logsigmoid", {}),
    "mish": ("mish", {}),
    "softmax": ("softmax", {}),
    "log_softmax": ("log_softmax", {}),
    # How Keras 2 writes tf.nn.softmax and tf.nn.log_softmax.
    "softmax_v2": ("softmax", {}),
    "log_softmax_v2": ("log_softmax", {}),
}
# hard_sigmoid is another function in each version: clip(0.2 x + 0.5) and relu6(x + 3) / 6.
HARD_SIGMOID = {2: {"slope": 0.2, "offset": 0.5}, 3: {"slope": 1.0 / 6.0, "offset": 0.5}}
SUPPORTED = (*_BY_NAME, "hard_sigmoid")


class Activation(Handler):
    """``Activation``: a node for every function, also for ``linear``, which is a cast."""

    passes_mask = True

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return apply_activation(call, call.input(), call.options.raw("activation"))


def fused_activation(call: Call, tensor: Tensor) -> Tensor:
    """Apply the ``activation`` option of a layer; null and ``linear`` add no node."""
    value = call.options.raw("activation")
    return (
        tensor if value is None or _name(call, value) == "linear" else apply_activation(call, tensor, value)
    )


def apply_activation(call: Call, tensor: Tensor, value: Any) -> Tensor:
    """Append the activation that an ``activation`` option describes.

    Raises
    ------
    UnsupportedError
        For unknown functions, Python code and custom objects.
    """
    name = _name(call, value)
    if name is None:
        return _layer_as_activation(call, tensor, value)
    suffix = name if call.made else ""
    if name == "hard_sigmoid":
        if call.keras not in HARD_SIGMOID:
            raise call.refuse(
                "hard_sigmoid differs between Keras 2 and 3, and the file does not state its Keras version"
            )
        return call.emit("hard_sigmoid", [tensor], HARD_SIGMOID[call.keras], suffix=suffix)
    if name not in _BY_NAME:
        raise _unknown(call, value)
    op, attrs = _BY_NAME[name]
    return call.emit(op, [tensor], attrs, suffix=suffix)


def function_name(call: Call, value: Any) -> str:
    """The name of an activation function, for layers that compute it themselves; null is ``linear``.

    Raises
    ------
    UnsupportedError
        For layers in the place of functions, Python code and custom objects.
    """
    name = "linear" if value is None else _name(call, value)
    if name is None:
        raise _unknown(call, value)
    return name


def _name(call: Call, value: Any) -> str | None:
    """The name of a function; None for a layer in the place of a function."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        raise _unknown(call, value)
    check_origin(f"layer {call.options.layer!r}", value)
    if value["class_name"] != "function":
        return None
    if not isinstance(value.get("config"), str):
        raise _unknown(call, value)
    if str(value.get("module")).split(".")[0] == "builtins" and value["config"] not in SUPPORTED:
        raise _unknown(call, value)
    return str(value["config"])


def _layer_as_activation(call: Call, tensor: Tensor, value: dict[str, Any]) -> Tensor:
    """``Dense(activation=LeakyReLU(0.1))``: the options of the layer are inside of the ``activation``."""
    class_name, config = value["class_name"], value.get("config")
    handler = WEIGHTLESS_ACTIVATIONS.get(class_name)
    if handler is None or not isinstance(config, dict):
        raise _unknown(call, value)
    options = Options(call.options.layer, class_name, config)
    inner = replace(call, options=options, args=(tensor,), kwargs={}, weights={})
    result = handler.convert(inner)
    if not isinstance(result, Tensor):
        raise _unknown(call, value)
    options.finish(handler.irrelevant)
    return result


def _unknown(call: Call, value: Any) -> UnsupportedError:
    return call.refuse(
        f"activation = {shorten(value)}; supported: {', '.join(SUPPORTED)} "
        f"and the layers {', '.join(WEIGHTLESS_ACTIVATIONS)}. Python code in a file is never run"
    )
