"""Dense layers around the edges of words, registers, tiles and blocks; formats around the limits of lanes.

Chains of one to three layers, with and without ReLU between them, some shared by several readers, so that
packed tensors, fused operations and every conversion between forms occur.
"""

from __future__ import annotations

import random

import pytest

import engine
import oracle
from isobit import _core as core
from models import random_networks

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66)
BATCHES = (1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129)


class PackedDraw(random_networks.Draw):
    """Activations and weights of 6 to 9 or 14 to 17 bits, signed or not, in every mode."""

    most_work = 6000
    sizes = sizes_after = SIZES
    samples = 5

    def width(self):
        return self.rng.choice([6, 7, 8, 8, 8, 9, 14, 15, 16, 16, 16, 17])

    def data_format(self):
        width = self.width()
        fmt = self.fmt(width, width)
        if self.rng.random() < 0.5:  # modes for which there are kernels of their own
            modes = (oracle.TRN, oracle.RND, oracle.RND_CONV), (oracle.WRAP, oracle.SAT)
            fmt = (*fmt[:3], *(self.rng.choice(mode) for mode in modes))
        return fmt

    def constant(self, count, low=0, high=0):
        del low, high
        width = self.width()
        fmt = self.fmt(width, width, modes=False)
        return engine.constant([self.raw(fmt) for _ in range(count)], fmt)

    def activation(self, last, size, output):
        return self.add("relu", [last], size, output=output)

    def accumulator(self):
        return engine.EXACT if self.rng.random() < 0.7 else self.fmt(12, 34)

    def cell(self):
        return "dense"


class RoundedDraw(PackedDraw):
    """Products that are rounded one by one, mostly into accumulators that wrap, or sums that saturate."""

    def cell(self):
        return self.rng.choice(["rounded_dense", "rounded_dense", "rounded_dense", "ascending_dense"])

    def accumulator(self):
        if self.rng.random() < 0.2:
            return self.fmt(8, 26)
        rounding = self.rng.choice([oracle.TRN, oracle.TRN, oracle.RND])
        return (self.rng.randint(8, 26), self.rng.randint(-1, 14), True, rounding, oracle.WRAP)


class PrunedDraw(PackedDraw):
    """Most weights are zero, as after pruning; some neurons have none left."""

    def constant(self, count, low=0, high=0):
        made = super().constant(count, low, high)
        kept = self.rng.choice([0.0, 0.05, 0.2, 0.4])
        pruned = [raw if self.rng.random() < kept else 0 for raw in made["raw"].tolist()]
        return engine.constant(pruned, made["format"])


class BinaryDraw(PackedDraw):
    """Activations and weights that are -1 or +1, among others: words of bits, of bytes, of pairs."""

    most_work = 60_000

    def data_format(self):
        return oracle.PM1 if self.rng.random() < 0.7 else super().data_format()

    def constant(self, count, low=0, high=0):
        if count > 1 and self.rng.random() < 0.8:
            fmt = self.rng.choice([oracle.PM1, oracle.PM1, (6, 2, True, oracle.TRN, oracle.WRAP)])
            return engine.constant([self.rng.choice([-1, 1]) for _ in range(count)], fmt)
        return super().constant(count)

    def activation(self, last, size, output):
        return self.add("binary_tanh", [last], size, output=oracle.PM1 if self.rng.random() < 0.8 else output)


class PlaneDraw(PackedDraw):
    """Activations of 1 to 4 bits, weights that are -1 or +1, among others: bit planes, bytes, bits."""

    most_work = 14_000
    sizes = (200, 200, 130)
    sizes_after = (64, 65, 80)
    samples = 2  # the oracle takes most of the time

    def __init__(self, seed):
        super().__init__(seed)
        self.planes = 1 + seed % 4

    def width(self):
        return self.planes if self.rng.random() < 0.8 else self.rng.choice([1, 2, 3, 4, 5, 16])

    def fmt(self, low, high, modes=True):
        fmt = super().fmt(low, high, modes)
        return fmt if fmt[0] > 1 else (1, fmt[1], False, oracle.TRN, oracle.SAT)

    def data_format(self):
        return oracle.PM1 if self.rng.random() < 0.05 else super().data_format()

    def constant(self, count, low=0, high=0):
        if count > 70 and self.rng.random() < 0.9:
            fmt = self.rng.choice([oracle.PM1, oracle.PM1, (6, 2, True, oracle.TRN, oracle.WRAP)])
            share = self.rng.choice([0, 0.5, 0.5, 0.5, 1])
            return engine.constant([1 if self.rng.random() < share else -1 for _ in range(count)], fmt)
        return super().constant(count)

    def activation(self, last, size, output):
        return self.add(self.rng.choice(["relu", "binary_tanh"]), [last], size, output=output)


