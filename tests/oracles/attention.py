"""Normalisation, attention, sorting, one-hot vectors, and reductions that end in a table."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

import oracle
from oracles.mathematics import each, recast
from oracles.reductions import over_axes, windows

# ---- cells ----


def normalize(op, centred, inverse):
    gamma, beta = oracle.constants(op, len(centred))
    return [c * r * g + b for c, r, g, b in zip(centred, inverse, gamma, beta, strict=True)]


def reduce_mean_square(op, x):
    total = [sum(v * v for v in window) for window in windows(op, x)]
    (factor,) = oracle.constants(op, len(total))
    return [t * f for t, f in zip(total, factor, strict=True)]


def first_places(largest, pick):
    """Sorted with Python's stable sort."""

    def rule(op, x):
        rows, n, k = (int(number) for number in op["ints"][:3])
        out = []
        for row in range(rows):
            values = x[row * n : (row + 1) * n]
            keys = [-v if largest else v for v in values]
            out += [pick(values, place) for place in sorted(range(n), key=keys.__getitem__)[:k]]
        return out

    return rule


def extreme(function, last):
    def rule(op, x):
        out = []
        for row in oracle.rows_of(op, x):
            places = [i for i, v in enumerate(row) if v == function(row)]
            out.append(Fraction(places[-1] if last else places[0]))
        return out

    return rule


CELLS = {
    "normalize": normalize,
    "reduce_mean_square": reduce_mean_square,
    "largest_values": first_places(True, lambda values, place: values[place]),
    "smallest_values": first_places(False, lambda values, place: values[place]),
    "largest_indices": first_places(True, lambda values, place: Fraction(place)),
    "smallest_indices": first_places(False, lambda values, place: Fraction(place)),
    "argmin": extreme(min, False),
    "argmax_last": extreme(max, True),
    "argmin_last": extreme(min, True),
}


# ---- layers ----


