"""Elementary functions, comparisons, logic and selection, element by element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor


def function(op: str, accept: str = "f") -> Callable[[Layer], Tensor]:
    """A handler for a function of one tensor that has the same meaning in isobit."""

    def handler(layer: Layer) -> Tensor:
        return layer.emit(op, [layer.tensor(0, accept, moved=True)])

    return handler


def comparison(op: str, accept: str = "fi") -> Callable[[Layer], Tensor]:
    """A handler for a comparison of two inputs, or a logical combination of them, which gives booleans."""

    def handler(layer: Layer) -> Tensor:
        a, b = layer.operands(accept)
        if a.kind != b.kind:
            raise FileFormatError(f"its inputs have the element types {a.element} and {b.element}")
        return layer.broadcast(op, [a, b]).of("BOOL")

    return handler


def logical_not(layer: Layer) -> Tensor:
    """1 for 0, 0 for 1."""
    return layer.emit("logical_not", [layer.tensor(0, "b", moved=True)])


def where(layer: Layer) -> Tensor:
    """The second input where the first is true, else the third."""
    condition, a, b = layer.aligned([layer.data(i, "b" if i == 0 else "fib", moved=True) for i in range(3)])
    if a.kind != b.kind:
        raise FileFormatError(f"inputs 1 and 2 have the element types {a.element} and {b.element}")
    return layer.broadcast("where", [condition, a, b]).of(a.element)


def power(layer: Layer) -> Tensor:
    """``x ** c`` with one constant exponent."""
    x = layer.tensor(0, moved=True)
    array = layer.array(1)
    if array.size != 1 or array.ndim > layer.rank(x):
        raise layer.refuse(
            f"input 1 ({layer.inputs[1]!r}), the exponent, has shape {array.shape}; supported is one number"
        )
    exponent = float(layer.weights(1, whole=True).reshape(()))
    if exponent == 1.0:
        return layer.emit("identity", [x])
    return layer.emit("power", [x], {"exponent": exponent})


def shrink(layer: Layer) -> Tensor:
    """``x + bias`` below ``-lambd``, ``x - bias`` above ``lambd``, else 0 (for a bias of 0 and of lambd)."""
    bias = layer.attributes.number("bias", 0.0)
    bound = layer.attributes.number("lambd", 0.5)
    x = layer.tensor(0, moved=True)
    if bound < 0:
        raise layer.refuse(f"attribute lambd is {bound}; supported are numbers from 0 on")
    above = layer.emit("thresholded_relu", [x], {"theta": bound}, part="above")
    below = layer.emit(
        "thresholded_relu", [layer.affine(x, -1.0, 0.0, part="negated")], {"theta": bound}, part="below"
    )
    kept = layer.emit("subtract", [above, below], part="kept")
    if bias == 0.0:
        return layer.emit("identity", [kept])
    sign = layer.emit("sign", [kept], part="sign")
    return layer.emit("subtract", [kept, layer.affine(sign, bias, 0.0, part="bias")])


def is_never(layer: Layer) -> Tensor:
    """IsNaN and IsInf: data of isobit is always finite."""
    layer.attributes.flag("detect_negative", True)
    layer.attributes.flag("detect_positive", True)
    x = layer.tensor(0, moved=True)
    never = np.zeros(layer.shape(x))
    return layer.affine(x, never, never).of("BOOL")