def chain(seed, kind=PackedDraw):
    """A network of dense layers; some tensors in between are outputs too."""
    draw = kind(seed)
    rng = draw.rng
    size = rng.choice(draw.sizes)
    draw.tensors = [(size, draw.data_format())]
    last, outputs, work = 0, [], 0
    for _ in range(rng.randint(1, 3)):
        rows = rng.choice([r for r in (1, 1, 1, 2, 3) if size % r == 0])
        n_in, n_out = size // rows, rng.choice(draw.sizes_after)
        if work and work + rows * n_in * n_out > draw.most_work:
            break
        work += rows * n_in * n_out
        constants = [draw.constant(n_in * n_out), draw.constant(n_out)]
        size = rows * n_out
        parts = {"formats": [draw.accumulator()], "constants": constants, "ints": [rows, n_in, n_out]}
        last = draw.add(draw.cell(), [last], size, **parts)
        if rng.random() < 0.2:
            outputs.append(last)
        if rng.random() < 0.6:
            same_format = draw.tensors[last][1] if rng.random() < 0.5 else None
            last = draw.activation(last, size, same_format)
    return engine.network(draw.tensors, [0], sorted({*outputs, last}), draw.ops)


def check(seed, kind=PackedDraw):
    check_network(chain(seed, kind), seed, kind.samples)


