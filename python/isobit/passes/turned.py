"""How layers compute the same on data with turned axes: their attributes and constants turned back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from isobit.ir import FloatArray, Node, Shape

Perm = tuple[int, ...]

POINTWISE = frozenset(
    {
        *("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "binary_tanh", "ceil", "celu", "clip"),
        *("cos", "cosh", "dropout", "elu", "erf", "exp", "floor", "gelu", "hard_sigmoid", "hard_swish"),
        *("identity", "leaky_relu", "linear", "log", "log1p", "log_sigmoid", "logical_not", "mish", "neg"),
        *("power", "reciprocal", "relu", "round", "rsqrt", "selu", "sigmoid", "sign", "silu", "sin", "sinh"),
        *("softplus", "softsign", "sqrt", "square", "tan", "tanh", "ternary_tanh", "thresholded_relu"),
    }
)
"""Element by element, with the same attributes for all elements."""

BROADCASTING = frozenset(
    {
        *("add", "average", "divide", "equal", "greater", "greater_equal", "less", "less_equal"),
        *("logical_and", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "not_equal"),
        *("subtract", "where"),
    }
)
"""Element by element over inputs that broadcast."""

ALONG_AXIS = frozenset({"softmax", "log_softmax", "cumsum", "take"})
"""Along one axis, which stays."""

REDUCING = frozenset(
    {
        *("reduce_sum", "reduce_sum_abs", "reduce_sum_square", "reduce_mean", "reduce_max", "reduce_min"),
        *("reduce_l2", "reduce_prod", "reduce_log_sum", "reduce_log_sum_exp"),
    }
)
"""Over several axes."""


Rewritten = tuple[Mapping[str, Any], Mapping[str, FloatArray], Perm]
Rule = Callable[[Node, Perm], Rewritten | None]


def _pointwise(node: Node, perm: Perm) -> Rewritten:
    return node.attrs, node.constants, perm


def _with_constants(node: Node, perm: Perm) -> Rewritten:
    """Constants that broadcast to the input are turned back."""
    inverse = inverse_of(perm)
    turned = {
        key: array if array.size == 1 else array.reshape((1,) * (len(perm) - array.ndim) + array.shape)
        for key, array in node.constants.items()
    }
    return (
        node.attrs,
        {key: a if a.size == 1 else np.ascontiguousarray(a.transpose(inverse)) for key, a in turned.items()},
        perm,
    )


def _along_axis(node: Node, perm: Perm) -> Rewritten:
    axis = node.attrs["axis"]
    return {**node.attrs, "axis": perm[len(perm) - 1 if axis is None else axis]}, node.constants, perm


def _reducing(node: Node, perm: Perm) -> Rewritten:
    axes = range(len(perm)) if node.attrs["axes"] is None else node.attrs["axes"]
    gone = tuple(sorted(perm[axis] for axis in axes))
    attrs = {**node.attrs, "axes": gone}
    return attrs, node.constants, perm if node.attrs["keepdims"] else _without(perm, gone)


def _argmax(node: Node, perm: Perm) -> Rewritten:
    attrs, constants, _ = _along_axis(node, perm)
    return attrs, constants, perm if node.attrs["keepdims"] else _without(perm, (attrs["axis"],))


def _pad(node: Node, perm: Perm) -> Rewritten:
    inverse, pads = inverse_of(perm), node.attrs["pads"]
    turned = tuple(pads[half + axis] for half in (0, len(perm)) for axis in inverse)
    return {**node.attrs, "pads": turned}, node.constants, perm


def _slice(node: Node, perm: Perm) -> Rewritten:
    inverse = inverse_of(perm)
    return {key: tuple(node.attrs[key][axis] for axis in inverse) for key in node.attrs}, node.constants, perm


def _sizes(node: Node, perm: Perm) -> Rewritten:
    sizes = tuple(node.attrs["sizes"][axis] for axis in inverse_of(perm))
    return {**node.attrs, "sizes": sizes}, node.constants, perm


def _dense(node: Node, perm: Perm) -> Rewritten | None:
    return _pointwise(node, perm) if perm[-1] == len(perm) - 1 else None


RULES: dict[str, Rule] = {
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(ALONG_AXIS, _along_axis),
    **dict.fromkeys(REDUCING, _reducing),
    "affine": _with_constants,
    "prelu": _with_constants,
    "argmax": _argmax,
    "pad": _pad,
    "slice": _slice,
    "resize_linear": _sizes,
    "dense": _dense,
}


def inverse_of(perm: Perm) -> Perm:
    """The order that undoes an order."""
    return tuple(int(axis) for axis in np.argsort(perm))


def _without(perm: Perm, gone: Sequence[int]) -> Perm:
    """The order of the axes that stay, counted among them."""
    kept = sorted(axis for axis in perm if axis not in gone)
    return tuple(kept.index(axis) for axis in perm if axis not in gone)


def keeps_order(shape: Shape, perm: Perm) -> bool:
    """Whether only axes of length 1 move, so that the elements stay in order."""
    moved = [axis for axis in perm if shape[axis] > 1]
    return moved == sorted(moved)
