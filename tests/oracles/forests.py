"""Decision trees: every sample takes its path from the root to a leaf."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import oracle

CHILD = 2**22


def forest_of(op):
    """The trees of a `tree` cell: sizes, and nodes as (left, right, up to, feature)."""
    trees, values, _strict, *rest = (int(n) for n in op["ints"])
    heads, words = rest[: 3 * trees], rest[3 * trees :]
    found = []
    for t in range(trees):
        nodes, leaves, _depth = heads[3 * t : 3 * t + 3]
        mine, words = words[:nodes], words[nodes:]
        found.append(
            (leaves, [(w % CHILD, w // CHILD % CHILD, w // CHILD**2 % 2, w // CHILD**2 // 2) for w in mine])
        )
    assert not words
    return values, found


def tree(op, x):
    values, forest = forest_of(op)
    thresholds, constants = (oracle.stored(c["raw"], c["format"]) for c in op["constants"])
    out = []
    for leaves, nodes in forest:
        at = 0
        while at < len(nodes):
            left, right, up_to, feature = nodes[at]
            below = x[feature] <= thresholds[at] if up_to else x[feature] < thresholds[at]
            at = left if below else right
        out += [constants[v * leaves + at - len(nodes)] for v in range(values)]
        thresholds, constants = thresholds[len(nodes) :], constants[leaves * values :]
    return out


def sum_of_trees(op, x):
    run, positions, _longest, *rest = (int(n) for n in op["ints"])
    begins, bases = rest[: positions + 1], rest[positions + 1 :]
    (bias,) = oracle.constants(op, positions)
    assert run == 1
    return [sum(x[b] for b in bases[begins[p] : begins[p + 1]]) + bias[p] for p in range(positions)]


def binned(op, x):
    outputs, bins, _n, *features = (int(n) for n in op["ints"])
    thresholds, steps = (oracle.stored(c["raw"], c["format"]) for c in op["constants"])
    (table,) = op["tables"]
    address = sum(s for f, t, s in zip(features, thresholds, steps, strict=True) if x[f] >= t)
    return [oracle.look_up(address + o * bins, table) for o in range(outputs)]


CELLS = {"tree": tree, "sum_of_trees": sum_of_trees, "binned": binned}


def reached(c, t, below):
    """The row of `leaf` that tree t reaches; ``below(node)`` decides."""
    at = int(c["root"][t])
    while at >= 0:
        at = int(c["left"][at] if below(at) else c["right"][at])
    return -1 - at


def forest(node, xs, parts):
    c = node.constants
    leaf = parts.constant(node.name, "leaf", c["leaf"])
    total = parts.constant(node.name, "bias", c.get("bias", np.zeros(node.shape)))

    def below(at):
        x, threshold = xs[0][int(c["feature"][at])], Fraction(float(c["threshold"][at]))
        return x <= threshold if c["inclusive"][at] else x < threshold

    for t in range(len(c["root"])):
        for value, output in zip(leaf[reached(c, t, below)], c["target"][t], strict=True):
            total[int(output)] += value
    return total


LAYERS = {"forest": forest}


def definition(node, xs):
    c = node.constants
    total = np.tile(c.get("bias", np.zeros(node.shape)), (len(xs[0]), 1))
    for x, sums in zip(xs[0], total, strict=True):

        def below(at, x=x):
            value, threshold = x[int(c["feature"][at])], c["threshold"][at]
            if np.isnan(value):
                return bool(c["inclusive"][at])
            return value <= threshold if c["inclusive"][at] else value < threshold

        for t in range(len(c["root"])):
            for value, output in zip(c["leaf"][reached(c, t, below)], c["target"][t], strict=True):
                sums[int(output)] += value
    return total


DEFINITIONS = {"forest": definition}
