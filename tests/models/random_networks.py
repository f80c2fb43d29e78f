"""Random dense networks over random formats, as descriptions for the engine (see tests/engine.py).

Formats, weights and tables are arbitrary: nothing is trained and tables hold random entries, because the
bits must agree for any numbers, not for likely ones.
"""

from __future__ import annotations

import random

import engine
import oracle


class Draw:
    """One network under construction."""

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311
        self.tensors = []
        self.ops = []
        self.wide = self.rng.random() < 0.15  # needs 64 or 128 bits somewhere

    def fmt(self, low, high, modes=True):
        rng = self.rng
        width, signed = rng.randint(low, high), rng.random() < 0.8
        frac = width - signed - rng.randint(-2, 6)
        if not modes:
            return (width, frac, signed, oracle.TRN, oracle.WRAP)
        overflow = rng.choice([o for o in range(5) if signed or o != oracle.WRAP_SM])
        return (width, frac, signed, rng.randrange(7), overflow)

    def data_format(self):
        if self.rng.random() < 0.1:
            return oracle.PM1
        return self.fmt(3, 36 if self.wide else 14)

    def raw(self, fmt):
        if fmt == oracle.PM1:
            return self.rng.choice([-1, 1])
        low, high = oracle.raw_range(fmt)
        anywhere = self.rng.randint(low, high)
        return self.rng.choice([anywhere, anywhere, anywhere // 8, low, high])

    def constant(self, count, low=1, high=10):
        fmt = oracle.PM1 if self.rng.random() < 0.1 else self.fmt(low, 24 if self.wide else high, modes=False)
        return engine.constant([self.raw(fmt) for _ in range(count)], fmt)

    def table(self):
        index = self.fmt(2, 6)
        low, high = oracle.raw_range(index)
        entry = self.fmt(2, 12, modes=False)
        return engine.table(index, low, [self.raw(entry) for _ in range(high - low + 1)], entry)

    def size(self, tensor):
        return self.tensors[tensor][0]

    def add(self, cell, inputs, size, output=None, **parts):
        """Append an operation; returns its output tensor."""
        self.tensors.append((size, output or self.data_format()))
        number = len(self.tensors) - 1
        self.ops.append(engine.operation(cell, inputs, number, **parts))
        return number

    def accumulator(self):
        """Exact, or narrower than the exact sum (which then wraps or saturates)."""
        return engine.EXACT if self.rng.random() < 0.4 else self.fmt(4, 40 if self.wide else 18)

    def dense(self, x, n_out):
        n_in = self.size(x)
        parts = {"constants": [self.constant(n_in * n_out), self.constant(n_out)], "ints": [1, n_in, n_out]}
        return self.add("dense", [x], n_out, formats=[self.accumulator()], **parts)

    def activation(self, x):
        cell = self.rng.choice(list(ACTIVATIONS))
        return self.add(cell, [x], self.size(x), **ACTIVATIONS[cell](self, self.size(x)))

    def per_element(self, n, **options):
        """A constant for all elements or one for each."""
        return self.constant(self.rng.choice([1, n]), **options)

    def merge(self, x, y):
        cell = self.rng.choice(["add", "subtract", "multiply", "maximum", "minimum", "average"])
        inputs = [x, y] if cell == "subtract" or self.rng.random() < 0.6 else [x, y, x]
        parts = {"constants": [self.per_element(self.size(x))]} if cell == "average" else {}
        return self.add(cell, inputs, self.size(x), **parts)

    def gather(self, *inputs):
        """Concatenation in some order, with repetitions and omissions."""
        pairs = [(k, i) for k, x in enumerate(inputs) for i in range(self.size(x))]
        chosen = [self.rng.choice(pairs) for _ in range(self.rng.randint(1, 8))]
        return self.add("gather", inputs, len(chosen), ints=[n for pair in chosen for n in pair])

    def head(self, x):
        n = self.size(x)
        kind = self.rng.choice(["none", "none", "none", "softmax", "log_softmax", "argmax"])
        if kind == "argmax":
            self.add("argmax", [x], 1, ints=[1, n])
        elif kind != "none":
            self.add(kind, [x], n, tables=[self.table(), self.table()], ints=[1, n])


ACTIVATIONS = {
    "linear": lambda d, n: {},
    "relu": lambda d, n: {},
    "clip": lambda d, n: {"constants": [d.per_element(n), d.per_element(n)]},
    "leaky_relu": lambda d, n: {"constants": [d.per_element(n)]},
    "thresholded_relu": lambda d, n: {"constants": [d.per_element(n)]},
    "affine": lambda d, n: {
        "formats": [d.accumulator()],
        "constants": [d.per_element(n), d.per_element(n)],
    },
    "hard_sigmoid": lambda d, n: {"constants": [d.per_element(n), d.per_element(n)]},
    "binary_tanh": lambda d, n: {},
    "ternary_tanh": lambda d, n: {},
    "lookup": lambda d, n: {"tables": [d.table()]},
    "lookup_relu": lambda d, n: {"tables": [d.table()]},
    "elu": lambda d, n: {"constants": [d.per_element(n)], "tables": [d.table()]},
}


def network(seed):
    """A network of one or two inputs, up to three dense layers, activations, perhaps a merge and a head."""
    draw = Draw(seed)
    rng = draw.rng
    n_inputs = rng.choice([1, 1, 1, 2])
    for _ in range(n_inputs):
        draw.tensors.append((rng.randint(1, 6), draw.data_format()))
    x = 0 if n_inputs == 1 else draw.gather(0, 1)
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        before = x
        x = draw.dense(x, rng.choice([1, 2, 3, 4, 5, 8, 13]))
        if rng.random() < 0.75:
            x = draw.activation(x)
        if draw.size(before) == draw.size(x) and rng.random() < 0.6:
            x = draw.merge(x, before)
    if rng.random() < 0.15:
        x = draw.merge(x, draw.activation(x))
    draw.head(x)
    return engine.network(draw.tensors, range(n_inputs), [len(draw.tensors) - 1], draw.ops)


def samples(spec, count, seed):
    """Random and extreme raws for the inputs of a network."""
    draw = Draw(seed)
    kinds = [(spec["tensors"][n]["size"], spec["tensors"][n]["format"]) for n in spec["inputs"]]
    return [[[draw.raw(fmt) for _ in range(size)] for size, fmt in kinds] for _ in range(count)]
