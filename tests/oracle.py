"""The reference semantics in Python's exact rationals, written from docs/SEMANTICS.md alone.

Shares nothing with isobit and imports nothing of it: slow, and meant to be obviously right. A format is
the tuple (width, frac, signed, rounding, overflow) with the codes below; a raw is an ``int``; a value is
a ``Fraction``. Every cell computes exact values; :func:`cast` is the only function that loses anything.

:func:`run` evaluates one sample of a whole network, described by the dictionary the engine is given.
"""

from __future__ import annotations

import math
from fractions import Fraction

import oracles

TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF, RND_CONV = range(7)
WRAP, SAT, SAT_SYM, SAT_ZERO, WRAP_SM, PM1_MODE = range(6)
HALF = Fraction(1, 2)

PM1 = (2, 0, True, TRN, PM1_MODE)
"""The format of binary networks; its mode belongs to it alone."""


# ---- formats and cast ----


def raw_range(fmt):
    """The smallest and the largest raw of a format; SAT_SYM reaches no lower than -largest, pm1 has no 0."""
    width, _, signed, _, overflow = fmt
    if overflow == PM1_MODE:
        return -1, 1
    if not signed:
        return 0, 2**width - 1
    high = 2 ** (width - 1) - 1
    if overflow == SAT_SYM and width > 1:
        return -high, high
    return -high - 1, high


def value_of(raw, fmt):
    """The exact value of a raw."""
    return Fraction(raw) / Fraction(2) ** fmt[1]


def round_to_integer(x, rounding):
    """The integer that a rounding mode chooses for a rational."""
    down = math.floor(x)
    if x == down:
        return down
    up = down + 1
    toward_zero = down if x > 0 else up
    away_from_zero = up if x > 0 else down
    if rounding == TRN:
        return down
    if rounding == TRN_ZERO:
        return toward_zero
    if x - down != HALF:
        return down if x - down < HALF else up
    even = down if down % 2 == 0 else up
    return {
        RND: up,
        RND_ZERO: toward_zero,
        RND_INF: away_from_zero,
        RND_MIN_INF: down,
        RND_CONV: even,
    }[rounding]


def wrap(integer, width, signed):
    """The integer modulo 2**width, in the range of the format."""
    remainder = integer % 2**width
    return remainder - 2**width if signed and remainder >= 2 ** (width - 1) else remainder


def cast(value, fmt):
    """The raw of a value in a format: rounding first, then overflow."""
    width, frac, signed, rounding, overflow = fmt
    if overflow == PM1_MODE:
        return -1 if value < 0 else 1
    x = Fraction(value) * Fraction(2) ** frac
    rounded = round_to_integer(x, rounding)
    low, high = raw_range(fmt)
    if low <= rounded <= high:
        return rounded
    if overflow in (SAT, SAT_SYM):
        return low if rounded < low else high
    if overflow == SAT_ZERO:
        return 0
    wrapped = wrap(rounded, width, signed)
    if overflow == WRAP:
        return wrapped
    assert signed, "sign-magnitude wrapping has no unsigned form"
    sign = (math.floor(x) >> width) & 1  # bit `width` of the floor, not of the rounded integer
    return wrapped if (wrapped < 0) == (sign == 1) else -1 - wrapped


def from_float(number, fmt):
    """A float enters a format as its exact binary value."""
    assert math.isfinite(number)
    return cast(Fraction(number), fmt)


def recast(value, fmt):
    """The value after a cast; width 0 stands for `exact`."""
    return value if fmt[0] == 0 else value_of(cast(value, fmt), fmt)


# ---- cells: lists of values and the operation's description in, list of exact values out; `size` of the
# description is how many ----


def constants(op, count):
    """The operation's constants as lists of values, those of length one repeated."""
    lists = []
    for constant in op["constants"]:
        values = stored(constant["raw"], constant["format"])
        lists.append(values * count if len(values) == 1 else values)
    return lists


def stored(raws, fmt):
    """Values of stored raws; an int64 array holds a 64-bit unsigned raw as its bit pattern."""
    integers = [int(raw) for raw in raws]
    if fmt[0] == 64 and not fmt[2]:
        integers = [raw % 2**64 for raw in integers]
    return [value_of(raw, fmt) for raw in integers]


def look_up(value, table):
    """The table's entry at a value: one cast into the index format."""
    position = cast(value, table["index"]) - int(table["low"])
    assert 0 <= position < len(table["entries"]), "the table does not cover its index format"
    return stored([table["entries"][position]], table["format"])[0]


def linear(op, x):
    return x


def relu(op, x):
    return [max(v, Fraction(0)) for v in x]


def clip(op, x):
    low, high = constants(op, len(x))
    return [min(max(v, lo), hi) for v, lo, hi in zip(x, low, high, strict=True)]


