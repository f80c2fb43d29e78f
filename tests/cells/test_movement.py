"""Operators that only move data."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes


class TestConcatenate(CellSuite):
    op = "concatenate"

    def layer(self, draw):
        shape = draw(shapes())
        axis = draw(st.integers(0, len(shape) - 1))
        others = [
            (*shape[:axis], draw(st.integers(1, 4)), *shape[axis + 1 :])
            for _ in range(draw(st.integers(0, 3)))
        ]
        return Layer([shape, *others], {"axis": axis})


class TestReshape(CellSuite):
    op = "reshape"

    def layer(self, draw):
        a, b, c = (draw(st.integers(1, 4)) for _ in range(3))
        targets = [(a * b * c,), (c, b, a), (a * b, c), (1, a, b, c), (b, c * a)]
        return Layer([(a, b, c)], {"shape": draw(st.sampled_from(targets))})


class TestTranspose(CellSuite):
    op = "transpose"

    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 2, 3, 4), longest=3))
        return Layer([shape], {"perm": draw(st.permutations(range(len(shape))))})


class TestSlice(CellSuite):
    op = "slice"

    def layer(self, draw):
        shape = draw(shapes(longest=6))
        starts, stops, steps = [], [], []
        for n in shape:
            start = draw(st.integers(0, n - 1))
            step = draw(st.sampled_from([1, 2, 3, -1, -2]))
            beyond = st.integers(start + 1, n + 2) if step > 0 else st.integers(0, max(start - 1, 0))
            bounded = draw(st.booleans()) and (step > 0 or start > 0)
            starts.append(start)
            stops.append(draw(beyond) if bounded else None)
            steps.append(step)
        return Layer([shape], {"starts": starts, "stops": stops, "steps": steps})
