"""Rows by index and segments; an index that is no row is nowhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import oracle

ZERO = Fraction(0)


def gather_rows(op, x, index):
    matrices, rows, indices, run = (int(n) for n in op["ints"])
    assert len(index) == indices
    out = []
    for m in range(matrices):
        for i in index:
            first = (m * rows + int(i)) * run
            out += x[first : first + run] if 0 <= i < rows else [ZERO] * run
    return out


def members(op, x, index, mask=None):
    """The rows of every segment."""
    segments, edges, run = (int(n) for n in op["ints"])
    rows = [x[e * run : (e + 1) * run] for e in range(edges)]
    return [
        [rows[e] for e in range(edges) if index[e] == s and (mask is None or mask[e] > 0)]
        for s in range(segments)
    ], run


def over_segments(function):
    """A cell, from a function of the elements (at least one) that come together."""

    def rule(op, *inputs):
        segments, run = members(op, *inputs)
        return [
            function(op, [row[c] for row in rows]) if rows else ZERO for rows in segments for c in range(run)
        ]

    return rule


def mean(op, values):
    (reciprocal,) = op["tables"]
    return sum(values) * oracle.look_up(Fraction(len(values)), reciprocal)


CELLS = {
    "gather_rows": gather_rows,
    "segment_sum": over_segments(lambda op, values: sum(values)),
    "segment_mean": over_segments(mean),
    "segment_max": over_segments(lambda op, values: max(values)),
}


def gather(node, xs, parts):
    axis = node.attrs.get("axis", 0)
    rows = np.moveaxis(xs[0], axis, 0)
    picked = np.full((xs[1].size, *rows.shape[1:]), ZERO, dtype=object)
    for e, i in enumerate(xs[1].ravel()):
        if 0 <= i < len(rows):
            picked[e] = rows[int(i)]
    return np.moveaxis(
        picked.reshape(*xs[1].shape, *rows.shape[1:]), range(xs[1].ndim), range(axis, axis + xs[1].ndim)
    )


def segmented(function):
    """An operator, from a function of the array of rows (at least one) of a segment."""

    def rule(node, xs, parts):
        result = np.full(node.shape, ZERO, dtype=object)
        for s in range(node.attrs["segments"]):
            rows = [x for e, x in enumerate(xs[0]) if xs[1][e] == s and (len(xs) == 2 or xs[2][e] > 0)]
            if rows:
                result[s] = function(np.array(rows, dtype=object), node, parts)
        return result

    return rule


def neighbours(rows, mask, k, loop):
    """Indices of the nearest rows of every row; nowhere for those that do not exist."""
    n = len(rows)
    found = []
    for i in range(n):
        others = [j for j in range(n) if (loop or j != i) and (mask is None or mask[j] > 0)]
        others.sort(key=lambda j, i=i: (sum((a - b) ** 2 for a, b in zip(rows[i], rows[j], strict=True)), j))
        found.append((others + [n] * k)[:k])
    return found


def knn_indices(node, xs, parts):
    mask = xs[1] if len(xs) == 2 else None
    found = neighbours(xs[0], mask, node.attrs["k"], node.attrs["loop"])
    return np.array([[Fraction(j) for j in row] for row in found], dtype=object)


LAYERS = {
    "knn_indices": knn_indices,
    "gather": gather,
    "gather_rows": gather,
    "segment_sum": segmented(lambda rows, node, parts: rows.sum(axis=0)),
    "segment_mean": segmented(
        lambda rows, node, parts: (
            rows.sum(axis=0) * parts.table(node.name, "reciprocal_table")(Fraction(len(rows)))
        )
    ),
    "segment_max": segmented(lambda rows, node, parts: rows.max(axis=0)),
}


def take(node, xs):
    axis = node.attrs.get("axis", 0)
    results = []
    for x, index in zip(xs[0], xs[1].astype(int), strict=True):
        nowhere = np.zeros((*x.shape[:axis], 1, *x.shape[axis + 1 :]))
        results.append(np.take(np.concatenate([x, nowhere], axis), index, axis))
    return np.stack(results)


def over_samples(function):
    def rule(node, xs):
        result = np.zeros((len(xs[0]), *node.shape))
        for b, s in np.ndindex(len(xs[0]), node.attrs["segments"]):
            chosen = xs[1][b] == s
            if len(xs) == 3:
                chosen &= xs[2][b] > 0
            if chosen.any():
                result[b, s] = function(xs[0][b][chosen])
        return result

    return rule


def nearest(node, xs):
    masks = xs[1] if len(xs) == 2 else [None] * len(xs[0])
    rows = zip(xs[0], masks, strict=True)
    return np.array([neighbours(x, mask, node.attrs["k"], node.attrs["loop"]) for x, mask in rows], float)


DEFINITIONS = {
    "knn_indices": nearest,
    "gather": take,
    "gather_rows": take,
    "segment_sum": over_samples(lambda rows: rows.sum(axis=0)),
    "segment_mean": over_samples(lambda rows: rows.mean(axis=0)),
    "segment_max": over_samples(lambda rows: rows.max(axis=0)),
}