def grouped(node, x):
    """The input with the elements of a group on the last axis, and the way back."""
    if node.op != "group_norm":
        axis = x.ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"]
        return x.reshape(*x.shape[:axis], -1), lambda y: y.reshape(x.shape)
    channels, count = x.shape[-1], node.attrs["groups"]
    parts = x.reshape(-1, count, channels // count)
    rows = np.moveaxis(parts, 1, 0).reshape(count, -1)
    return rows, lambda y: np.moveaxis(y.reshape(count, -1, channels // count), 0, 1).reshape(x.shape)


def normalization(node, xs, parts):
    rows, back = grouped(node, xs[0])
    (factor,) = parts.constant(node.name, "factor", [1.0 / rows.shape[-1]])
    if node.op != "rms_norm":
        mean = recast(rows.sum(-1, keepdims=True) * factor, parts.role(node.name, "mean"))
        rows = rows - mean
    variance = recast((rows * rows).sum(-1, keepdims=True) * factor, parts.role(node.name, "variance"))
    inverse = recast(parts.table(node.name, "rsqrt_table")(variance), parts.role(node.name, "rsqrt"))
    gamma = parts.constant(node.name, "gamma", node.constants.get("gamma", np.ones(1)))
    beta = parts.constant(node.name, "beta", node.constants.get("beta", np.zeros(1)))
    return back(rows * inverse) * gamma + beta


def scale_of(node, q):
    return q.shape[-1] ** -0.5 if node.attrs["scale"] is None else node.attrs["scale"]


def attention(node, xs, parts):
    q, k, v = xs[:3]
    (scale,) = parts.constant(node.name, "scale", [scale_of(node, q)])
    score = recast(np.matmul(q, np.swapaxes(k, -1, -2)) * scale, parts.role(node.name, "score"))
    if len(xs) > 3:
        score = score + xs[3]
    seen = np.ones(score.shape[-2:], dtype=bool)
    if node.attrs["causal"]:
        seen = np.tril(seen)
    weights = np.full(score.shape, Fraction(0), dtype=object)
    exp, reciprocal = (parts.table(node.name, role) for role in ("exp_table", "reciprocal_table"))
    for place in np.ndindex(*score.shape[:-1]):
        row = score[place][seen[place[-1]]]
        e = exp(max(row) - row)
        weights[place][seen[place[-1]]] = e * reciprocal(sum(e))
    weights = recast(weights, parts.role(node.name, "weights"))
    return recast(np.matmul(weights, v), parts.accumulator(node.name))


def axis_of(node, x, offset=0):
    return x.ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"] + offset


def places_along(node, x, axis):
    """Stably sorted places along an axis: the first k."""
    keys = np.moveaxis(-x if node.attrs["largest"] else x, axis, -1)
    order = np.empty((*keys.shape[:-1], node.attrs["k"]), dtype=np.int64)
    for place in np.ndindex(*keys.shape[:-1]):
        order[place] = sorted(range(keys.shape[-1]), key=keys[place].__getitem__)[: node.attrs["k"]]
    return np.moveaxis(order, -1, axis)


def top_values(node, xs, parts):
    axis = axis_of(node, xs[0])
    return np.take_along_axis(xs[0], places_along(node, xs[0], axis), axis)


def top_indices(node, xs, parts):
    return each(Fraction)(places_along(node, xs[0], axis_of(node, xs[0])))


def extreme_index(node, x, axis, kind):
    function = np.argmax if node.op == "argmax" else np.argmin
    if node.attrs["last"]:
        found = x.shape[axis] - 1 - function(np.flip(x, axis), axis=axis)
    else:
        found = function(x, axis=axis)
    found = np.expand_dims(found, axis) if node.attrs["keepdims"] else found
    return np.asarray(np.vectorize(kind, otypes=[object])(found))


def hot(node, x, axis):
    numbers = np.arange(node.attrs["depth"]).reshape(-1, *[1] * (x.ndim - axis))
    return np.expand_dims(x, axis) == numbers


def one_hot_axis(node, x, offset=0):
    return x.ndim if node.attrs["axis"] is None else node.attrs["axis"] + offset


def one_hot(node, xs, parts):
    return each(lambda b: Fraction(int(b)))(hot(node, xs[0], one_hot_axis(node, xs[0])))


def embedding(node, xs, parts):
    weight = parts.constant(node.name, "weight", node.constants["weight"])
    rows = np.full((*xs[0].shape, weight.shape[1]), Fraction(0), dtype=object)
    for place in np.ndindex(*xs[0].shape):
        if xs[0][place] in range(len(weight)):
            rows[place] = weight[int(xs[0][place])]
    return rows


def of_sum(function):
    def rule(node, xs, parts):
        total = over_axes(lambda values, node, parts: function(values))(node, xs, parts)
        return parts.table(node.name, "table")(recast(total, parts.role(node.name, "sum")))

    return rule


def log_sum_exp(values, node, parts):
    exp, log = (parts.table(node.name, role) for role in ("exp_table", "log_table"))
    total = sum(exp(np.array([max(values) - v for v in values], dtype=object)))
    return max(values) + log(np.array([total], dtype=object))[0]


LAYERS = {
    "layer_norm": normalization,
    "rms_norm": normalization,
    "group_norm": normalization,
    "scaled_dot_product_attention": attention,
    "top_k_values": top_values,
    "top_k_indices": top_indices,
    "argmax": lambda node, xs, parts: extreme_index(node, xs[0], axis_of(node, xs[0]), Fraction),
    "argmin": lambda node, xs, parts: extreme_index(node, xs[0], axis_of(node, xs[0]), Fraction),
    "one_hot": one_hot,
    "embedding": embedding,
    "reduce_l2": of_sum(lambda values: sum(v * v for v in values)),
    "reduce_log_sum": of_sum(sum),
    "reduce_log_sum_exp": over_axes(log_sum_exp),
    "reduce_prod": over_axes(lambda values, node, parts: math.prod(values)),
    "einsum": lambda node, xs, parts: recast(
        np.asarray(np.einsum(node.attrs["equation"], *xs), dtype=object), parts.accumulator(node.name)
    ),
}


# ---- definitions ----


def normalization_definition(node, xs):
    results = []
    for x in xs[0]:
        rows, back = grouped(node, x)
        centred = rows if node.op == "rms_norm" else rows - rows.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        results.append(back(centred / np.sqrt(variance + node.attrs["epsilon"])))
    return np.stack(results) * node.constants.get("gamma", 1.0) + node.constants.get("beta", 0.0)


def attention_definition(node, xs):
    results = []
    for sample in zip(*xs, strict=True):
        q, k, v = sample[:3]
        score = np.matmul(q, np.swapaxes(k, -1, -2)) * scale_of(node, q)
        if len(sample) > 3:
            score = score + sample[3]
        if node.attrs["causal"]:
            score = np.where(np.tril(np.ones(score.shape[-2:], dtype=bool)), score, -np.inf)
        e = np.exp(score - score.max(-1, keepdims=True))
        results.append(np.matmul(e / e.sum(-1, keepdims=True), v))
    return np.stack(results)


def embedding_definition(node, xs):
    weight = node.constants["weight"]
    found = np.isin(xs[0], np.arange(len(weight)))
    return np.where(found[..., None], weight[np.where(found, xs[0], 0).astype(int)], 0.0)


def reduced(function):
    def rule(node, xs):
        axes = range(xs[0].ndim - 1) if node.attrs["axes"] is None else node.attrs["axes"]
        with np.errstate(all="ignore"):  # logarithms of negative numbers are NaN
            return np.asarray(
                function(xs[0], axis=tuple(axis + 1 for axis in axes), keepdims=node.attrs["keepdims"])
            )

    return rule


def top_values_definition(node, xs):
    axis = axis_of(node, xs[0], 1)
    return np.take_along_axis(xs[0], places_along(node, xs[0], axis), axis)


def einsum_definition(node, xs):
    return np.stack([np.einsum(node.attrs["equation"], *sample) for sample in zip(*xs, strict=True)])


DEFINITIONS = {
    "layer_norm": normalization_definition,
    "rms_norm": normalization_definition,
    "group_norm": normalization_definition,
    "scaled_dot_product_attention": attention_definition,
    "top_k_values": top_values_definition,
    "top_k_indices": lambda node, xs: places_along(node, xs[0], axis_of(node, xs[0], 1)).astype(np.float64),
    "argmax": lambda node, xs: extreme_index(node, xs[0], axis_of(node, xs[0], 1), float).astype(np.float64),
    "argmin": lambda node, xs: extreme_index(node, xs[0], axis_of(node, xs[0], 1), float).astype(np.float64),
    "one_hot": lambda node, xs: hot(node, xs[0], one_hot_axis(node, xs[0], 1)).astype(np.float64),
    "embedding": embedding_definition,
    "reduce_l2": reduced(lambda x, **over: np.sqrt(np.sum(x * x, **over))),
    "reduce_log_sum": reduced(lambda x, **over: np.log(np.sum(x, **over))),
    "reduce_log_sum_exp": reduced(lambda x, **over: np.log(np.sum(np.exp(x), **over))),
    "reduce_prod": reduced(np.prod),
    "einsum": einsum_definition,
}
