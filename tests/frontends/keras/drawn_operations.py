"""Random functions of keras.ops, and layers that merge tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from frontends.keras.drawing import Builder, Draw, listed


def unary(draw: Draw) -> Any:
    ops = draw.keras.ops
    x = draw.input(draw.shape(draw.integer(1, 3), 1, 4))
    positive = ops.abs(x) + 0.5
    inside = ops.tanh(x) * 0.9
    name = draw.one_of(
        *("abs", "square", "sign", "floor", "ceil", "round", "exp", "erf", "sin", "cos", "sinh", "cosh"),
        *("arctan", "arcsinh", "celu", "hard_silu", "log_sigmoid", "relu6", "silu", "softsign", "negative"),
        *("log", "log1p", "sqrt", "rsqrt", "reciprocal", "arccosh", "arcsin", "arccos", "arctanh", "tan"),
    )
    if name in ("log", "log1p", "sqrt", "rsqrt", "reciprocal"):
        return getattr(ops, name)(positive)
    if name == "arccosh":
        return ops.arccosh(positive + 0.5)
    if name in ("arcsin", "arccos", "arctanh", "tan"):
        return getattr(ops, name)(inside)
    return getattr(ops, name)(x)


def reductions(draw: Draw) -> Any:
    ops, rank = draw.keras.ops, draw.integer(1, 3)
    x = draw.input(draw.shape(rank, 1, 4))
    axis = draw.one_of(-1, draw.integer(1, rank), tuple(range(1, rank + 1)))
    keepdims = draw.chance()
    name = draw.one_of("sum", "mean", "max", "min", "var", "std", "logsumexp", "amax", "amin", "prod")
    if draw.chance(0.2):
        return ops.norm(x, ord=draw.one_of(None, 1, 2), axis=draw.integer(1, rank), keepdims=keepdims)
    if draw.chance(0.2):
        kind = draw.one_of(ops.any, ops.all)
        return ops.cast(kind(x > 0.3, axis=axis, keepdims=keepdims), draw.keras.backend.floatx())
    if name == "prod" and isinstance(axis, tuple):
        axis = 1
    return getattr(ops, name)(x, axis=axis, keepdims=keepdims)


def comparisons(draw: Draw) -> Any:
    ops, shape = draw.keras.ops, draw.shape(draw.integer(1, 3), 1, 4)
    x, y = draw.input(shape), draw.input(shape)
    value = draw.one_of(0.25, np.round(draw.rng.normal(size=shape[-1:]), 3))
    names = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
    first = getattr(ops, draw.one_of(*names))(x, draw.one_of(y, value))
    second = getattr(ops, draw.one_of(*names))(draw.one_of(y, 0.0), x)
    both = getattr(ops, draw.one_of("logical_and", "logical_or", "logical_xor"))(first, second)
    both = draw.one_of(both, ops.logical_not(both))
    return ops.where(both, draw.one_of(x, 0.5), draw.one_of(y, -1.0))


def arithmetic(draw: Draw) -> Any:
    ops, shape = draw.keras.ops, draw.shape(draw.integer(1, 3), 1, 4)
    x, y = draw.input(shape), draw.input(shape)
    constant = np.round(draw.rng.normal(size=shape[-1:]) + 3, 3)
    return draw.one_of(
        x / (ops.abs(y) + 0.5),
        1.5 / (ops.abs(y) + 0.5),
        ops.maximum(x, constant - 3),
        ops.minimum(x, y),
        ops.subtract(constant, x),
        ops.multiply(x, constant),
        x**2,
        (ops.abs(x) + 0.1) ** draw.one_of(0.5, -1, 1.5, 3),
        ops.cumsum(x, axis=draw.integer(1, len(shape))),
    )


def moving(draw: Draw) -> Any:
    ops, rank = draw.keras.ops, draw.integer(2, 3)
    x = draw.input(draw.shape(rank, 2, 4))
    axis, length = draw.integer(1, rank), 0
    length = x.shape[axis]
    pads = [[0, 0], *([draw.integer(0, 1), draw.integer(0, 1)] for _ in range(rank))]
    kinds = [
        lambda: ops.flip(x, axis=axis),
        lambda: ops.repeat(x, 2, axis=axis),
        lambda: ops.tile(x, (1, *draw.shape(rank, 1, 2))),
        lambda: ops.pad(x, pads, mode="constant", constant_values=draw.number(-1, 1)),
        lambda: ops.pad(x, pads, mode="reflect"),
        lambda: ops.stack([x, x * 2.0], axis=draw.integer(1, rank + 1)),
        lambda: ops.split(x, draw.one_of([1], length), axis=axis),
        lambda: ops.unstack(x, axis=axis),
        lambda: ops.take(x, draw.one_of(0, -1, [1, 0, 1]), axis=axis),
        lambda: ops.swapaxes(x, axis, rank),
        lambda: ops.moveaxis(x, axis, draw.integer(1, rank)),
        lambda: ops.softmax(x, axis=axis),
        lambda: ops.normalize(x, axis=axis),
    ]
    return draw.one_of(*kinds)()


def ordering(draw: Draw) -> Any:
    ops = draw.keras.ops
    x = draw.input(draw.shape(draw.integer(1, 2), 2, 5))
    axis = draw.integer(1, len(x.shape) - 1)
    index = draw.one_of(ops.argmax, ops.argmin)(x, axis=axis, keepdims=draw.chance())
    if draw.chance(0.3):
        return ops.one_hot(index, 5, axis=draw.one_of(-1, 1))
    top = ops.top_k(x, draw.integer(1, x.shape[-1]))
    return draw.one_of(index, listed(tuple(top)))


def products(draw: Draw) -> Any:
    ops, (a, b, c, d) = draw.keras.ops, draw.shape(4, 1, 4)
    if draw.chance():
        lead = draw.one_of((), (d,))
        second = draw.one_of(draw.input((*lead, b, c)), np.round(draw.rng.normal(size=(b, c)), 3))
        return ops.matmul(draw.input((*lead, a, b)), second)
    equation, shapes = draw.one_of(
        ("bij,bjk->bik", ((a, b), (b, c))),
        ("bij,bkj->bki", ((a, b), (c, b))),
        ("bhqd,bhkd->bhqk", ((a, b, c), (a, d, c))),
        ("bqhd,bkhd->bhqk", ((a, b, c), (d, b, c))),
        ("bij,bij->bi", ((a, b), (a, b))),
        ("bij->bji", ((a, b),)),
        ("bijk->bj", ((a, b, c),)),
    )
    return ops.einsum(equation, *(draw.input(shape) for shape in shapes))


def merges(draw: Draw) -> Any:
    """Several tensors, some of them masked, and a layer behind that heeds the mask."""
    layers, (steps, features) = draw.layers, draw.shape(2, 2, 4)
    inputs = [
        draw.masked(steps, features) if draw.chance(0.6) else draw.input((steps, features))
        for _ in range(draw.integer(2, 3))
    ]
    kind = draw.one_of("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Subtract")
    options = {"axis": draw.one_of(1, 2, -1)} if kind == "Concatenate" else {}
    merged = getattr(layers, kind)(**options)(inputs[:2] if kind == "Subtract" else inputs)
    return draw.one_of(merged, layers.LSTM(2)(merged), layers.LSTM(2, return_sequences=True)(merged))


BUILDERS: dict[str, Builder] = {
    "Merge": merges,
    "ops-arithmetic": arithmetic,
    "ops-comparisons": comparisons,
    "ops-moving": moving,
    "ops-ordering": ordering,
    "ops-products": products,
    "ops-reductions": reductions,
    "ops-unary": unary,
}
