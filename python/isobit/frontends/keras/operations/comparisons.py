"""Functions whose results are booleans, and the choice between two tensors by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from isobit.frontends.keras.layers.base import Call, Tensor
from isobit.frontends.keras.layers.masks import as_boolean, constant
from isobit.frontends.keras.operations.rules import Arguments, Rule, as_constant, check_ranks
from isobit.frontends.keras.options import FLOAT_DTYPES, shorten


def operand(call: Call, value: Any, other: Any, suffix: str) -> Tensor:
    """A tensor, or a constant that goes with the other operand, as a tensor."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool):
        value = float(value)
    array = as_constant(call, value, other)
    return constant(call, array.reshape(array.shape or (1,)), suffix)


def operands(arguments: Arguments, *names: str) -> list[Tensor]:
    """Tensors and constants as tensors; one of them is a tensor."""
    call, values = arguments.call, [arguments.any(name) for name in names]
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not tensors:
        raise call.refuse(f"it is called with {shorten(values)}; supported: a tensor among them")
    check_ranks(call, tensors)
    return [operand(call, value, tensors[0], name) for value, name in zip(values, names, strict=True)]


def comparison(op: str) -> Rule:
    """``x1 < x2`` and the like."""

    def rule(arguments: Arguments) -> Tensor:
        return replace(arguments.call.emit(op, operands(arguments, "x1", "x2")), boolean=True)

    return rule


def logical(op: str, *names: str) -> Rule:
    """``logical_and`` and the like; numbers count as whether they are not 0."""

    def rule(arguments: Arguments) -> Tensor:
        call = arguments.call
        tensors = [as_boolean(call, tensor) for tensor in operands(arguments, *names)]
        return replace(call.emit(op, tensors), boolean=True)

    return rule


def where(arguments: Arguments) -> Tensor:
    """``x1`` where the condition holds, else ``x2``."""
    call = arguments.call
    condition, first, second = operands(arguments, "condition", "x1", "x2")
    result = call.emit("where", [as_boolean(call, condition), first, second])
    return replace(result, boolean=first.boolean and second.boolean)


def constant_like(value: float) -> Rule:
    """``zeros_like`` and ``ones_like``: a constant of the tensor's shape."""

    def rule(arguments: Arguments) -> Tensor:
        call, tensor, dtype = arguments.call, arguments.tensor("x"), arguments.any("dtype")
        if dtype not in (None, "bool", *FLOAT_DTYPES):
            raise call.refuse(f"dtype = {shorten(dtype)}; supported: floating point, and bool")
        boolean = tensor.boolean if dtype is None else dtype == "bool"
        return replace(constant(call, np.full(tensor.shape, value), ""), boolean=boolean)

    return rule


def cast(arguments: Arguments) -> Tensor:
    """To floating point, or to booleans; integers would cut off fractions."""
    call, tensor, dtype = arguments.call, arguments.tensor("x"), arguments.any("dtype")
    if dtype == "bool":
        result = as_boolean(call, tensor)
        return result if result.name in call.made else replace(call.emit("identity", [tensor]), boolean=True)
    if dtype not in FLOAT_DTYPES and not (tensor.boolean and dtype in ("int32", "int64")):
        raise call.refuse(f"dtype = {shorten(dtype)}; supported: floating point, and bool")
    return call.emit("identity", [tensor])
