"""Reductions over windows and axes, and tensors of constants."""

from __future__ import annotations

import numpy as np

import oracle


def windows(op, x):
    """The elements of every window, in the order of the outputs."""
    run, positions, longest, *rest = (int(n) for n in op["ints"])
    begins, bases = rest[: positions + 1], rest[positions + 1 :]
    found = []
    for p in range(positions):
        window = bases[begins[p] : begins[p + 1]]
        assert 1 <= len(window) <= longest
        found += [[x[base + c] for base in window] for c in range(run)]
    return found


def over_windows(function):
    return lambda op, x: [function(window) for window in windows(op, x)]


def reduce_mean(op, x):
    total = [sum(window) for window in windows(op, x)]
    (factor,) = oracle.constants(op, len(total))
    return [t * f for t, f in zip(total, factor, strict=True)]


def sum_abs(values):
    return sum(abs(v) for v in values)


def sum_square(values):
    return sum(v * v for v in values)


def constant(op):
    (values,) = op["constants"]
    return oracle.stored(values["raw"], values["format"])


CELLS = {
    "constant": constant,
    "reduce_sum": over_windows(sum),
    "reduce_sum_abs": over_windows(sum_abs),
    "reduce_sum_square": over_windows(sum_square),
    "reduce_max": over_windows(max),
    "reduce_min": over_windows(min),
    "reduce_mean": reduce_mean,
}


def over_axes(function):
    """An operator with axes, from a function of the elements that one result comes from."""

    def rule(node, xs, parts):
        x = xs[0]
        axes = range(x.ndim) if node.attrs["axes"] is None else node.attrs["axes"]
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        rows = x.transpose([*kept, *axes]).reshape(*(x.shape[axis] for axis in kept), -1)
        result = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(*result.shape):
            result[place] = function(list(rows[place]), node, parts)
        return result.reshape(node.shape)

    return rule


def mean(values, node, parts):
    (factor,) = parts.constant(node.name, "factor", [1.0 / len(values)])
    return sum(values) * factor


LAYERS = {
    "constant": lambda node, xs, parts: parts.constant(node.name, "value", node.constants["value"]),
    "reduce_sum": over_axes(lambda values, node, parts: sum(values)),
    "reduce_sum_abs": over_axes(lambda values, node, parts: sum_abs(values)),
    "reduce_sum_square": over_axes(lambda values, node, parts: sum_square(values)),
    "reduce_max": over_axes(lambda values, node, parts: max(values)),
    "reduce_min": over_axes(lambda values, node, parts: min(values)),
    "reduce_mean": over_axes(mean),
}


def reduced(function):
    def rule(node, xs):
        axes = range(xs[0].ndim - 1) if node.attrs["axes"] is None else node.attrs["axes"]
        return function(xs[0], axis=tuple(axis + 1 for axis in axes), keepdims=node.attrs["keepdims"])

    return rule


DEFINITIONS = {
    "constant": lambda node, xs: node.constants["value"][None],
    "reduce_sum": reduced(np.sum),
    "reduce_sum_abs": reduced(lambda x, **over: np.sum(np.abs(x), **over)),
    "reduce_sum_square": reduced(lambda x, **over: np.sum(x * x, **over)),
    "reduce_max": reduced(np.max),
    "reduce_min": reduced(np.min),
    "reduce_mean": reduced(np.mean),
}
