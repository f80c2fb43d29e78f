"""Functions between layers (``x + y``, ``keras.ops``, TensorFlow functions) as nodes of the graph.

Both versions of Keras write them, under different names; the rules here know only canonical argument names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.advanced import softmax_over
from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.masks import constant
from isobit.frontends.keras.options import shorten, to_array
from isobit.ir import FloatArray


class Arguments:
    """The arguments of a function by name; each must be taken, as `finish` checks."""

    def __init__(self, call: Call, values: dict[str, Any]) -> None:
        self.call = call
        self._values = values

    def tensor(self, name: str) -> Tensor:
        """An argument that is a tensor."""
        value = self._values.pop(name, None)
        if not isinstance(value, Tensor):
            raise self.call.refuse(f"its argument {name} is {shorten(value)}; supported: a tensor")
        return value

    def look(self, name: str) -> Any:
        """An argument that is taken later."""
        return self._values.get(name)

    def change(self, name: str, value: Any) -> None:
        """Put another value in the place of an argument."""
        self._values[name] = value

    def any(self, name: str, default: Any = None) -> Any:
        """An argument as it is."""
        value = self._values.pop(name, None)
        return default if value is None else value

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number."""
        array = to_array(self.any(name, default))
        if array is None or array.shape != () or not math.isfinite(array):
            raise self.call.refuse(f"its argument {name} is no finite number")
        return float(array)

    def integer(self, name: str) -> int:
        """One integer."""
        entries = self.integers(name)
        if len(entries) != 1:
            raise self.call.refuse(f"its argument {name} is {entries}; supported: one integer")
        return entries[0]

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of integers."""
        value = self.any(name)
        entries = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(n, bool) or not isinstance(n, int) for n in entries):
            raise self.call.refuse(f"its argument {name} is {shorten(value)}; supported: integers")
        return tuple(entries)

    def finish(self) -> None:
        """Refuse arguments that nobody took."""
        for name, value in self._values.items():
            if value is not None:
                raise self.call.refuse(f"isobit does not know its argument {name} = {shorten(value)}")


Rule = Callable[[Arguments], Tensor | list[Tensor]]


def unary(op: str, **attrs: Any) -> Rule:
    """A function of one tensor without options."""
    return lambda arguments: arguments.call.emit(op, [arguments.tensor("x")], attrs)


def with_number(op: str, attribute: str, argument: str, default: float) -> Rule:
    """A function of one tensor and one number."""

    def rule(arguments: Arguments) -> Tensor:
        attrs = {attribute: arguments.number(argument, default)}
        return arguments.call.emit(op, [arguments.tensor("x")], attrs)

    return rule


def softmax(arguments: Arguments) -> Tensor:
    """``softmax`` along one axis or several."""
    call, tensor = arguments.call, arguments.tensor("x")
    axis = arguments.any("axis", -1)
    entries = axis if isinstance(axis, (list, tuple)) else [axis]
    if not entries or any(isinstance(n, bool) or not isinstance(n, int) for n in entries):
        raise call.refuse(f"axis = {shorten(axis)}; supported: integers")
    return softmax_over(call, tensor, tuple(call.axis(n, len(tensor.shape)) for n in entries))


def with_axis(op: str) -> Rule:
    """A function of one tensor along one axis, the last by default."""

    def rule(arguments: Arguments) -> Tensor:
        tensor = arguments.tensor("x")
        axis = arguments.any("axis", -1)
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise arguments.call.refuse(f"axis = {shorten(axis)}; supported: one axis")
        return arguments.call.emit(op, [tensor], {"axis": arguments.call.axis(axis, len(tensor.shape))})

    return rule


def gelu(arguments: Arguments) -> Tensor:
    """``gelu``: Keras' function takes the tanh form unless told otherwise, and writes which."""
    form = arguments.any("approximate", False)
    if not isinstance(form, bool):
        raise arguments.call.refuse(f"approximate = {shorten(form)} is neither true nor false")
    return arguments.call.emit("gelu", [arguments.tensor("x")], {"approximate": "tanh" if form else "none"})


