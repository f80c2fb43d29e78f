"""Dense layers."""

from __future__ import annotations

from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes, trained


class TestDense(CellSuite):
    op = "dense"

    def layer(self, draw):
        shape = draw(shapes(dimensions=(1, 1, 1, 2)))
        n_out = draw(st.sampled_from([1, 2, 3, 4, 5, 8, 13]))
        constants = {"weight": trained(draw, (shape[-1], n_out))}
        if draw(st.booleans()):
            constants["bias"] = trained(draw, (n_out,))
        return Layer([shape], constants=constants)
