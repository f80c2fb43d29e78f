"""Padding, selection, repetition and linear interpolation."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

import isobit
from cells.suite import CellSuite, Layer, shapes
from isobit.ir import GraphBuilder


class TestPad(CellSuite):
    op = "pad"

    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 2, 3), longest=4))
        mode = draw(st.sampled_from(["constant", "reflect", "edge", "wrap"]))
        begins, ends = [], []
        for n in shape:
            cropped = draw(st.integers(0, n - 1)) if draw(st.booleans()) else 0
            at_end = draw(st.booleans())
            most = n - cropped - 1 if mode == "reflect" else 2
            begin, end = (draw(st.integers(0, min(most, 2))) for _ in range(2))
            begins.append(begin if at_end or not cropped else -cropped)
            ends.append(-cropped if at_end and cropped else end)
        value = draw(st.sampled_from([0.0, 0.0, 1.5, -0.3]))
        return Layer([shape], {"pads": begins + ends, "mode": mode, "value": value})


class TestTake(CellSuite):
    op = "take"

    def layer(self, draw):
        shape = draw(shapes())
        axis = draw(st.integers(0, len(shape) - 1))
        indices = draw(st.lists(st.integers(0, shape[axis] - 1), min_size=1, max_size=6))
        return Layer([shape], {"axis": axis, "indices": indices})


class TestBroadcastTo(CellSuite):
    op = "broadcast_to"

    def layer(self, draw):
        target = draw(shapes(dimensions=(1, 2, 3), longest=4))
        kept = draw(st.integers(0, len(target)))
        shape = tuple(draw(st.sampled_from([1, n])) for n in target[len(target) - kept :])
        return Layer([shape or (1,)], {"shape": target})


class TestResizeLinear(CellSuite):
    op = "resize_linear"
    widest = 16

    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 2, 3), longest=4))
        changed = draw(st.sets(st.integers(0, len(shape) - 1), max_size=2))
        sizes = [draw(st.integers(1, 5)) if axis in changed else n for axis, n in enumerate(shape)]
        modes = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"]
        return Layer([shape], {"sizes": sizes, "coordinate_mode": draw(st.sampled_from(modes))})

    def formats(self, draw, op):
        """Weights have a zero."""
        return super().formats(draw, op) | {"weight": self.format(draw, 12)}

    def test_weights_without_a_zero_are_refused(self):
        builder = GraphBuilder("test")
        builder.add("resize_linear", [builder.input("x0", (3, 1))], "layer", {"sizes": (4, 1)})
        builder.output("y", "layer")
        with pytest.raises(isobit.ConfigError, match=r"'layer'.*pm1.*no 0"):
            isobit.Model(builder.build()).quantize({"default": "fixed<8,4>", "layer": {"weight": "pm1"}})