def check_network(spec, seed, count=5):
    """Equal to the oracle on every path, in batches around the edges of registers and blocks."""
    samples = random_networks.samples(spec, count, seed)
    try:
        program = core.Program(spec)
    except core.ProofFailed:
        pytest.fail(f"seed {seed}: refused")
    for batch in random.Random(seed).sample(BATCHES, 2):  # noqa: S311
        engine.check(core, spec, samples[:batch], repeat=-(-batch // count), program=program)


@pytest.mark.parametrize("group", range(8))
def test_dense_chains(group):
    for seed in range(25 * group, 25 * (group + 1)):
        check(seed)


@pytest.mark.parametrize("group", range(4))
def test_pruned_chains(group):
    for seed in range(25 * group, 25 * (group + 1)):
        check(seed, PrunedDraw)


@pytest.mark.parametrize("group", range(4))
def test_chains_of_rounded_products(group):
    for seed in range(25 * group, 25 * (group + 1)):
        check(seed, RoundedDraw)


@pytest.mark.parametrize("group", range(4))
def test_binary_chains(group):
    for seed in range(25 * group, 25 * (group + 1)):
        check(seed, BinaryDraw)


def test_plane_chains():
    for seed in range(12):
        check(seed, PlaneDraw)


@pytest.mark.parametrize(("n_in", "n_out"), [(1025, 37), (991, 64), (2049, 5)])
def test_long_rows_of_bits(n_in, n_out):
    """More words than may be counted at once, all of them differing or none; sums that only just fit."""
    rng = random.Random(n_in)  # noqa: S311
    weights = [rng.choice([-1, 1]) for _ in range(n_in * n_out)]
    bias = (13, 0, True, oracle.TRN, oracle.WRAP)
    biases = engine.constant([rng.randint(-3, 3) for _ in range(n_out)], bias)
    parts = {"formats": [engine.EXACT], "constants": [engine.constant(weights, oracle.PM1), biases]}
    ops = [
        engine.operation("dense", [0], 1, **parts, ints=[1, n_in, n_out]),
        engine.operation("binary_tanh", [1], 2),
        engine.operation("linear", [2], 3),
    ]
    tensors = [(n_in, oracle.PM1), (n_out, bias), (n_out, oracle.PM1), (n_out, bias)]
    spec = engine.network(tensors, [0], [3], ops)
    alike = [weights[i * n_out] for i in range(n_in)]
    samples = [[alike], [[-w for w in alike]], *random_networks.samples(spec, 3, 1)]
    engine.check(core, spec, samples, repeat=17)


@pytest.mark.parametrize("seed", range(40))
def test_sums_of_more_than_32_bits(seed):
    """Saturating sums from 16-bit numbers, of which 64, a few, two or not even two fit in 32 bits."""
    draw = PackedDraw(seed)
    rng = draw.rng
    n_in, n_out = rng.choice([129, 131, 192, 257]), rng.choice([1, 3, 4, 5, 16, 17])
    signed = rng.random() < 0.5
    fx = (16, 8, signed, oracle.TRN, oracle.WRAP)
    fw = (16, 12, True, oracle.TRN, oracle.WRAP)
    out = (rng.choice([8, 16]), rng.choice([-2, 0, 3]), True, rng.randrange(7), oracle.SAT)
    low, high = rng.choice([(900, 1000), (4000, 9000), (0, 32767), (20000, 32767), (32700, 32767)])
    weights = [rng.choice([-1, 1]) * rng.randint(low, high) for _ in range(n_in * n_out)]
    constants = [engine.constant(weights, fw), draw.constant(n_out)]
    accumulator = rng.choice([engine.EXACT, (40, 20, True, oracle.TRN, oracle.SAT)])
    parts = {"formats": [accumulator], "constants": constants, "ints": [1, n_in, n_out]}
    ops = [engine.operation("dense", [0], 1, **parts)]
    tensors = [(n_in, fx), (n_out, out)]
    if rng.random() < 0.5:
        ops.append(engine.operation("relu", [1], 2))
        tensors.append((n_out, draw.data_format()))
    last = {"formats": [engine.EXACT], "constants": [draw.constant(2 * n_out), draw.constant(2)]}
    ops.append(engine.operation("dense", [len(tensors) - 1], len(tensors), **last, ints=[1, n_out, 2]))
    tensors.append((2, draw.data_format()))
    spec = engine.network(tensors, [0], [len(tensors) - 1], ops)
    low, high = oracle.raw_range(fx)
    signs = [weights[i * n_out] > 0 for i in range(n_in)]
    along, against = [high if up else low for up in signs], [low if up else high for up in signs]
    samples = [[along], [against], *random_networks.samples(spec, 3, seed)]
    program = engine.check(core, spec, samples, repeat=rng.choice([1, 3, 14]))
    assert program.proof()["ops"][0]["bits"] > 32


@pytest.mark.slow
@pytest.mark.parametrize("group", range(40))
def test_more_dense_chains(group):
    for seed in range(1000 + 25 * group, 1000 + 25 * (group + 1)):
        check(seed)
        check(seed, PrunedDraw)


@pytest.mark.slow
@pytest.mark.parametrize("group", range(10))
def test_more_plane_chains(group):
    for seed in range(1000 + 10 * group, 1000 + 10 * (group + 1)):
        check(seed, PlaneDraw)


@pytest.mark.parametrize(("x", "w"), [(8, 8), (8, 9), (9, 8), (16, 16), (16, 17), (17, 16)])
@pytest.mark.parametrize("signed", [True, False])
def test_extreme_values(x, w, signed):
    """Every product at the end of its range, in sums that wrap in 32 bits."""
    fx, fw, wide = (x, 0, signed), (w, 0, True), (20, 0, True, oracle.TRN, oracle.WRAP)
    fx = (*fx, oracle.TRN, oracle.WRAP)
    (low, high), (lowest, highest) = oracle.raw_range(fx), oracle.raw_range((*fw, 0, 0))
    n_in, n_out = 67, 4
    weights = [
        [lowest, highest, lowest if i % 2 else highest, 0][o] for i in range(n_in) for o in range(n_out)
    ]
    constants = [
        engine.constant(weights, (*fw, oracle.TRN, oracle.WRAP)),
        engine.constant([lowest, highest, 0, -1], (*fw, oracle.TRN, oracle.WRAP)),
    ]
    op = engine.operation("dense", [0], 1, [engine.EXACT], constants, ints=[1, n_in, n_out])
    spec = engine.network([(n_in, fx), (n_out, wide)], [0], [1], [op])
    mixed = [low if i % 3 else high for i in range(n_in)]
    samples = [[[low] * n_in], [[high] * n_in], [mixed], [[0] * n_in]]
    engine.check(core, spec, samples, repeat=33)