def leaky_relu(op, x):
    (alpha,) = constants(op, len(x))
    return [a * v if v < 0 else v for v, a in zip(x, alpha, strict=True)]


def thresholded_relu(op, x):
    (theta,) = constants(op, len(x))
    return [v if v > t else Fraction(0) for v, t in zip(x, theta, strict=True)]


def affine(op, x):
    scale, bias = constants(op, len(x))
    accumulator = op["formats"][0]
    return [recast(v * s + b, accumulator) for v, s, b in zip(x, scale, bias, strict=True)]


def hard_sigmoid(op, x):
    slope, offset = constants(op, len(x))
    line = [v * s + o for v, s, o in zip(x, slope, offset, strict=True)]
    return [min(max(v, Fraction(0)), Fraction(1)) for v in line]


def binary_tanh(op, x):
    return [Fraction(1) if v >= 0 else Fraction(-1) for v in x]


def ternary_tanh(op, x):
    return [Fraction(1) if v > HALF else Fraction(-1) if v < -HALF else Fraction(0) for v in x]


def lookup(op, x):
    (table,) = op["tables"]
    return [look_up(v, table) for v in x]


def lookup_relu(op, x):
    (table,) = op["tables"]
    return [max(v, Fraction(0)) + look_up(abs(v), table) for v in x]


def elu(op, x):
    (scale,) = constants(op, len(x))
    (table,) = op["tables"]
    return [s * v if v > 0 else look_up(abs(v), table) for v, s in zip(x, scale, strict=True)]


def add(op, *inputs):
    return [sum(terms) for terms in zip(*inputs, strict=True)]


def subtract(op, left, right):
    return [a - b for a, b in zip(left, right, strict=True)]


def multiply(op, *inputs):
    return [math.prod(factors) for factors in zip(*inputs, strict=True)]


def maximum(op, *inputs):
    return [max(values) for values in zip(*inputs, strict=True)]


def minimum(op, *inputs):
    return [min(values) for values in zip(*inputs, strict=True)]


def average(op, *inputs):
    total = add(op, *inputs)
    (factor,) = constants(op, len(total))
    return [t * f for t, f in zip(total, factor, strict=True)]


def gather(op, *inputs):
    pairs = [int(number) for number in op["ints"]]
    return [inputs[source][element] for source, element in zip(pairs[::2], pairs[1::2], strict=True)]


def dense(op, x):
    rows, n_in, n_out = (int(number) for number in op["ints"])
    weight, bias = (stored(c["raw"], c["format"]) for c in op["constants"])
    out = []
    for row in range(rows):
        for neuron in range(n_out):
            total = bias[neuron] if len(bias) > 1 else bias[0]
            for i in range(n_in):
                total += x[row * n_in + i] * weight[i * n_out + neuron]
            out.append(recast(total, op["formats"][0]))
    return out


def rows_of(op, x):
    rows, n = (int(number) for number in op["ints"])
    return [x[row * n : (row + 1) * n] for row in range(rows)]


def softmax(op, x):
    exp_table, reciprocal_table = op["tables"]
    out = []
    for row in rows_of(op, x):
        exps = [look_up(max(row) - v, exp_table) for v in row]
        reciprocal = look_up(sum(exps), reciprocal_table)
        out.extend(e * reciprocal for e in exps)
    return out


def log_softmax(op, x):
    exp_table, log_table = op["tables"]
    out = []
    for row in rows_of(op, x):
        log = look_up(sum(look_up(max(row) - v, exp_table) for v in row), log_table)
        out.extend((v - max(row)) - log for v in row)
    return out


def argmax(op, x):
    return [Fraction(row.index(max(row))) for row in rows_of(op, x)]


CELLS = {
    cell.__name__: cell
    for cell in (
        linear, relu, clip, leaky_relu, thresholded_relu, affine, hard_sigmoid, binary_tanh, ternary_tanh,
        lookup, lookup_relu, elu, add, subtract, multiply, maximum, minimum, average, gather, dense,
        softmax, log_softmax, argmax,
    )
}  # fmt: skip


# ---- networks ----


def run(spec, inputs):
    """Raws of every tensor for one sample.

    ``spec`` is the description that ``isobit._core.Program`` takes; ``inputs`` holds one list of raws per
    graph input. Returns a dictionary from tensor number to list of raws.
    """
    cells = CELLS | oracles.merged("CELLS")
    tensors = spec["tensors"]
    raws = {number: [int(r) for r in given] for number, given in zip(spec["inputs"], inputs, strict=True)}
    for op in spec["ops"]:
        values = [stored(raws[number], tensors[number]["format"]) for number in op["inputs"]]
        target = tensors[op["output"]]
        exact = cells[op["cell"]]({**op, "size": target["size"]}, *values)
        assert len(exact) == target["size"], f"{op['cell']} made {len(exact)} of {target['size']} elements"
        raws[op["output"]] = [cast(value, target["format"]) for value in exact]
    return raws
