"""Convolutions over 1 to 3 spatial axes, and their transposes."""

from __future__ import annotations

import math

from hypothesis import assume
from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, trained

LARGEST = {1: 8, 2: 5, 3: 3}


def spatial(draw, transposed=False):
    """Lengths, kernel and the attributes that they allow."""
    rank = draw(st.sampled_from([1, 1, 2, 2, 3]))
    kernel = tuple(draw(st.integers(1, 3 if rank < 3 else 2)) for _ in range(rank))
    lengths = tuple(draw(st.integers(1, LARGEST[rank])) for _ in range(rank))
    number = lambda least, most: [draw(st.integers(least, most)) for _ in range(rank)]  # noqa: E731
    attrs = {}
    if draw(st.booleans()):
        attrs["strides"] = number(1, 3)
    if draw(st.booleans()):
        attrs["dilations"] = number(1, 2)
    if draw(st.booleans()):
        attrs["pads"] = number(0, 2) + number(0, 2)
    if transposed and draw(st.booleans()):
        attrs["output_padding"] = [
            draw(st.integers(0, max(s, d) - 1))
            for s, d in zip(attrs.get("strides", [1] * rank), attrs.get("dilations", [1] * rank), strict=True)
        ]
    return lengths, kernel, attrs


def lengths_of_results(lengths, kernel, attrs, transposed):
    rank = len(kernel)
    strides, dilations = attrs.get("strides", [1] * rank), attrs.get("dilations", [1] * rank)
    pads, more = attrs.get("pads", [0] * 2 * rank), attrs.get("output_padding", [0] * rank)
    found = []
    for i, (n, k) in enumerate(zip(lengths, kernel, strict=True)):
        span, cut = dilations[i] * (k - 1) + 1, pads[i] + pads[rank + i]
        found.append(
            (n - 1) * strides[i] + span + more[i] - cut if transposed else (n + cut - span) // strides[i] + 1
        )
    return found


class TestConv(CellSuite):
    op = "conv"
    groups = (1, 1, 2)
    widest_group = 3

    def layer(self, draw):
        lengths, kernel, attrs = spatial(draw)
        results = lengths_of_results(lengths, kernel, attrs, transposed=False)
        assume(min(results) >= 1 and math.prod(results) <= 36)
        groups = draw(st.sampled_from(self.groups))
        n_in = draw(st.integers(1, self.widest_group))
        n_out = groups * draw(st.sampled_from([1, 2, 4, 9] if groups == 1 else [1, 2]))
        constants = {"weight": trained(draw, (*kernel, n_in, n_out))}
        if draw(st.booleans()):
            constants["bias"] = trained(draw, (n_out,))
        return Layer([(*lengths, groups * n_in)], {**attrs, "groups": groups}, constants)


class TestDepthwiseConv(TestConv):
    groups = (3, 5, 8)  # 8: whole registers of neighbouring channels
    widest_group = 1


class TestConvTranspose(CellSuite):
    op = "conv_transpose"

    def layer(self, draw):
        lengths, kernel, attrs = spatial(draw, transposed=True)
        results = lengths_of_results(lengths, kernel, attrs, transposed=True)
        assume(min(results) >= 1 and math.prod(results) <= 60)
        groups = draw(st.sampled_from([1, 1, 2, 3]))
        channels, n_out = groups * draw(st.integers(1, 2)), draw(st.sampled_from([1, 2, 4]))
        constants = {"weight": trained(draw, (*kernel, channels, n_out))}
        if draw(st.booleans()):
            constants["bias"] = trained(draw, (groups * n_out,))
        return Layer([(*lengths, channels)], {**attrs, "groups": groups}, constants)
