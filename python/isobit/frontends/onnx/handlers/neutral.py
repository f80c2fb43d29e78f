"""Operators that leave the numbers as they are: Identity, Dropout in inference, casts to wider types."""

from __future__ import annotations

import numpy as np

from isobit.frontends.onnx.folding import cast_array
from isobit.frontends.onnx.initializers import element_type
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Constant, Tensor, Unavailable, Value, kind_of

_WIDE = ("FLOAT", "DOUBLE")
_INTEGER_BITS = {
    **{f"INT{bits}": bits - 1 for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": bits for bits in (8, 16, 32, 64)},
}


def identity(layer: Layer) -> Tensor:
    """The input."""
    return layer.emit("identity", [layer.tensor(0, "fib", moved=True)])


def dropout(layer: Layer) -> tuple[Value, ...]:
    """Nothing in inference; the rate is kept as information."""
    if layer.opset < 12:
        rate = layer.attributes.number("ratio", 0.5)
    else:
        layer.attributes.integer("seed", 0)  # of the random numbers during training
        rate = layer.scalar(1) if layer.has(1) else 0.5
        if layer.has(2) and layer.array(2).any():
            raise layer.refuse("input 2 (training_mode) is true; export the model for inference")
    if not 0 <= rate < 1:
        raise layer.refuse(f"the ratio is {rate}; supported: 0 to below 1")
    kept = layer.emit("dropout", [layer.tensor(0, moved=True)], {"rate": rate})
    return kept, Unavailable("output 1 of Dropout (the mask), which is not supported")


def cast(layer: Layer) -> Tensor:
    """To a type that holds every number of the input's type."""
    kind = element_type(layer.attributes.integer("to", 0))
    return _cast(layer, kind, f"attribute to is {kind}")


def cast_like(layer: Layer) -> Value:
    """To the type of the second input."""
    value = layer.value(1)
    element = value.element if isinstance(value, Tensor) else layer.element(1)
    if layer.is_constant(0):
        layer.attributes.integer("saturate", 1)  # concerns 8-bit floats only, which are refused
        layer.attributes.text("round_mode", "up")  # likewise
        return Constant(cast_array(layer, layer.array(0), element), repr(layer.label))
    return _cast(layer, element, f"input 1 has the element type {element}")


def _cast(layer: Layer, target: str, what: str) -> Tensor:
    layer.attributes.integer("saturate", 1)  # concerns 8-bit floats only, which are refused
    layer.attributes.text("round_mode", "up")  # likewise
    x = layer.tensor(0, "fib", moved=True)
    if _holds(target, x.element):
        return layer.emit("identity", [x]).of(target)
    if target == "BOOL":
        zero = layer.numbers(np.zeros(()), part="zero")
        return layer.emit("not_equal", [x, zero]).of(target)
    if x.kind == "f" and target in ("INT32", "INT64"):
        return truncated(layer, x).of(target)
    raise layer.refuse(f"{what}, which changes numbers of type {x.element}; supported: {', '.join(_WIDE)}")


def truncated(layer: Layer, x: Tensor) -> Tensor:
    """The whole part of numbers, cut towards zero."""
    whole = layer.emit("floor", [layer.emit("abs", [x], part="magnitude")], part="whole")
    return layer.emit("multiply", [layer.emit("sign", [x], part="sign"), whole], part="cut")


def _holds(target: str, source: str) -> bool:
    """Whether every number of one type is one of the other (integers as floats: up to 2**53)."""
    if target == source or target in _WIDE:
        return True
    if kind_of(source) == "b":
        return target in _INTEGER_BITS or kind_of(target) == "f"
    if source not in _INTEGER_BITS or target not in _INTEGER_BITS:
        return False
    return _INTEGER_BITS[target] >= _INTEGER_BITS[source] and not (source[0] == "I" and target[0] == "U")
