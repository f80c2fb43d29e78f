"""Recurrent layers: one step after the other, from the formulas of SEMANTICS.md."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

import oracle

ZERO, ONE = Fraction(0), Fraction(1)


def sliced(rule):
    """A cell over slices of its inputs: the rule is for one element."""

    def cell(op, *inputs):
        ints = [int(n) for n in op["ints"]]
        count = op["size"]
        slices = [
            [x[first + step * i] for i in range(count)]
            for x, first, step in zip(inputs, ints[::2], ints[1::2], strict=True)
        ]
        constants = zip(*oracle.constants(op, count), strict=True) if op["constants"] else [()] * count
        return [rule(op, list(values), list(more)) for *values, more in zip(*slices, constants, strict=True)]

    return cell


def activation_of(name):
    def activate(op, total, more):
        x = oracle.recast(total, op["formats"][0])
        if name == "lookup":
            return oracle.look_up(x, op["tables"][0])
        if name == "hard_sigmoid":
            slope, offset = more
            return min(max(x * slope + offset, ZERO), ONE)
        return max(x, ZERO) if name == "relu" else x

    return activate


def gate(name):
    return sliced(lambda op, x, more: activation_of(name)(op, x[0] + x[1], more))


def reset_gate(name):
    return sliced(lambda op, x, more: activation_of(name)(op, x[0] + x[1] * x[2], more))


ACTIVATIONS = ("linear", "relu", "lookup", "hard_sigmoid")
CELLS = {
    **{f"gate_{name}": gate(name) for name in ACTIVATIONS},
    **{f"reset_gate_{name}": reset_gate(name) for name in ACTIVATIONS},
    "gated": sliced(lambda op, x, more: x[0] * x[1]),
    "gated_lookup": sliced(lambda op, x, more: x[0] * oracle.look_up(x[1], op["tables"][0])),
    "lstm_state": sliced(lambda op, x, more: x[0] * x[1] + x[2] * x[3]),
    "gru_state": sliced(lambda op, x, more: x[0] * x[1] + (1 - x[0]) * x[2]),
    "masked": sliced(lambda op, x, more: x[1] if x[0] != 0 else x[2]),
    "masked_to_zero": sliced(lambda op, x, more: x[1] if x[0] != 0 else ZERO),
    "within_length": sliced(lambda op, x, more: ONE if more[0] < x[0] else ZERO),
}


# ---- layers: the same recurrence, exact or in float64 ----


class Exact:
    """Casts, constants and activations of a quantized layer."""

    def __init__(self, node, parts):
        self.node, self.parts = node, parts
        self.precision = parts.quantized.precision.layers[node.name].formats
        self.zero = ZERO

    def cast(self, role, values):
        fmt = self.precision[role]
        fmt = (fmt.width, fmt.frac, bool(fmt.signed), int(fmt.rounding), int(fmt.overflow))
        return each(lambda v: oracle.recast(v, fmt))(values)

    def has(self, role):
        return role in self.precision

    def accumulated(self, values):
        return values if self.precision["accumulator"] is None else self.cast("accumulator", values)

    def constant(self, name):
        return self.parts.constant(self.node.name, name, self.node.constants[name])

    def activate(self, role, name, x):
        if name in ("sigmoid", "tanh"):
            return self.parts.table(self.node.name, role)(x)
        if name == "hard_sigmoid":
            slope, offset = (
                self.parts.constant(self.node.name, key, [self.node.attrs[key]])[0]
                for key in ("slope", "offset")
            )
            x = each(lambda v: min(max(v * slope + offset, ZERO), ONE))(x)
        elif name == "relu":
            x = each(lambda v: max(v, ZERO))(x)
        return self.cast(role, x) if self.has(role) else x


class Floats:
    """The float model; a batch goes in front of everything."""

    def __init__(self, node):
        self.node, self.zero = node, 0.0

    def cast(self, role, values):
        return values

    def has(self, role):
        return False

    def accumulated(self, values):
        return values

    def constant(self, name):
        return self.node.constants[name]

    def activate(self, role, name, x):
        if name == "hard_sigmoid":
            return np.clip(x * self.node.attrs["slope"] + self.node.attrs["offset"], 0, 1)
        functions = {
            "tanh": np.tanh,
            "sigmoid": lambda v: 0.5 * (1 + np.tanh(v / 2)),
            "relu": lambda v: np.maximum(v, 0),
            "linear": lambda v: v,
        }
        return functions[name](x)


def each(function):
    return np.vectorize(function, otypes=[object])


def step(node, math, x, h, c, role):
    """The states behind one step; ``role`` is that of h."""
    attrs, units = node.attrs, h.shape[-1]
    recurrent_weight = math.constant("recurrent_weight")
    bias = math.constant("bias") if "bias" in node.constants else math.zero
    recurrent_bias = math.constant("recurrent_bias") if "recurrent_bias" in node.constants else math.zero
    xs = x @ math.constant("weight") + bias

    def block(array, k):
        return array[..., k * units : (k + 1) * units]

    def gate(x, h):
        return math.activate("recurrent_table", attrs["recurrent_activation"], math.accumulated(x + h))

    def candidate(x, h):
        return math.activate("table", attrs["activation"], math.accumulated(x + h))

    hs = h @ recurrent_weight + recurrent_bias
    if node.op == "simple_rnn":
        return math.cast(role, candidate(xs, hs)), None
    if node.op == "lstm":
        i, f, o = (gate(block(xs, k), block(hs, k)) for k in (0, 1, 3))
        g = candidate(block(xs, 2), block(hs, 2))
        c = math.cast("state", i * g + f * c)
        return math.cast(role, o * math.activate("table", attrs["activation"], c)), c
    z, r = (gate(block(xs, k), block(hs, k)) for k in (0, 1))
    if attrs["reset_after"]:
        n = candidate(block(xs, 2), r * block(hs, 2))
    else:
        kept = math.cast(role, r * h) @ block(recurrent_weight, 2)
        n = candidate(block(xs, 2), kept + block(recurrent_bias + 0 * hs, 2))
    return math.cast(role, z * h + (1 - z) * n), None


def run(node, xs, math):
    """The exact result of a layer; ``xs`` may have a batch axis in front, all of them."""
    attrs = node.attrs
    x, *given = xs
    units = node.constants["recurrent_weight"].shape[0]
    role = "hidden" if attrs["output"] == "state" else "output"
    count = x.shape[-2]
    nothing = np.full((*x.shape[:-2], units), math.zero, dtype=x.dtype)
    h = c = nothing
    if attrs["initial_states"]:
        h = math.cast(role, given.pop(0))
        if node.op == "lstm":
            c = math.cast("state", given.pop(0))
    valid = np.ones((*x.shape[:-2], count), dtype=bool)
    if attrs["mask"]:
        valid = given.pop() != 0
    if attrs["lengths"]:
        valid = (np.arange(count) < given.pop().reshape(*x.shape[:-2], 1)).astype(bool)
    shown, rows = nothing, []
    for t in reversed(range(count)) if attrs["go_backwards"] else range(count):
        new_h, new_c = step(node, math, x[..., t, :], h, c, role)
        on = valid[..., t, None]
        h = np.where(on, new_h, h)
        c = None if new_c is None else np.where(on, new_c, c)
        shown = np.where(on, new_h, nothing if attrs["zero_output_for_mask"] else shown)
        rows.append(shown)
    if attrs["output"] == "sequence":
        return np.stack(rows[::-1] if attrs["reverse_output"] else rows, axis=-2)
    return {"last": rows[-1], "hidden": h, "state": c}[attrs["output"]]


OPERATORS = ("simple_rnn", "lstm", "gru")
LAYERS = dict.fromkeys(OPERATORS, lambda node, xs, parts: run(node, xs, Exact(node, parts)))
DEFINITIONS = dict.fromkeys(OPERATORS, lambda node, xs: run(node, xs, Floats(node)))
