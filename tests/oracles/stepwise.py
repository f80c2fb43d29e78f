"""Layers that cast in between: sums step by step, tables that are given, and what firmware makes of them."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

import oracle
from oracles import convolutions

WIDE = 400


def rounded(value, fmt):
    """A number with the fractional bits of a format, rounded in its way; nothing overflows."""
    return oracle.recast(value, (WIDE, fmt[1], True, fmt[3], oracle.WRAP))


def total_rounded(terms, bias, fmt):
    return oracle.recast(sum((rounded(t, fmt) for t in terms), Fraction(0)) + bias, fmt)


def total_ascending(terms, bias, fmt):
    total = oracle.recast(bias, fmt)
    for term in terms:
        total = oracle.recast(total + oracle.recast(term, fmt), fmt)
    return total


def dense(total):
    def cell(op, x):
        rows, n_in, n_out = (int(n) for n in op["ints"])
        weight, bias = (oracle.stored(c["raw"], c["format"]) for c in op["constants"])
        return [
            total([x[r * n_in + i] * weight[i * n_out + o] for i in range(n_in)], bias[o], op["formats"][0])
            for r, o in itertools.product(range(rows), range(n_out))
        ]

    return cell


def convolution(total):
    def cell(op, x):
        positions, groups, n_in, n_out, taps, *pixels = (int(n) for n in op["ints"])
        weight, bias = (oracle.stored(c["raw"], c["format"]) for c in op["constants"])
        columns = groups * n_out
        found = []
        for p, g, o in itertools.product(range(positions), range(groups), range(n_out)):
            terms = [
                x[(pixels[p * taps + t] * groups + g) * n_in + c]
                * weight[(t * n_in + c) * columns + g * n_out + o]
                for t, c in itertools.product(range(taps), range(n_in))
                if pixels[p * taps + t] >= 0
            ]
            found.append(total(terms, bias[g * n_out + o], op["formats"][0]))
        return found

    return cell


CELLS = {
    "rounded_dense": dense(total_rounded),
    "ascending_dense": dense(total_ascending),
    "rounded_convolution": convolution(total_rounded),
    "ascending_convolution": convolution(total_ascending),
}


def each(function):
    return np.vectorize(function, otypes=[object])


def trained(node, parts, name, default=None):
    return parts.constant(node.name, name, node.constants.get(name, default))


def dense_layer(total):
    def layer(node, xs, parts):
        weight, bias = trained(node, parts, "weight"), trained(node, parts, "bias", np.zeros(node.shape[-1]))
        fmt = parts.accumulator(node.name)
        result = np.empty(node.shape, dtype=object)
        for *place, o in np.ndindex(*node.shape):
            result[(*place, o)] = total(list(xs[0][tuple(place)] * weight[:, o]), bias[o], fmt)
        return result

    return layer


def conv_layer(total):
    """Padding is zero, which adds nothing."""

    def layer(node, xs, parts):
        weight, bias = trained(node, parts, "weight"), trained(node, parts, "bias", np.zeros(node.shape[-1]))
        fmt, x = parts.accumulator(node.name), xs[0]
        kernel, groups = weight.shape[:-2], node.attrs["groups"]
        strides, dilations, begins, ends = convolutions.geometry(node, kernel)
        big = convolutions.surrounded(x, begins, ends, Fraction(0))
        inside = convolutions.surrounded(np.ones(x.shape), begins, ends, 0.0)
        c, m = x.shape[-1] // groups, node.shape[-1] // groups
        result = np.empty(node.shape, dtype=object)
        for place, corner in convolutions.boxes(node.shape[:-1], strides):
            seen = convolutions.window(big, corner, kernel, dilations)
            real = convolutions.window(inside, corner, kernel, dilations)[..., :c].ravel() == 1
            for o in range(node.shape[-1]):
                g = o // m
                terms = (seen[..., g * c : (g + 1) * c] * weight[..., o]).ravel()[real]
                result[place][o] = total(list(terms), bias[o], fmt)
        return result

    return layer


def step_by_step(values, fmt):
    total = oracle.recast(values[0], fmt)
    for value in values[1:]:
        total = oracle.recast(total + value, fmt)
    return total


def quotient(value, n, fmt):
    """The raw divided by n, truncated toward zero."""
    raw = value * 2 ** fmt[1] if fmt[1] >= 0 else value / 2 ** -fmt[1]
    assert raw.denominator == 1
    cut = abs(raw.numerator) // n
    return oracle.value_of(cut if raw >= 0 else -cut, fmt)


def stepwise_sum(node, xs, parts):
    fmt = parts.accumulator(node.name)
    return np.apply_along_axis(lambda v: step_by_step(list(v), fmt), node_axis(node, xs[0]), xs[0])


def node_axis(node, x):
    return x.ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"]


def stepwise_average_pool(node, xs, parts):
    fmt = parts.accumulator(node.name)

    def mean(values, padding, place):
        n = len(values) + (padding if node.attrs["count_include_pad"] else 0)
        return quotient(step_by_step(values, fmt), n, fmt)

    return convolutions.pooled(node, xs[0], mean)


def looked_up(value, index, entries):
    """Entries begin at the lowest raw of the index."""
    raw = oracle.cast(value, index)
    return entries[raw - oracle.raw_range(index)[0]]


def given_table(node, xs, parts):
    entries, index = trained(node, parts, "entries"), parts.written(node.attrs["index"])
    return each(lambda v: looked_up(v, index, entries))(xs[0])


def given_table_elu(node, xs, parts):
    entries, index = trained(node, parts, "entries"), parts.written(node.attrs["index"])
    scale = parts.constant(node.name, "scale", [node.attrs["scale"]])[0]
    return each(lambda v: scale * v if v > 0 else looked_up(-v, index, entries))(xs[0])


def top_bits(fmt, count):
    """The format that the top bits of another one have."""
    bits = count.bit_length() - 1
    return bits, fmt[1] - (fmt[0] - bits), fmt[2], 0, oracle.WRAP


def tree(values, fmt):
    if len(values) == 1:
        return values[0]
    left = 1
    while left * 2 < len(values):
        left *= 2
    return oracle.recast(tree(values[:left], fmt) + tree(values[left:], fmt), fmt)


def along(node, x, function):
    """A function of the rows along the axis of a layer."""
    axis = node_axis(node, x)
    moved = np.moveaxis(x, axis, -1)
    result = np.empty(moved.shape, dtype=object)
    for place in np.ndindex(*moved.shape[:-1]):
        result[place] = function(list(moved[place]))
    return np.moveaxis(result, -1, axis)


def stepwise_softmax(node, xs, parts):
    exp, inverse = trained(node, parts, "exp_entries"), trained(node, parts, "inverse_entries")
    accumulator, total_format = parts.role(node.name, "accumulator"), parts.role(node.name, "total")
    distance = parts.role(node.name, "distance") if node.attrs["distance"] else None

    def row(values):
        if distance is not None:
            values = [oracle.recast(max(values) - v, distance) for v in values]
        source = distance or parts.output(node.inputs[0])
        e = [looked_up(v, top_bits(source, len(exp)), exp) for v in values]
        e = [oracle.recast(v, accumulator) for v in e]
        total = oracle.recast(tree(e, accumulator), total_format)
        return [v * looked_up(total, top_bits(total_format, len(inverse)), inverse) for v in e]

    return along(node, xs[0], row)


def legacy_softmax(node, xs, parts):
    exp, inverse = trained(node, parts, "exp_entries"), trained(node, parts, "inverse_entries")
    accumulator = parts.role(node.name, "accumulator")
    bits, inverse_bits = len(exp).bit_length() - 1, len(inverse).bit_length() - 1
    of_exp = (bits, bits - 4, True, 1, oracle.SAT)
    of_total = (inverse_bits, inverse_bits - 6, False, 1, oracle.SAT)

    def row(values):
        found = []
        for first in values:
            terms = [looked_up(v - first, of_exp, exp) for v in values]
            found.append(looked_up(step_by_step(terms, accumulator), of_total, inverse))
        return found

    return along(node, xs[0], row)


TOTALS = {"rounded_dense": total_rounded, "ascending_dense": total_ascending}


class Recurrence:
    """What the steps of both recurrent layers share."""

    def __init__(self, node, parts):
        self.node, self.attrs = node, node.attrs
        self.between = parts.role(node.name, "accumulator")
        self.result = parts.output(node.name)
        names = ("weight", "bias", "recurrent_weight", "recurrent_bias")
        self.constants = {name: trained(node, parts, name) for name in names}
        self.accumulators = [
            parts.role(node.name, f"{which}_accumulator") for which in ("input", "recurrent")
        ]
        self.tables = [
            (parts.written(self.attrs[index]), trained(node, parts, entries))
            if self.attrs[index] is not None
            else None
            for index, entries in (
                ("index", "activation_entries"),
                ("recurrent_index", "recurrent_activation_entries"),
            )
        ]
        self.units = self.constants["recurrent_weight"].shape[0]

    def cast(self, value):
        return oracle.recast(value, self.between)

    def sums(self, x, h):
        found = []
        for row, prefix, fmt, cell in (
            (x, "", self.accumulators[0], self.attrs["input_sum"]),
            (h, "recurrent_", self.accumulators[1], self.attrs["recurrent_sum"]),
        ):
            weight, bias = self.constants[f"{prefix}weight"], self.constants[f"{prefix}bias"]
            total = TOTALS.get(cell, lambda terms, b, f: oracle.recast(sum(terms, Fraction(0)) + b, f))
            found.append([self.cast(total(list(row * weight[:, o]), bias[o], fmt)) for o in range(len(bias))])
        return found

    def activation(self, value, which):
        table = self.tables[which]
        return self.cast(max(value, Fraction(0)) if table is None else looked_up(value, *table))

    def run(self, xs, step):
        x = xs[0][::-1] if self.attrs["go_backwards"] else xs[0]
        h = c = [Fraction(0)] * self.units
        rows = []
        for row in x:
            h, c = step(row, h, c)
            rows.append(h)
        if self.attrs["output"] == "last":
            return np.array(rows[-1], dtype=object)
        return np.array(rows[::-1] if self.attrs["go_backwards"] else rows, dtype=object)


def stepwise_lstm(node, xs, parts):
    r = Recurrence(node, parts)

    def step(x, h, c):
        total = [r.cast(a + b) for a, b in zip(*r.sums(x, np.array(h, dtype=object)), strict=True)]
        u = r.units
        new_h, new_c = [], []
        for k in range(u):
            i, f, o = (r.activation(total[at + k], 1) for at in (0, u, 3 * u))
            g = r.activation(total[2 * u + k], 0)
            state = oracle.recast(g * i + c[k] * f, r.result)
            new_c.append(state)
            new_h.append(oracle.recast(o * r.activation(state, 0), r.result))
        return new_h, new_c

    return r.run(xs, step)


def stepwise_gru(node, xs, parts):
    r = Recurrence(node, parts)

    def step(x, h, c):
        of_x, of_h = r.sums(x, np.array(h, dtype=object))
        u, new = r.units, []
        for k in range(u):
            first, second = (r.activation(r.cast(of_x[at + k] + of_h[at + k]), 1) for at in (0, u))
            reset, z = (first, second) if node.attrs["reset_first"] else (second, first)
            kept = r.cast(reset * of_h[2 * u + k])
            n = r.activation(r.cast(of_x[2 * u + k] + kept), 0)
            new.append(oracle.recast(n * (1 - z) + h[k] * z, r.result))
        return new, c

    return r.run(xs, step)


LAYERS = {
    "rounded_dense": dense_layer(total_rounded),
    "ascending_dense": dense_layer(total_ascending),
    "rounded_conv": conv_layer(total_rounded),
    "ascending_conv": conv_layer(total_ascending),
    "stepwise_sum": stepwise_sum,
    "stepwise_average_pool": stepwise_average_pool,
    "given_table": given_table,
    "given_table_elu": given_table_elu,
    "stepwise_softmax": stepwise_softmax,
    "legacy_softmax": legacy_softmax,
    "stepwise_lstm": stepwise_lstm,
    "stepwise_gru": stepwise_gru,
}


def dense_definition(node, xs):
    return xs[0] @ node.constants["weight"] + node.constants.get("bias", 0.0)


def softmax_definition(node, xs):
    x = np.moveaxis(xs[0], 1 + node_axis(node, xs[0][0]), -1)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.moveaxis(e / e.sum(axis=-1, keepdims=True), -1, 1 + node_axis(node, xs[0][0]))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


FUNCTIONS = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0.0)}


def elu_definition(node, xs):
    x, scale = xs[0], node.attrs["scale"]
    return np.where(x > 0, scale * x, node.attrs["parameter"] * np.expm1(np.minimum(x, 0.0)))


def recurrent_definition(node, xs):
    c, u = node.constants, node.constants["recurrent_weight"].shape[0]
    act, gate = FUNCTIONS[node.attrs["activation"]], FUNCTIONS[node.attrs["recurrent_activation"]]
    x = xs[0][:, ::-1] if node.attrs["go_backwards"] else xs[0]
    h = s = np.zeros((len(x), u))
    rows = []
    for t in range(x.shape[1]):
        a = x[:, t] @ c["weight"] + c["bias"]
        b = h @ c["recurrent_weight"] + c["recurrent_bias"]
        if node.op == "stepwise_lstm":
            i, f, g, o = np.split(a + b, 4, axis=1)
            s = act(g) * gate(i) + s * gate(f)
            h = gate(o) * act(s)
        else:
            first, second = gate(a[:, :u] + b[:, :u]), gate(a[:, u : 2 * u] + b[:, u : 2 * u])
            reset, z = (first, second) if node.attrs["reset_first"] else (second, first)
            n = act(a[:, 2 * u :] + reset * b[:, 2 * u :])
            h = n * (1 - z) + h * z
        rows.append(h)
    if node.attrs["output"] == "last":
        return h
    return np.stack(rows[::-1] if node.attrs["go_backwards"] else rows, axis=1)


DEFINITIONS = {
    "rounded_dense": dense_definition,
    "ascending_dense": dense_definition,
    "rounded_conv": convolutions.DEFINITIONS["conv"],
    "ascending_conv": convolutions.DEFINITIONS["conv"],
    "stepwise_sum": lambda node, xs: xs[0].sum(axis=1 + node_axis(node, xs[0][0])),
    "stepwise_average_pool": convolutions.DEFINITIONS["average_pool"],
    "given_table": lambda node, xs: FUNCTIONS[node.attrs["function"]](xs[0]),
    "given_table_elu": elu_definition,
    "stepwise_softmax": softmax_definition,
    "legacy_softmax": softmax_definition,
    "stepwise_lstm": recurrent_definition,
    "stepwise_gru": recurrent_definition,
}