def clip(arguments: Arguments) -> Tensor:
    """Two scalar bounds."""
    attrs = {"low": arguments.number("low"), "high": arguments.number("high")}
    return arguments.call.emit("clip", [arguments.tensor("x")], attrs)


def negative(arguments: Arguments) -> Tensor:
    """``-x``."""
    constants = {"scale": np.array(-1.0), "bias": np.array(0.0)}
    return arguments.call.emit("affine", [arguments.tensor("x")], constants=constants)


def binary(op: str) -> Rule:
    """A function of two tensors, or of a tensor and a constant."""

    def rule(arguments: Arguments) -> Tensor:
        call, first, second = arguments.call, arguments.any("x1"), arguments.any("x2")
        if isinstance(first, Tensor) and isinstance(second, Tensor):
            check_ranks(call, [first, second])
            if first.boolean and second.boolean:
                raise call.refuse(
                    "Keras computes with booleans here; supported: logical functions, or a cast before"
                )
            return call.emit(op, [first, second])
        if isinstance(first, Tensor):
            return _with_constant(call, op, first, as_constant(call, second, first), False)
        if isinstance(second, Tensor):
            return _with_constant(call, op, second, as_constant(call, first, second), True)
        raise call.refuse(f"it is called with {shorten(first)} and {shorten(second)}; supported: tensors")

    return rule


def check_ranks(call: Call, tensors: Sequence[Tensor]) -> None:
    """Refuse tensors with different numbers of axes.

    Unlike layers, functions align the axes from the right: a feature axis would meet the batch axis.
    """
    first = tensors[0].shape
    for tensor in tensors[1:]:
        if len(tensor.shape) != len(first):
            raise call.refuse(
                f"shapes {first} and {tensor.shape} (without batch) have different numbers of axes"
            )


def power(arguments: Arguments) -> Tensor:
    """A tensor to the power of a number."""
    call, tensor = arguments.call, arguments.any("x1")
    exponent = to_array(arguments.any("x2"))
    if not isinstance(tensor, Tensor) or exponent is None or exponent.size != 1:
        raise call.refuse("supported: a tensor to the power of a number")
    return call.emit("power", [tensor], {"exponent": float(exponent.reshape(()))})


def rounded(arguments: Arguments) -> Tensor:
    """To whole numbers, half to even."""
    if arguments.any("decimals", 0) != 0:
        raise arguments.call.refuse("supported: decimals = 0")
    return arguments.call.emit("round", [arguments.tensor("x")])


def _with_constant(call: Call, op: str, tensor: Tensor, value: FloatArray, constant_first: bool) -> Tensor:
    one, zero = np.array(1.0), np.array(0.0)
    if op in ("maximum", "minimum") and value.size == 1:
        return call.emit("clip", [tensor], {"low" if op == "maximum" else "high": float(value.reshape(()))})
    if op in ("maximum", "minimum") or (op == "divide" and constant_first):
        made = constant(call, value.reshape(value.shape or (1,)), "constant")
        return call.emit(op, [made, tensor])
    if op == "divide":
        if np.any(value == 0):
            raise call.refuse("division by zero is not supported")
        scale, bias = 1.0 / value, zero
    elif op == "multiply":
        scale, bias = value, zero
    elif op == "add":
        scale, bias = one, value
    elif constant_first:
        scale, bias = -one, value
    else:
        scale, bias = one, -value
    return call.emit("affine", [tensor], constants={"scale": scale, "bias": bias})


def as_constant(call: Call, value: Any, tensor: Tensor | None) -> FloatArray:
    """A constant argument, without its batch axis (of length 1) if it goes with a tensor and has one."""
    array = value if isinstance(value, np.ndarray) else to_array(value)
    if array is None or not np.all(np.isfinite(array)):
        raise call.refuse(f"it is called with {shorten(value)}; supported: tensors and finite numbers")
    if tensor is None:
        return array
    if array.ndim == len(tensor.shape) + 1 and array.shape[0] == 1:
        array = array[0]
    if array.ndim > len(tensor.shape):
        raise FileFormatError(
            f"{call.where}: a constant of shape {array.shape} does not fit an input of shape {tensor.shape}"
        )
    return array
