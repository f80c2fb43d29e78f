"""Convolutions around the edges of words, registers and tiles: packed and fused kernels against plain ones.

`verify` compares every path with the scalar one in 128-bit integers, whose bits are the oracle's by the
tests of the layers. Chains of one to three layers with ReLU, pooling and dense layers between them, in both
layouts.
"""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

import isobit
from isobit.formats import PM1, Format, Overflow, Rounding
from isobit.ir import GraphBuilder

CHANNELS = (2, 3, 4, 5, 7, 8, 9, 16, 17, 33)
MOST_PIXELS = 30
TERNARY = "fixed<2,2,RND,SAT_SYM>"


class Draw:
    channels = CHANNELS

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311 (nothing secret)
        self.numbers = np.random.default_rng(seed)
        self.builder = GraphBuilder(f"chain {seed}")
        self.formats = {}

    def data_format(self, signed=None):
        width = self.rng.choice([7, 8, 8, 8, 9, 15, 16, 16, 16, 17])
        signed = self.rng.random() < 0.6 if signed is None else signed
        return Format(
            width,
            width - self.rng.randint(2, 4),
            signed,
            self.rng.choice([Rounding.TRN, Rounding.RND, Rounding.RND_CONV, Rounding.RND_ZERO]),
            self.rng.choice([Overflow.WRAP, Overflow.SAT, Overflow.SAT_SYM if signed else Overflow.SAT]),
        )

    def weight_format(self):
        return self.rng.choice(["fixed<8,3>", "fixed<8,3>", "fixed<16,4>", "fixed<5,2>"])

    def activation(self, last):
        return self.add("relu", last, output=self.data_format(signed=False))

    def add(self, op, source, attrs=None, constants=None, **formats):
        name = self.builder.add(op, [source], self.builder.unique(op), attrs, constants)
        self.formats[name] = formats
        return name

    def convolution(self, source):
        *lengths, channels = self.builder.shapes[source]
        rank, rng = len(lengths), self.rng
        kernel = [rng.randint(1, min(3, n)) for n in lengths]
        groups = rng.choice([g for g in (1, 1, 1, 2, 3, channels) if channels % g == 0])
        n_out = rng.choice(self.channels)
        attrs = {
            "groups": groups,
            "strides": [rng.choice([1, 1, 2]) for _ in lengths],
            "pads": [rng.choice([0, 1]) for _ in range(2 * rank)],
        }
        transposed = rng.random() < 0.2
        if transposed:
            n_out = -(-n_out // groups)
            shape, outputs, attrs["pads"] = (*kernel, channels, n_out), groups * n_out, [0] * 2 * rank
        else:
            outputs = groups * -(-n_out // groups)
            shape = (*kernel, channels // groups, outputs)
        constants = {"weight": self.numbers.normal(size=shape), "bias": self.numbers.normal(size=outputs)}
        weight = self.weight_format()
        op, accumulator = self.sum(transposed)
        return self.add(
            op, source, attrs, constants,
            output=self.data_format(), weight=weight, bias=rng.choice(["fixed<8,3>", "fixed<16,3>"]),
            accumulator=accumulator,
        )  # fmt: skip

    def sum(self, transposed):
        """Operator and accumulator of a convolution."""
        accumulator = "exact" if self.rng.random() < 0.7 else "fixed<24,10,RND,SAT>"
        return "conv_transpose" if transposed else "conv", accumulator


class RoundedDraw(Draw):
    """Products that are rounded one by one."""

    def sum(self, transposed):
        if transposed:
            return super().sum(transposed)
        wraps = [
            "fixed<16,8>",
            "fixed<14,6,RND,WRAP>",
            "fixed<20,12>",
            "fixed<12,6>",
            "fixed<18,9,RND_CONV,SAT>",
        ]
        return self.rng.choice(["rounded_conv", "rounded_conv", "ascending_conv"]), self.rng.choice(wraps)


class BinaryDraw(Draw):
    """Activations and weights that are -1 or +1, among others: words of bits, of bytes, of pairs."""

    channels = (5, 15, 16, 17, 31, 32, 33, 48, 65)

    def data_format(self, signed=None):
        if self.rng.random() < 0.5:
            return PM1
        # wide enough for sums of signs, or not: whether a sign behind it is that of the sum
        width = self.rng.choice([5, 8, 12, 16])
        modes = self.rng.choice([Rounding.TRN, Rounding.RND]), self.rng.choice([Overflow.WRAP, Overflow.SAT])
        return Format(width, width - self.rng.choice([0, 0, 2]), True, *modes)

    def weight_format(self):
        return self.rng.choice(["pm1", "pm1", "pm1", TERNARY, "fixed<8,3>"])

    def activation(self, last):
        return self.add("binary_tanh", last)


class PlaneDraw(Draw):
    """Activations of 1 to 4 bits, weights that are -1 or +1, among others: bit planes, bytes, bits."""

    channels = (16, 17, 33, 64, 65, 130)

    def data_format(self, signed=None):
        if self.rng.random() < 0.2:
            return super().data_format(signed)
        width = self.rng.choice([1, 2, 3, 4, 4])
        signed = width > 1 and self.rng.random() < 0.5 if signed is None else signed and width > 1
        modes = self.rng.choice([Rounding.TRN, Rounding.RND]), self.rng.choice([Overflow.WRAP, Overflow.SAT])
        return Format(width, self.rng.choice([-4, 0, 2]), signed, *modes)

    def weight_format(self):
        return self.rng.choice(["pm1", "pm1", "pm1", TERNARY])

    def activation(self, last):
        return super().activation(last) if self.rng.random() < 0.7 else self.add("binary_tanh", last)


def chain(seed, kind=Draw):
    """A quantized network."""
    draw = kind(seed)
    rng = draw.rng
    lengths = rng.choice([(rng.randint(1, MOST_PIXELS),), (rng.randint(1, 6), rng.randint(1, 5))])
    draw.formats["x"] = {"output": draw.data_format()}
    last = draw.builder.input("x", (*lengths, rng.choice(draw.channels)))
    for _ in range(rng.randint(1, 3)):
        last = draw.convolution(last)
        if rng.random() < 0.6:
            last = draw.activation(last)
        if rng.random() < 0.3 and min(draw.builder.shapes[last][:-1]) >= 2:
            size = [2] * len(lengths)
            last = draw.add("max_pool", last, {"pool_size": size, "strides": size})
    if rng.random() < 0.3:
        weight = draw.numbers.normal(size=(draw.builder.shapes[last][-1], 5))
        last = draw.add("dense", last, {}, {"weight": weight})
    draw.builder.output("y", last)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        config = {"default": "fixed<16,6>", **{k: v for k, v in draw.formats.items() if v}}
        return isobit.Model(draw.builder.build()).quantize(config)


@pytest.mark.parametrize("part", range(8))
def test_random_chains(part):
    for seed in range(5 * part, 5 * part + 5):
        quantized = chain(seed)
        report = quantized.verify(samples=67, seed=seed)
        assert report.mismatches == 0
        assert len(report.paths) > 8


@pytest.mark.parametrize("part", range(6))
def test_chains_of_rounded_products(part):
    for seed in range(5 * part, 5 * part + 5):
        assert chain(seed, RoundedDraw).verify(samples=67, seed=seed).mismatches == 0


@pytest.mark.parametrize("part", range(8))
def test_binary_chains(part):
    for seed in range(5 * part, 5 * part + 5):
        assert chain(seed, BinaryDraw).verify(samples=67, seed=seed).mismatches == 0


def test_plane_chains():
    for seed in range(15):
        assert chain(seed, PlaneDraw).verify(samples=67, seed=seed).mismatches == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Draw, BinaryDraw, PlaneDraw])
def test_many_random_chains(kind):
    for seed in range(1000, 1400):
        chain(seed, kind).verify(samples=67, seed=seed)
