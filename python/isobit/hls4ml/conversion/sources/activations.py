"""Activation functions by name: the class that hls4ml gives them, and those that its C++ has not."""

from __future__ import annotations

from typing import Any

from isobit.errors import UnsupportedError
from isobit.hls4ml.conversion.sources.declared import refuse

COMPILED = ("linear", "relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "selu")
"""Plain functions of the C++ library that a Keras model can ask for."""

_PARAMETERS = {"leaky_relu": 0.2, "elu": 1.0}


def activation_attrs(
    layer: str, function: str, keras: int, shape: tuple[int, ...]
) -> tuple[str, dict[str, Any]]:
    """The class and the attributes of the layer that computes a function.

    Parameters
    ----------
    layer : str
        The layer that has the activation, for messages.
    function : str
        As Keras calls it.
    keras : int
        Major version.
    shape : tuple of int
        Of its input.

    Raises
    ------
    UnsupportedError
        For functions that hls4ml computes otherwise than Keras, or for which its C++ does not compile.
    """
    attrs: dict[str, Any] = {"activation": function}
    if function == "softmax":
        if len(shape) > 1:
            raise refuse(
                layer,
                "softmax",
                f"hls4ml takes all elements of the shape {shape} for one axis; use a Softmax layer",
            )
        return "Softmax", {**attrs, "axis": -1}
    if function == "hard_sigmoid":
        if keras != 2:
            raise refuse(
                layer, "hard_sigmoid", "hls4ml computes it with the slope of Keras 2, 0.2 instead of 1/6"
            )
        return "HardActivation", attrs
    if function in _PARAMETERS:
        return "ParametrizedActivation", {**attrs, "activ_param": _PARAMETERS[function]}
    if function not in COMPILED:
        raise unknown_function(layer, function)
    return "Activation", attrs


def unknown_function(layer: str, function: str) -> UnsupportedError:
    """The error about a function without C++."""
    known = (*COMPILED, *_PARAMETERS, "softmax")
    return refuse(
        layer, function, f"the C++ that hls4ml writes for it does not compile; it has {', '.join(known)}"
    )
