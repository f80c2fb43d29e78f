"""Pooling between layers that read packed words, around the edges of words, registers and blocks.

Chains of an input or a convolution (perhaps with ReLU), one or two poolings and a convolution or dense layer,
with reshapes between them.
Channels rarely fill their words; windows are any pixels, of which some belong to several windows and others
to none; formats of pooling are mostly those of its input, so that it can stay among packed words.
"""

from __future__ import annotations

import pytest

import engine
import oracle
from isobit import _core as core
from models import random_networks
from models.test_packed_layers import PackedDraw, check_network

CHANNELS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 17, 33)


class PoolingDraw(PackedDraw):
    def pixels(self, tensor, channels):
        return self.size(tensor) // channels

    def convolution(self, x, channels, n_out):
        rng, pixels = self.rng, self.pixels(x, channels)
        groups = rng.choice([g for g in (1, 1, 1, 2, 3) if channels % g == 0 and n_out % g == 0])
        positions, taps = rng.randint(1, 9), rng.randint(1, 3)
        at = [rng.randint(-1, pixels - 1) for _ in range(positions * taps)]
        n_in = channels // groups
        constants = [self.constant(taps * n_in * n_out), self.constant(n_out)]
        ints = [positions, groups, n_in, n_out // groups, taps, *at]
        parts = {"formats": [self.accumulator()], "constants": constants, "ints": ints}
        return self.add("convolution", [x], positions * n_out, **parts)

    def pooling(self, x, channels):
        rng, pixels = self.rng, self.pixels(x, channels)
        if rng.random() < 0.5:
            windows = [rng.choices(range(pixels), k=rng.randint(1, 4)) for _ in range(rng.randint(1, 6))]
        else:  # each pixel once at most
            order, windows = rng.sample(range(pixels), pixels), []
            while order and len(windows) < 4:
                size = rng.randint(1, 3)
                windows, order = [*windows, order[:size]], order[size:]
        before = self.tensors[x][1]
        wider = (before[0] + 1, *before[1:]) if before != oracle.PM1 else before
        output = rng.choice([before, before, before, wider, self.data_format()])
        bases = [pixel * channels for window in windows for pixel in window]
        begins = [sum(map(len, windows[:p])) for p in range(len(windows) + 1)]
        ints = [channels, len(windows), max(map(len, windows)), *begins, *bases]
        cell = rng.choice(["reduce_max", "reduce_min"])
        return self.add(cell, [x], len(windows) * channels, output=output, ints=ints)

    def reshape(self, x):
        """The same elements, mostly in the same format; sometimes one of them is another."""
        n, fmt = self.size(x), self.tensors[x][1]
        order = list(range(n))
        if self.rng.random() < 0.2:
            order[self.rng.randrange(n)] = 0
        output = fmt if self.rng.random() < 0.8 else self.data_format()
        return self.add("gather", [x], n, output=output, ints=[k for i in order for k in (0, i)])


def chain(seed):
    draw = PoolingDraw(seed)
    rng = draw.rng
    channels = rng.choice(CHANNELS)
    draw.tensors = [(channels * rng.randint(1, 7), draw.data_format())]
    last, outputs = 0, []
    if rng.random() < 0.7:
        n_out = rng.choice(CHANNELS)
        last, channels = draw.convolution(last, channels, n_out), n_out
        if rng.random() < 0.5:
            same = draw.tensors[last][1] if rng.random() < 0.5 else None
            last = draw.activation(last, draw.size(last), same)
    for _ in range(rng.choice([1, 1, 1, 2])):
        if rng.random() < 0.1:
            outputs.append(last)
        if rng.random() < 0.15:
            last = draw.reshape(last)
        last = draw.pooling(last, channels)
    if rng.random() < 0.1:
        outputs.append(last)
    if rng.random() < 0.4:
        last = draw.reshape(last)
    if rng.random() < 0.1:
        outputs.append(last)
    pooled = last
    for _ in range(rng.choice([1, 1, 2])):  # two that read the same
        if rng.random() < 0.5:
            last = draw.convolution(pooled, channels, rng.choice(CHANNELS))
        else:
            rows = rng.choice([1, draw.pixels(pooled, channels)])
            n_in, n_out = draw.size(pooled) // rows, rng.choice(CHANNELS)
            constants = [draw.constant(n_in * n_out), draw.constant(n_out)]
            parts = {"formats": [draw.accumulator()], "constants": constants, "ints": [rows, n_in, n_out]}
            last = draw.add("dense", [pooled], rows * n_out, **parts)
        outputs.append(last)
    return engine.network(draw.tensors, [0], sorted({t for t in outputs if t > 0}), draw.ops)


@pytest.mark.parametrize("group", range(8))
def test_chains_with_pooling(group):
    for seed in range(30 * group, 30 * (group + 1)):
        check_network(chain(seed), seed)


def test_a_range_that_only_the_output_of_pooling_holds():
    """Narrower than that of its input, whose offset the words carry."""
    fmt = (12, 0, True, oracle.TRN, oracle.WRAP)
    weight, bias = (8, 0, True, oracle.TRN, oracle.WRAP), (12, 0, True, oracle.TRN, oracle.WRAP)
    narrow = (4, 0, False, oracle.TRN, oracle.WRAP)
    apart = engine.constant([-200, -190, -195, -180, 20, 30, 25, 35], bias)
    identity = engine.constant([int(i == j) for i in range(8) for j in range(8)], weight)
    some = engine.constant([1, -1, 2, 3, 5, -4, 7, -2], weight)
    exact = {"formats": [engine.EXACT]}
    ops = [
        engine.operation("dense", [0], 1, **exact, constants=[identity, apart], ints=[1, 8, 8]),
        engine.operation("reduce_max", [1], 2, ints=[4, 2, 2, 0, 2, 3, 0, 4, 4]),
        engine.operation(
            "dense", [2], 3, **exact, constants=[some, engine.constant([0], bias)], ints=[1, 8, 1]
        ),
    ]
    spec = engine.network([(8, narrow), (8, fmt), (8, fmt), (1, fmt)], [0], [3], ops)
    samples = random_networks.samples(spec, 7, 1)
    for repeat in (1, 10):
        engine.check(core, spec, samples, repeat=repeat)
