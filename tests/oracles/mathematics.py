"""Elementary functions, comparisons, division, running sums and products of matrices."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

import oracle

ZERO, ONE = Fraction(0), Fraction(1)


def sign(x):
    return Fraction((x > 0) - (x < 0))


def half_to_even(x):
    return Fraction(oracle.round_to_integer(x, oracle.RND_CONV))


def truth(relation):
    return lambda *values: Fraction(bool(relation(*values)))


ONE_NUMBER = {
    "abs": abs,
    "neg": lambda x: -x,
    "sign": sign,
    "square": lambda x: x * x,
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
    "round": half_to_even,
    "logical_not": truth(lambda x: x == 0),
}
SEVERAL_NUMBERS = {
    "less": truth(lambda a, b: a < b),
    "less_equal": truth(lambda a, b: a <= b),
    "greater": truth(lambda a, b: a > b),
    "greater_equal": truth(lambda a, b: a >= b),
    "equal": truth(lambda a, b: a == b),
    "not_equal": truth(lambda a, b: a != b),
    "logical_and": truth(lambda a, b: a != 0 and b != 0),
    "logical_or": truth(lambda a, b: a != 0 or b != 0),
    "logical_xor": truth(lambda a, b: (a != 0) != (b != 0)),
    "where": lambda c, a, b: a if c != 0 else b,
}
CELL_NAMES = {"abs": "absolute", "neg": "negative"}
LOOKED_UP = (
    "log", "log1p", "sqrt", "rsqrt", "reciprocal", "erf", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
    "cosh", "asinh", "acosh", "atanh",
)  # fmt: skip


# ---- cells ----


def each_cell(function):
    return lambda op, *inputs: [function(*values) for values in zip(*inputs, strict=True)]


def lookup_ramp(op, x):
    (table,) = op["tables"]
    return [max(v, ZERO) + oracle.look_up(v, table) for v in x]


def lookup_negative_ramp(op, x):
    (table,) = op["tables"]
    return [min(v, ZERO) + oracle.look_up(abs(v), table) for v in x]


def hard_swish_cell(op, x):
    slope, offset = oracle.constants(op, len(x))
    return [v * min(max(v * s + o, ZERO), ONE) for v, s, o in zip(x, slope, offset, strict=True)]


def matmul_cell(op, a, b):
    pairs, n, k, m, *begins = (int(number) for number in op["ints"])
    out = []
    for left, right in zip(begins[::2], begins[1::2], strict=True):
        for row in range(n):
            for column in range(m):
                terms = (a[left + row * k + i] * b[right + i * m + column] for i in range(k))
                out.append(oracle.recast(sum(terms), op["formats"][0]))
    assert len(begins) == 2 * pairs
    return out


def running_sums(first):
    """Of each row; sum i is that of the first i + ``first`` elements."""

    def rule(op, x):
        return [sum(row[: i + first], ZERO) for row in oracle.rows_of(op, x) for i in range(len(row))]

    return rule


CELLS = {
    **{CELL_NAMES.get(name, name): each_cell(f) for name, f in (ONE_NUMBER | SEVERAL_NUMBERS).items()},
    "lookup_ramp": lookup_ramp,
    "lookup_negative_ramp": lookup_negative_ramp,
    "hard_swish": hard_swish_cell,
    "matmul": matmul_cell,
    "cumsum": running_sums(1),
    "cumsum_exclusive": running_sums(0),
}


# ---- layers ----


def each(function):
    return np.vectorize(function, otypes=[object])


def each_layer(function):
    return lambda node, xs, parts: each(function)(*np.broadcast_arrays(*xs))


def looked_up(node, xs, parts):
    return parts.table(node.name, "table")(xs[0])


def mish(node, xs, parts):
    return each(lambda x: max(x, ZERO))(xs[0]) + looked_up(node, xs, parts)


def logsigmoid(node, xs, parts):
    tail = parts.table(node.name, "table")(each(abs)(xs[0]))
    return each(lambda x: min(x, ZERO))(xs[0]) + tail


def celu(node, xs, parts):
    tail = parts.table(node.name, "table")(each(abs)(xs[0]))
    return np.where(each(lambda x: x > 0)(xs[0]).astype(bool), xs[0], tail)


def hard_swish(node, xs, parts):
    slope = parts.constant(node.name, "slope", [node.attrs["slope"]])
    offset = parts.constant(node.name, "offset", [node.attrs["offset"]])
    return xs[0] * each(lambda y: min(max(y, ZERO), ONE))(xs[0] * slope + offset)


def power(node, xs, parts):
    exponent = node.attrs["exponent"]
    return xs[0] ** int(exponent) if exponent in (1, 2, 3, 4) else looked_up(node, xs, parts)


def recast(values, fmt):
    return values if fmt is None else each(lambda v: oracle.recast(v, fmt))(values)


def divide(node, xs, parts):
    inverse = recast(parts.table(node.name, "reciprocal_table")(xs[1]), parts.role(node.name, "reciprocal"))
    return np.multiply(*np.broadcast_arrays(xs[0], inverse))


def matmul(node, xs, parts):
    return recast(np.asarray(np.matmul(*xs), dtype=object), parts.accumulator(node.name))


def cumsum(node, xs, parts):
    return running(node, xs[0], xs[0].ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"])


def running(node, x, axis):
    """Running sums, of rationals or floats."""
    if node.attrs["reverse"]:
        x = np.flip(x, axis)
    total = np.cumsum(x, axis)
    if node.attrs["exclusive"]:
        total = total - x
    return np.flip(total, axis) if node.attrs["reverse"] else total


LAYERS = {
    **{name: each_layer(f) for name, f in (ONE_NUMBER | SEVERAL_NUMBERS).items()},
    **dict.fromkeys(LOOKED_UP, looked_up),
    "mish": mish,
    "logsigmoid": logsigmoid,
    "celu": celu,
    "hard_swish": hard_swish,
    "power": power,
    "divide": divide,
    "matmul": matmul,
    "cumsum": cumsum,
}


# ---- definitions ----


def of_one(function):
    def rule(node, xs):
        with np.errstate(all="ignore"):  # outside of the domain it is NaN
            return np.asarray(function(xs[0]), dtype=np.float64)

    return rule


def aligned(node, xs):
    """Inputs with the axes that broadcasting gives them, right behind the batch axis."""
    return [x.reshape(len(x), *[1] * (1 + len(node.shape) - x.ndim), *x.shape[1:]) for x in xs]


def of_several(function):
    def rule(node, xs):
        with np.errstate(all="ignore"):
            return np.asarray(function(*aligned(node, xs)), dtype=np.float64)

    return rule


def powers(node, xs):
    with np.errstate(all="ignore"):
        return xs[0] ** node.attrs["exponent"]


def rsqrt(node, xs):
    with np.errstate(all="ignore"):
        return 1 / np.sqrt(xs[0] + node.attrs["epsilon"])


def products(node, xs):
    return np.stack([np.matmul(*(x[i] for x in xs)) for i in range(len(xs[0]))])


def clipped_line(node, x):
    return np.clip(node.attrs["slope"] * x + node.attrs["offset"], 0, 1)


def celu_definition(node, xs):
    alpha = node.attrs["alpha"]
    return np.where(xs[0] > 0, xs[0], alpha * np.expm1(np.minimum(xs[0], 0) / alpha))


DEFINITIONS = {
    "abs": of_one(np.abs),
    "neg": of_one(np.negative),
    "sign": of_one(np.sign),
    "square": of_one(np.square),
    "floor": of_one(np.floor),
    "ceil": of_one(np.ceil),
    "round": of_one(np.rint),
    "logical_not": of_one(np.logical_not),
    "log": of_one(np.log),
    "log1p": of_one(np.log1p),
    "sqrt": of_one(np.sqrt),
    "rsqrt": rsqrt,
    "reciprocal": of_one(lambda x: 1 / x),
    "erf": of_one(np.vectorize(math.erf, otypes=[np.float64])),
    "sin": of_one(np.sin),
    "cos": of_one(np.cos),
    "tan": of_one(np.tan),
    "asin": of_one(np.arcsin),
    "acos": of_one(np.arccos),
    "atan": of_one(np.arctan),
    "sinh": of_one(np.sinh),
    "cosh": of_one(np.cosh),
    "asinh": of_one(np.arcsinh),
    "acosh": of_one(np.arccosh),
    "atanh": of_one(np.arctanh),
    "power": powers,
    "mish": of_one(lambda x: x * np.tanh(np.logaddexp(0, x))),
    "logsigmoid": of_one(lambda x: -np.logaddexp(0, -x)),
    "celu": celu_definition,
    "hard_swish": lambda node, xs: xs[0] * clipped_line(node, xs[0]),
    "less": of_several(np.less),
    "less_equal": of_several(np.less_equal),
    "greater": of_several(np.greater),
    "greater_equal": of_several(np.greater_equal),
    "equal": of_several(np.equal),
    "not_equal": of_several(np.not_equal),
    "logical_and": of_several(np.logical_and),
    "logical_or": of_several(np.logical_or),
    "logical_xor": of_several(np.logical_xor),
    "where": of_several(lambda c, a, b: np.where(c != 0, a, b)),
    "divide": of_several(lambda a, b: a * (1 / b)),
    "matmul": products,
    "cumsum": lambda node, xs: running(
        node, xs[0], xs[0].ndim - 1 if node.attrs["axis"] is None else node.attrs["axis"] + 1
    ),
}
